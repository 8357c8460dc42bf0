package stage

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
)

// hand is a publisher of the kit that is driven by hand, and keeps no rule. Its
// signals come from the goroutine of the test, while nothing else runs.
type hand struct {
	Blueprint
	to        flow.BatchSubscriber[*item]
	ctx       context.Context
	mute      bool // it does not introduce itself
	requested int64
	cancelled int
}

func newHand() *hand { return &hand{Blueprint: NewBlueprint("hand", nil, nil)} }

func (h *hand) Subscribe(ctx context.Context, s flow.Subscriber[*item]) {
	h.to, h.ctx = s.(flow.BatchSubscriber[*item]), ctx
	if !h.mute {
		s.OnSubscribe(h)
	}
}

func (h *hand) Request(n int64) { h.requested += n }
func (h *hand) Cancel()         { h.cancelled++ }

// item notes how often it was let go.
type item struct {
	released int
	reason   flow.Reason
}

func (i *item) Release(r flow.Reason) {
	i.released++
	i.reason = r
}

// series has one hand after the other.
type series struct {
	Relay[*item]
	all  []flow.Publisher[*item]
	errs []error
}

func (s *series) After(err error) (flow.Publisher[*item], Progress, error) {
	s.errs = append(s.errs, err)
	if len(s.all) == 0 {
		return nil, Last, err
	}
	next := s.all[0]
	s.all = s.all[1:]
	return next, More, nil
}

// end is the subscriber below.
type end struct {
	sub  flow.Subscription
	got  []*item
	err  error
	over int
}

func (e *end) OnSubscribe(sub flow.Subscription) { e.sub = sub }
func (e *end) OnNext(v *item)                    { e.got = append(e.got, v) }
func (e *end) OnError(err error)                 { e.err = err; e.over++ }
func (e *end) OnComplete()                       { e.over++ }

func startSeries(ctx context.Context, all ...*hand) (*series, *end) {
	s, e := new(series), new(end)
	for _, h := range all {
		s.all = append(s.all, h)
	}
	node := NewBlueprint("series", nil, nil).node
	s.Begin(scheduler.Enter(ctx), &node, e, s)
	synctest.Wait()
	return s, e
}

// bubble runs f where late errors, which are provoked, are not printed.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	old := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	defer slog.SetDefault(old)
	synctest.Test(t, f)
}

// TestRelayHearsNoMoreOfAFormerPublisher: its signals go nowhere, and its
// elements are let go.
func TestRelayHearsNoMoreOfAFormerPublisher(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a, b := newHand(), newHand()
		_, e := startSeries(t.Context(), a, b)
		e.sub.Request(5)
		synctest.Wait()
		first, late, later, last := new(item), new(item), new(item), new(item)
		a.to.OnNext(first)
		a.to.OnComplete()
		a.to.OnNext(late) // before the switch
		synctest.Wait()
		require.EqualValues(t, 5, a.requested)
		require.EqualValues(t, 4, b.requested)
		a.to.OnNextBatch([]*item{later})
		a.to.OnError(errors.New("late"))
		a.to.OnComplete()
		synctest.Wait()
		require.Zero(t, e.over)
		b.to.OnNext(last)
		b.to.OnComplete()
		synctest.Wait()
		require.Equal(t, 1, e.over)
		require.NoError(t, e.err)
		require.Equal(t, []*item{first, last}, e.got)
		for _, v := range []*item{late, later} {
			require.Equal(t, item{1, flow.AfterEnd}, *v)
		}
		require.Zero(t, a.cancelled+b.cancelled)
	})
}

// TestRelayRefusesASecondSubscription, and keeps the first (rule 2.5).
func TestRelayRefusesASecondSubscription(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a := newHand()
		_, e := startSeries(t.Context(), a)
		e.sub.Request(2)
		synctest.Wait()
		second := newHand()
		a.to.OnSubscribe(second)
		require.Equal(t, 1, second.cancelled)
		require.Zero(t, second.requested+int64(a.cancelled))
		e.sub.Cancel()
		synctest.Wait()
		require.Equal(t, 1, a.cancelled)
		require.Equal(t, 1, second.cancelled)
	})
}

// TestRelayOfSurplus: more than was requested is an error of the publisher.
func TestRelayOfSurplus(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a, b := newHand(), newHand()
		s, e := startSeries(t.Context(), a, b)
		e.sub.Request(1)
		synctest.Wait()
		surplus := []*item{{}, {}}
		a.to.OnNextBatch(surplus)
		synctest.Wait()
		require.Equal(t, 1, a.cancelled)
		require.Len(t, s.errs, 2)
		require.ErrorIs(t, s.errs[1], flow.ErrProtocol)
		require.Empty(t, e.got)
		for _, v := range surplus {
			require.Equal(t, 1, v.released)
		}
		require.EqualValues(t, 1, b.requested, "demand is whole")
		e.sub.Cancel()
		synctest.Wait()
	})
}

// TestRelayOfANilError ends that publisher with another error.
func TestRelayOfANilError(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a := newHand()
		_, e := startSeries(t.Context(), a)
		a.to.OnError(nil)
		synctest.Wait()
		require.ErrorIs(t, e.err, flow.ErrProtocol)
	})
}

// TestRelayLeavesWhoeverComesLate: a publisher that introduces itself after
// Cancel, or after the end of the context, is cancelled once and asked for
// nothing; what it sends is let go.
func TestRelayLeavesWhoeverComesLate(t *testing.T) {
	for name, leave := range map[string]func(*end, context.CancelFunc){
		"cancel":  func(e *end, _ context.CancelFunc) { e.sub.Cancel() },
		"context": func(_ *end, cancel context.CancelFunc) { cancel() },
		"invalid": func(e *end, _ context.CancelFunc) { e.sub.Request(0) },
	} {
		bubble(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			a := newHand()
			a.mute = true
			_, e := startSeries(ctx, a)
			e.sub.Request(2)
			leave(e, cancel)
			synctest.Wait()
			over := e.over
			a.to.OnSubscribe(a)
			require.Equal(t, 1, a.cancelled, name)
			require.Zero(t, a.requested)
			v := new(item)
			a.to.OnNext(v)
			a.to.OnComplete()
			synctest.Wait()
			require.Equal(t, item{1, flow.Cancelled}, *v)
			require.Equal(t, over, e.over)
		})
	}
}

// TestRelayCancelIsHeardAtOnce, and not in the next pass of the head, and once.
func TestRelayCancelIsHeardAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a := newHand()
		_, e := startSeries(t.Context(), a)
		e.sub.Cancel()
		require.Equal(t, 1, a.cancelled)
		e.sub.Cancel()
		synctest.Wait()
		require.Equal(t, 1, a.cancelled)
		require.Zero(t, e.over)
	})
}

// TestRelayDemand is what is demanded and not on its way.
func TestRelayDemand(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a, b := newHand(), newHand()
		_, e := startSeries(t.Context(), a, b)
		e.sub.Request(3)
		synctest.Wait()
		a.to.OnNextBatch([]*item{{}, {}})
		require.EqualValues(t, 3, a.requested)
		e.sub.Request(flow.Unbounded)
		e.sub.Request(1)
		synctest.Wait()
		require.EqualValues(t, 3, a.requested-flow.Unbounded, "unbounded once")
		a.to.OnNextBatch(make([]*item, 1000))
		a.to.OnComplete()
		synctest.Wait()
		require.Equal(t, flow.Unbounded, b.requested)
		e.sub.Request(1)
		b.to.OnComplete()
		synctest.Wait()
		require.Equal(t, flow.Unbounded, b.requested)
		require.Len(t, e.got, 1002)
	})
}
