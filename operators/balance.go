package operators

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/demand"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// Balance returns n publishers of which each element of src goes to one: to
// the next that has demand. Each is an asynchronous boundary, so that its
// subscriber may run anywhere; they take their elements from one queue, so that
// no element waits for a slow output while another one is free.
//
// It runs in rounds, as [Broadcast] does: upstream is subscribed once each time
// all n outputs have a subscriber more.
//
//	source         --1--2--3--4--|
//	Balance(2, 16)
//	result 1       --1-----3-----|
//	result 2       -----2-----4--|
//
// Which output gets an element depends on who is free, so the order is kept in
// each output only. When several are free, none takes more than its share of
// what is there. An output whose subscriber has cancelled leaves, and the others
// get what is there; when all have, upstream is cancelled.
//
// Demand: what all outputs together have asked for, at most capacity at a time;
// the rest when three quarters of that have been handed on.
//
// Buffer: at most capacity elements, which are held only when an output that
// had asked for them has left, or is about to take them.
//
// Errors: passes upstream's on to all, after the elements before it.
//
// Ends: completes all when upstream completes and nothing is held any more.
// Panics if n or capacity is less than 1.
func Balance[T any](src flow.Publisher[T], n, capacity int, opts ...Option) []flow.Publisher[T] {
	stage.Require(src != nil, "operators.Balance: nil source")
	stage.Require(n > 0, "operators.Balance: %d outputs, must be at least 1", n)
	stage.Require(capacity > 0, "operators.Balance: capacity %d, must be at least 1", capacity)
	hub := &balanceHub[T]{Blueprint: stage.NewBlueprint("balance", src, opts), src: stage.Adapt(src), capacity: capacity}
	hub.Node().Capacity = int64(capacity)
	hub.rounds.joined = make([]int, n)
	outputs := make([]flow.Publisher[T], n)
	for i := range outputs {
		outputs[i] = &balanceOutput[T]{branch(hub.Node(), i, 0), hub, i}
	}
	return outputs
}

// balanceHub is what the outputs share.
type balanceHub[T any] struct {
	stage.Blueprint
	src      flow.Publisher[T]
	capacity int
	rounds   rounds[*balanceRound[T]]
}

type balanceOutput[T any] struct {
	stage.Blueprint
	hub   *balanceHub[T]
	index int
}

func (p *balanceOutput[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	run := scheduler.RunOf(ctx)
	join := p.hub.rounds.join(p.index, func() *balanceRound[T] {
		r := &balanceRound[T]{hub: p.hub, base: run.Parent(), lines: make([]*balanceLine[T], len(p.hub.rounds.joined))}
		r.release = flow.ReleaseFunc[T]()
		r.queue.Size = p.hub.capacity
		return r
	})
	line := &balanceLine[T]{round: join.round}
	line.round.add(p.index, line)
	line.Begin(ctx, p.Node(), down, line, line)
	if p.hub.rounds.ready(join) {
		line.round.start()
	}
}

// balanceLine is what the subscriber of an output has. It is a head on the
// subscriber's island.
type balanceLine[T any] struct {
	stage.Core[T]
	round  *balanceRound[T]
	out    []T          // the batch that is being handed on
	flying atomic.Int32 // how many those are; changed under the round's lock
	gone   bool         // its subscriber has left; guarded by the round's lock
}

// Cancel ends the stream in silence.
func (l *balanceLine[T]) Cancel() {
	l.round.leave(l)
	l.Core.Cancel()
}

// Abandon leaves the round. The line holds nothing.
func (l *balanceLine[T]) Abandon(flow.Reason) { l.round.leave(l) }

// Run does one pass: see [scheduler.Head].
func (l *balanceLine[T]) Run(n int) (emitted int, again bool) {
	if l.Interrupted() {
		return 0, false
	}
	vs := l.round.take(l, l.Allowed(n))
	l.round.pull() // before a slow subscriber has them: others may wait
	if len(vs) > 0 {
		if m := l.Meter(); m != nil {
			m.Received(int64(len(vs)))
		}
		l.Emit(vs)
		clear(vs)
	}
	if l.Interrupted() {
		return len(vs), false
	}
	more, over, err := l.round.landed(l)
	if over {
		l.End(err)
		return len(vs), false
	}
	l.round.pull()
	return len(vs), more && l.Demand() > 0
}

// wants returns how many elements it has asked for and has not taken. The
// round's lock is held.
func (l *balanceLine[T]) wants() int64 {
	if l.gone {
		return 0
	}
	return max(0, l.Demand()-int64(l.flying.Load()))
}

// balanceRound is one subscription of upstream, and those who share it.
type balanceRound[T any] struct {
	stage.Inner
	stage.Upstream
	hub     *balanceHub[T]
	base    context.Context // of the run that the round belongs to
	lines   []*balanceLine[T]
	meter   *scheduler.Meter
	run     *scheduler.Run
	release func(T, flow.Reason)
	one     [1]T

	mu      sync.Mutex
	queue   stage.Ring[T]
	turn    int   // the line that is told first of the next elements
	asked   int64 // of upstream, and not come yet
	shut    bool  // nothing is taken any more
	started bool
	last    bool  // upstream has ended
	err     error // with which
}

func (r *balanceRound[T]) add(output int, l *balanceLine[T]) {
	r.mu.Lock()
	r.lines[output] = l
	r.mu.Unlock()
}

// start subscribes upstream. All lines are there.
func (r *balanceRound[T]) start() {
	ctx := scheduler.Enter(r.base)
	r.mu.Lock()
	r.run = scheduler.RunOf(ctx)
	r.meter = scheduler.NewMeter(ctx, r.hub.Node(), nil)
	r.started = true
	r.mu.Unlock()
	for _, l := range r.lines {
		l.Outlet.Run().Share(r.run, r.isOver)
	}
	stage.Subscribe(ctx, r.hub.src, r, r.meter)
}

// OnSubscribe keeps the first subscription and refuses a second (rule 2.5).
func (r *balanceRound[T]) OnSubscribe(sub flow.Subscription) {
	if r.Join(sub) {
		r.pull()
	}
}

// pull requests what the lines want and is not there, when that is a good part
// of the capacity or little else is there.
func (r *balanceRound[T]) pull() {
	if !r.Joined() || r.Over() {
		return
	}
	r.mu.Lock()
	var wanted int64
	for _, l := range r.lines {
		wanted = demand.Sum(wanted, l.wants())
	}
	size := int64(r.hub.capacity)
	there, enough := r.asked+int64(r.queue.Len()), max(1, size*3/4)
	n := min(size, wanted) - there
	if n < enough && there >= enough {
		n = 0
	}
	r.asked += max(0, n)
	r.mu.Unlock()
	if n > 0 {
		if r.meter != nil {
			r.meter.Requested(n)
		}
		r.Request(n)
	}
}

// OnNext is OnNextBatch for one element.
func (r *balanceRound[T]) OnNext(v T) {
	r.one[0] = v
	r.OnNextBatch(r.one[:])
	clear(r.one[:])
}

// OnNextBatch holds vs until a line takes them.
func (r *balanceRound[T]) OnNextBatch(vs []T) {
	r.mu.Lock()
	r.asked -= int64(len(vs))
	kept := 0
	for !r.shut && !r.last && kept < len(vs) && !r.queue.Full() {
		r.queue.Push(vs[kept])
		kept++
	}
	reason := flow.AfterEnd
	if r.shut {
		reason = flow.Cancelled
	}
	r.gauge()
	r.mu.Unlock()
	r.let(vs[kept:], reason)
	r.wake(false)
}

// wake marks the lines that wait for elements, another one first each time; or
// all lines. One that is handing elements on looks again when it has done so,
// and one without demand when it has some.
func (r *balanceRound[T]) wake(all bool) {
	r.mu.Lock()
	first := r.turn
	r.turn = (first + 1) % len(r.lines)
	r.mu.Unlock()
	for i := range r.lines {
		if l := r.lines[(first+i)%len(r.lines)]; all || l.Demand() > 0 && l.flying.Load() == 0 {
			l.Ready()
		}
	}
}

// take removes up to n elements for the line: its share of what is there, if
// others want some too.
func (r *balanceRound[T]) take(l *balanceLine[T], n int) []T {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.shut || n == 0 || r.queue.Len() == 0 {
		return nil
	}
	takers := 0
	for _, o := range r.lines {
		if o.flying.Load() == 0 && o.wants() > 0 {
			takers++
		}
	}
	takers = max(1, takers)
	l.out = r.queue.Take(l.out[:0], min(n, (r.queue.Len()+takers-1)/takers))
	l.flying.Store(int32(len(l.out)))
	if r.meter != nil {
		r.meter.Stats().Out.Add(int64(len(l.out)))
	}
	r.gauge()
	return l.out
}

// landed says that the line has handed on what it has taken. It returns whether
// there is more for it, or that the stream is over for it, and with which error.
func (r *balanceRound[T]) landed(l *balanceLine[T]) (more, over bool, err error) {
	r.mu.Lock()
	took := l.flying.Swap(0) > 0
	more, over, err = r.queue.Len() > 0, r.last && r.queue.Len() == 0, r.err
	r.mu.Unlock()
	if over && took {
		r.wake(true) // the others may wait for the queue to be empty
	}
	return more, over, err
}

// gauge publishes how much is held. The lock is held.
func (r *balanceRound[T]) gauge() {
	if r.meter != nil {
		r.meter.Buffered(int64(r.queue.Len()))
	}
}

// leave takes a line out. With the last one it cancels upstream and lets go of
// what is held.
func (r *balanceRound[T]) leave(l *balanceLine[T]) {
	r.mu.Lock()
	was := l.gone
	l.gone = true
	live := false
	for _, o := range r.lines {
		live = live || o == nil || !o.gone
	}
	started := r.started
	var held []T
	if !live && !r.shut {
		r.shut = true
		held = r.queue.Take(nil, r.queue.Len())
		r.gauge()
	}
	r.mu.Unlock()
	switch {
	case was:
	case live && started:
		r.wake(true)
		r.pull()
	case live:
	default:
		r.Cancel()
		r.let(held, flow.Cancelled)
	}
}

// let lets go of elements.
func (r *balanceRound[T]) let(vs []T, reason flow.Reason) {
	if len(vs) == 0 {
		return
	}
	r.run.Sums().Discarded.Add(int64(len(vs)))
	if r.meter != nil {
		r.meter.Lost(reason, int64(len(vs)))
	}
	stage.Tell(r.release, vs, reason)
}

// OnError ends all lines with err, when nothing is held any more.
func (r *balanceRound[T]) OnError(err error) {
	if r.Fail(err, r.run) {
		r.end(r.Err())
	}
	r.Quit()
}

// OnComplete ends all lines, when nothing is held any more.
func (r *balanceRound[T]) OnComplete() {
	if r.Complete() {
		r.end(nil)
	}
	r.Quit()
}

func (r *balanceRound[T]) end(err error) {
	r.mu.Lock()
	r.last, r.err = true, err
	r.mu.Unlock()
	r.wake(true)
}

// Quit says that upstream has ended, perhaps when it was cancelled already. It
// is called on its island.
func (r *balanceRound[T]) Quit() {
	if r.meter == nil {
		return
	}
	r.mu.Lock()
	r.meter.End()
	r.gauge() // what is held is held still
	r.mu.Unlock()
}

func (r *balanceRound[T]) isOver() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last || r.shut
}
