package stage

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
)

// Junction is a head with several sources on its island. Each has a [Port]
// where its elements wait; the stage takes them in its passes, when there is
// demand and in the order that it likes.
//
// A stage embeds it, implements [Joining], and calls Begin.
type Junction[R any] struct {
	Core[R]
	brake
	opened bool

	// Where the order in which elements of different sources have come matters:
	inOrder bool
	line    []arrival // from begun on
	begun   int
}

// arrival is so many elements of one source that have come one after another.
type arrival struct{ at, n int }

// Joining is what a stage adds to a [Junction].
type Joining interface {
	Abandoner
	flow.Subscription
	// Open is called once, in the first pass: it subscribes to the sources.
	Open()
	// Flush emits at most n elements, and returns how many it has emitted and
	// what comes next: More, Wait for a source or for demand, or Last, with the
	// error that ends the stream, if any.
	Flush(n int) (emitted int, next Progress, err error)
	// Ask requests what is wanted of the sources.
	Ask()
	// Held returns how many elements are held.
	Held() int
}

// Begin hands the subscription to the subscriber and starts the head.
func (j *Junction[R]) Begin(ctx context.Context, node *flow.Node, down flow.Subscriber[R], self Joining) {
	j.Core.Begin(ctx, node, down, self, self)
}

// Halt stops the stage and those below it: the context has ended.
func (j *Junction[R]) Halt() {
	j.end()
	j.Outlet.Halt()
}

// Cancel ends the stream in silence. A stage cancels its sources as well, so
// that no further function above is called.
func (j *Junction[R]) Cancel() {
	j.leave()
	j.Core.Cancel()
}

// InOrder says that the stage takes elements of different sources in the order
// in which they have come, see Turn.
func (j *Junction[R]) InOrder() { j.inOrder = true }

func (j *Junction[R]) arrived(at, n int) {
	switch k := len(j.line) - 1; {
	case !j.inOrder:
	case k >= j.begun && j.line[k].at == at:
		j.line[k].n += n
	default:
		if j.begun > len(j.line)/2 {
			j.line = j.line[:copy(j.line, j.line[j.begun:])]
			j.begun = 0
		}
		j.line = append(j.line, arrival{at, n})
	}
}

// Turn returns whose elements come next and how many of them; 0 if none wait.
func (j *Junction[R]) Turn() (at, n int) {
	if j.begun == len(j.line) {
		return 0, 0
	}
	a := j.line[j.begun]
	return a.at, a.n
}

// Took says that n of the elements whose turn it is have been taken.
func (j *Junction[R]) Took(n int) {
	if j.line[j.begun].n -= n; j.line[j.begun].n > 0 {
		return
	}
	if j.begun++; j.begun == len(j.line) {
		j.line, j.begun = j.line[:0], 0
	}
}

// Over reports whether nothing that comes now is wanted any more.
func (j *Junction[R]) Over() bool { return j.Stopped() || j.Closed() }

func (j *Junction[R]) run() *scheduler.Run { return j.Outlet.Run() }

// Run does one pass: see [scheduler.Head].
func (j *Junction[R]) Run(n int) (emitted int, again bool) {
	self := j.Head().(Joining)
	if !j.opened { // also for a subscriber that has left, see Decline
		j.opened = true
		self.Open()
	}
	if j.Interrupted() {
		return 0, false
	}
	emitted, next, err := self.Flush(j.Allowed(n))
	if j.Interrupted() {
		return emitted, false
	}
	if m := j.Meter(); m != nil {
		m.Buffered(int64(self.Held()))
	}
	if next == Last || err != nil {
		j.Conclude(err)
		return emitted, false
	}
	self.Ask()
	return emitted, next == More && j.Demand() > 0
}

// Conclude ends the stream: with err, or by completion if that is nil. What is
// held is let go.
func (j *Junction[R]) Conclude(err error) {
	if j.Closed() {
		return
	}
	j.leave()
	reason := flow.Cancelled
	if err != nil {
		reason = flow.Failed
	}
	j.Head().(Joining).Abandon(reason)
	j.End(err)
}

// Break is what a stage calls, deferred, where a user's function does not
// return: it hands on the elements before that, and ends the stream.
func (j *Junction[R]) Break(before []R, recovered any) {
	err := j.Broken(recovered)
	defer j.Conclude(err) // also if the code below does not return
	j.Emit(before)
}
