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

// Broadcast returns n publishers that each emit all elements of src. Each is
// an asynchronous boundary with a buffer of its own, so that its subscriber
// may run anywhere; the slowest governs. Put a [Buffer] that drops behind one
// that must not hold up the others.
//
// It runs in rounds: upstream is subscribed once each time all n outputs have
// a subscriber more. Its run is that of the graph, or else of the first
// subscriber's context.
//
//	source         --1--2--3--|
//	Broadcast(2, 16)
//	result 1       --1--2--3--|
//	result 2       --1--2--3--|
//
// Demand: what all outputs have in common; each requests capacity, and again
// what has been handed on when that is three quarters of it. An output whose
// subscriber has cancelled does not count any more; when all have, upstream is
// cancelled.
//
// Buffer: at most capacity elements for each output.
//
// Errors: passes upstream's on to all, after the elements before it.
//
// Ends: completes all when upstream completes. Panics if n or capacity is less
// than 1, or if elements are a [flow.Releaser] and not a [flow.Forker].
func Broadcast[T any](src flow.Publisher[T], n, capacity int, opts ...Option) []flow.Publisher[T] {
	stage.Require(src != nil, "operators.Broadcast: nil source")
	stage.Require(n > 0, "operators.Broadcast: %d outputs, must be at least 1", n)
	stage.Require(capacity > 0, "operators.Broadcast: capacity %d, must be at least 1", capacity)
	hub := &broadcastHub[T]{
		Blueprint: stage.NewBlueprint("broadcast", src, opts),
		src:       stage.Adapt(src), fork: stage.Fork[T]("operators.Broadcast"),
	}
	return hub.outputs(n, capacity)
}

// broadcastHub is what the outputs share.
type broadcastHub[T any] struct {
	stage.Blueprint
	src  flow.Publisher[T]
	fork func(T, int)
	// route names the output that gets an element, if they do not all get it.
	route  func(T) int
	rounds rounds[*broadcastRound[T]]
}

// outputs returns a publisher for each of n outputs.
func (h *broadcastHub[T]) outputs(n, capacity int) []flow.Publisher[T] {
	h.rounds.joined = make([]int, n)
	outputs := make([]flow.Publisher[T], n)
	for i := range outputs {
		outputs[i] = &broadcastOutput[T]{branch(h.Node(), i, capacity), h, i, capacity}
	}
	return outputs
}

type broadcastOutput[T any] struct {
	stage.Blueprint
	hub      *broadcastHub[T]
	index    int
	capacity int
}

func (p *broadcastOutput[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	line := &broadcastLine[T]{run: scheduler.RunOf(ctx)}
	join := p.hub.rounds.join(p.index, func() *broadcastRound[T] {
		return &broadcastRound[T]{
			hub: p.hub, base: scheduler.RunOf(ctx).Parent(), lines: make([]*broadcastLine[T], len(p.hub.rounds.joined)),
		}
	})
	line.round = join.round
	line.round.lines[p.index] = line
	line.queue.Open(ctx, p.Node(), line, down, p.capacity, false)
	if p.hub.rounds.ready(join) {
		line.round.start()
	}
}

// broadcastLine leads from the round to one output. It is the publisher that
// the output's boundary subscribes to, and that subscription.
type broadcastLine[T any] struct {
	round *broadcastRound[T]
	run   *scheduler.Run
	queue stage.Boundary[T]
	to    flow.BatchSubscriber[T] // the boundary's entrance
	wants demand.Counter          // in all, not what is left
	sent  int64                   // in all; guarded by the round's lock, as gone is
	gone  bool
}

func (l *broadcastLine[T]) Subscribe(_ context.Context, s flow.Subscriber[T]) {
	l.to = s.(flow.BatchSubscriber[T])
	l.to.OnSubscribe(l)
}

func (l *broadcastLine[T]) Request(n int64) {
	l.wants.Add(n)
	l.round.pull()
}

func (l *broadcastLine[T]) Cancel() { l.round.leave(l) }

// broadcastRound is one subscription of upstream, shared by all outputs.
type broadcastRound[T any] struct {
	stage.Inner
	hub   *broadcastHub[T]
	base  context.Context // of the run that the round belongs to
	lines []*broadcastLine[T]
	meter *scheduler.Meter
	one   [1]T

	stopped atomic.Bool // no further function is called

	mu     sync.Mutex
	up     flow.Subscription
	asked  int64 // and not come yet
	short  int   // index of a line, see held
	over   bool
	failed bool
}

func (r *broadcastRound[T]) start() {
	ctx := scheduler.Enter(r.base)
	r.meter = scheduler.NewMeter(ctx, r.hub.Node(), nil)
	for _, l := range r.lines {
		l.queue.FedFrom(ctx)
		l.run.Share(scheduler.RunOf(ctx), r.isOver)
	}
	stage.Subscribe(ctx, r.hub.src, r, r.meter)
}

func (r *broadcastRound[T]) OnSubscribe(sub flow.Subscription) {
	r.mu.Lock()
	second := r.up != nil
	if !second {
		r.up = sub
	}
	r.mu.Unlock()
	if second {
		sub.Cancel()
		return
	}
	r.pull()
}

// pull requests what all lines have room for and has not been asked for.
func (r *broadcastRound[T]) pull() {
	r.mu.Lock()
	if r.up == nil || r.over || r.held() {
		r.mu.Unlock()
		return
	}
	common, live := flow.Unbounded, 0
	for _, l := range r.lines {
		if !l.gone {
			live++
			common = min(common, l.wants.Load()-l.sent)
		}
	}
	n := common - r.asked
	if live == 0 {
		r.over = true
		r.stopped.Store(true)
	} else if n > 0 {
		r.asked += n
	}
	r.mu.Unlock()
	switch {
	case live == 0:
		r.up.Cancel() // which comes back as Quit
	case n > 0:
		if r.meter != nil {
			r.meter.Requested(n)
		}
		r.up.Request(n)
	}
}

// held reports whether a line has no room for more than has been asked for. It
// looks at the line that it found last, and goes on from there: all lines
// request about as often, and must not look at all others each time.
func (r *broadcastRound[T]) held() bool {
	for range r.lines {
		if l := r.lines[r.short]; !l.gone && l.wants.Load()-l.sent <= r.asked {
			return true
		}
		r.short = (r.short + 1) % len(r.lines)
	}
	return false
}

func (r *broadcastRound[T]) leave(l *broadcastLine[T]) {
	r.mu.Lock()
	l.gone = true
	r.mu.Unlock()
	r.pull()
}

// receivers calls yield with each line that has not left.
func (r *broadcastRound[T]) receivers() []*broadcastLine[T] {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]*broadcastLine[T], 0, len(r.lines))
	for _, l := range r.lines {
		if !l.gone {
			all = append(all, l)
		}
	}
	return all
}

func (r *broadcastRound[T]) OnNext(v T) {
	r.one[0] = v
	r.OnNextBatch(r.one[:])
}

func (r *broadcastRound[T]) OnNextBatch(vs []T) {
	if r.hub.route != nil {
		r.split(vs)
		return
	}
	all := r.receivers()
	r.mu.Lock()
	r.asked -= int64(len(vs))
	for _, l := range all {
		l.sent += int64(len(vs))
	}
	r.mu.Unlock()
	if r.meter != nil {
		r.meter.Out += int64(len(vs))
	}
	if r.hub.fork != nil {
		for _, v := range vs {
			r.hub.fork(v, len(all))
		}
	}
	for _, l := range all {
		l.to.OnNextBatch(vs)
	}
}

func (r *broadcastRound[T]) OnError(err error) {
	if r.end() {
		for _, l := range r.receivers() {
			l.to.OnError(err)
		}
	}
	r.finish()
}

func (r *broadcastRound[T]) OnComplete() {
	if r.end() {
		for _, l := range r.receivers() {
			l.to.OnComplete()
		}
	}
	r.finish()
}

// end says that nothing comes any more. It returns false if the round has failed
// by itself before.
func (r *broadcastRound[T]) end() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = true
	r.stopped.Store(true)
	return !r.failed
}

func (r *broadcastRound[T]) isOver() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.over
}

// Quit says that upstream has ended because all outputs have left.
func (r *broadcastRound[T]) Quit() { r.finish() }

// finish ends the count, also of a round that has failed by itself in upstream's
// last elements, so that upstream is not there to be cancelled. It is called on
// the island of the round.
func (r *broadcastRound[T]) finish() {
	if r.meter != nil {
		r.meter.End()
	}
}
