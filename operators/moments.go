package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// moments is the subscriber to a publisher of which it only matters when
// elements come. It belongs to a head, which it runs with on one island.
type moments[N any] struct {
	stage.Inner
	stage.Upstream
	on      atMoments
	release func(N, flow.Reason)
	one     [1]N
}

// atMoments is what moments know of their head, a [stage.Holder]: it ends as its
// own upstream does when the other publisher ends.
type atMoments interface {
	Outside() *scheduler.Run
	// Moment says, on the island, that an element has come.
	Moment()
	Over() bool
	Closed() bool
	Stopped() bool
	Enough()
	OnError(err error)
	OnComplete()
}

// watch subscribes to other.
func (m *moments[N]) watch(ctx context.Context, other flow.Publisher[N], on atMoments) {
	m.on, m.release = on, flow.ReleaseFunc[N]()
	other.Subscribe(ctx, m)
}

// OnSubscribe asks for everything.
func (m *moments[N]) OnSubscribe(sub flow.Subscription) {
	if m.Join(sub) {
		m.Request(flow.Unbounded)
	}
}

func (m *moments[N]) OnNext(v N) {
	m.one[0] = v
	m.OnNextBatch(m.one[:])
	clear(m.one[:])
}

func (m *moments[N]) OnNextBatch(vs []N) {
	if m.Over() {
		stage.Tell(m.release, vs, m.Reason())
		return
	}
	defer m.on.Moment() // also if a function that Release calls does not return
	stage.Tell(m.release, vs, flow.Filtered)
}

func (m *moments[N]) OnError(err error) {
	if m.Fail(err, m.on.Outside()) && m.last() {
		m.on.OnError(m.Err())
	}
}

func (m *moments[N]) OnComplete() {
	if m.Complete() && m.last() {
		m.on.OnComplete()
	}
}

// last cancels the upstream of the head, and reports whether that is to end.
func (m *moments[N]) last() bool {
	if m.on.Over() || m.on.Closed() || m.on.Stopped() {
		return false
	}
	m.on.Enough()
	return true
}
