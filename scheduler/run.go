package scheduler

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weirgo/weir/flow"
)

// Run is what one sink or one graph executes: its islands and their heads, its
// scheduler and observer, and the goroutines it has started. It watches its
// context once, for all heads.
type Run struct {
	parent *Run
	ctx    context.Context
	outer  context.Context // in which the run was made
	done   <-chan struct{}
	cancel context.CancelCauseFunc // nil for a run without a sink
	sched  Scheduler
	adhoc  bool // ends by itself with its last head
	onFail func(error)

	ended    atomic.Bool // the context has ended
	draining atomic.Bool
	finished atomic.Bool // the sink has returned: the end of ctx is not news

	mu       sync.Mutex
	live     *Handle // list of live heads, newest first
	heads    int
	active   int // goroutines that run islands or wait on the outside
	children map[*Run]struct{}
	unwatch  func() bool
	watching bool
	waiters  []*Island // closed when no head and no goroutine is left
	shared   []share   // what the run has in common with others
	atEnd    []func()  // see AtEnd
	over     bool      // they have been called

	site  Site
	names *names
	sums  Sums
}

// Sums is what a run has done with its elements.
type Sums struct {
	Delivered atomic.Int64 // handed to sinks
	Dropped   atomic.Int64 // lost by overflow, as the strategy said
	Discarded atomic.Int64 // let go by a cancel, an error or the end of the context
}

// graceTime is how long a finished run waits before it names what holds it up.
const graceTime = 5 * time.Second

type runKey struct{}

// newRun makes a run under ctx. Its parent, if any, is told of its end, and
// passes on a drain.
func newRun(ctx context.Context, parent *Run) *Run {
	r := &Run{parent: parent, ctx: ctx, outer: ctx, done: ctx.Done(), sched: From(ctx)}
	r.site.run = r
	if parent != nil {
		r.names = parent.names
		parent.adopt(r)
	} else {
		r.names = newNames(ctx)
	}
	return r
}

// NewRun makes the run of a blocking sink and its island, on which the sink
// waits with [Run.Await]. fail receives an error that could not be delivered
// as a signal. node describes the sink.
func NewRun(ctx context.Context, node *flow.Node, fail func(error)) (*Run, *Island) {
	parent, _ := ctx.Value(runKey{}).(*Run)
	inner, cancel := context.WithCancelCause(Outside(ctx))
	r := newRun(inner, parent)
	r.cancel, r.onFail, r.outer = cancel, fail, Outside(ctx)
	r.names.root(node)
	i := r.newIsland(inner)
	i.owner = &owner{wake: make(chan struct{}, 1), held: true, foreign: ctx.Value(outsideKey{}) != nil}
	i.scheduled.Store(true)
	return r, i
}

func (r *Run) newIsland(ctx context.Context) *Island {
	return &Island{Context: ctx, run: r, probe: r.newProbe()}
}

// Scheduler returns the run's scheduler.
func (r *Run) Scheduler() Scheduler { return r.sched }

// Parent returns the context that the run was made in: that of the graph for
// the run of a sink in a graph. What several sinks share lives there.
func (r *Run) Parent() context.Context {
	if r.parent != nil {
		return r.parent.ctx
	}
	return r.outer
}

// Sums returns the run's account of elements.
func (r *Run) Sums() *Sums {
	if r.parent != nil {
		return &r.parent.sums
	}
	return &r.sums
}

// Name returns the name of the stage: the given one, or kind#number.
func (r *Run) Name(node *flow.Node) string { return r.names.of(node) }

// Fail reports an error that could not be delivered as a signal, such as the
// panic of a subscriber. It reports whether there was somebody to tell.
func (r *Run) Fail(err error) bool {
	for ; r != nil; r = r.parent {
		if r.onFail != nil {
			r.onFail(err)
			return true
		}
	}
	return false
}

// Undeliverable reports an error that came after the end, or was the second.
func (r *Run) Undeliverable(err error) {
	if o := r.names.observer; o != nil {
		o.OnUndeliverable(r.names.stream, err)
	}
	slog.Warn("weir: undeliverable error", "stream", r.names.stream, "error", err)
}

// Block runs fn, which may wait on the outside, on a goroutine of its own that
// the run joins.
func (r *Run) Block(fn func()) { r.sched.Block(r, fn) }

// acquire counts a goroutine of the run; release uncounts it.
func (r *Run) acquire() {
	r.mu.Lock()
	r.active++
	r.mu.Unlock()
}

func (r *Run) release() {
	r.mu.Lock()
	r.active--
	r.unlockAndTell()
}

// isQuiet reports whether nothing of the run is left. The lock is held.
func (r *Run) isQuiet() bool { return r.heads == 0 && r.active == 0 && len(r.children) == 0 }

// unlockAndTell unlocks, and closes the waiters if the run is quiet.
func (r *Run) unlockAndTell() {
	var all []*Island
	if r.isQuiet() {
		all, r.waiters = r.waiters, nil
	}
	r.mu.Unlock()
	for _, w := range all {
		w.Close()
	}
}

func (r *Run) register(h *Handle) {
	if s, ok := r.sched.(*Seeded); ok {
		h.order = s.orders.Add(1)
	}
	r.mu.Lock()
	h.follow = r.live
	if r.live != nil {
		r.live.prev = h
	}
	r.live = h
	r.heads++
	watch := !r.watching
	r.watching = true
	ended, draining := r.ended.Load(), r.draining.Load()
	r.mu.Unlock()
	switch {
	case !watch:
	case r.ctx.Err() != nil:
		r.end() // before anything is emitted
	default:
		r.watch()
	}
	if ended {
		h.Post(Ended)
	}
	if draining {
		h.Post(Draining)
	}
}

func (r *Run) unregister(h *Handle) {
	r.mu.Lock()
	if h.prev != nil {
		h.prev.follow = h.follow
	} else {
		r.live = h.follow
	}
	if h.follow != nil {
		h.follow.prev = h.prev
	}
	h.prev, h.follow = nil, nil
	r.heads--
	var unwatch func() bool
	if r.adhoc && r.heads == 0 {
		r.watching = false
		unwatch = r.unwatch
		r.unwatch = nil
	}
	r.unlockAndTell()
	if unwatch != nil {
		unwatch()
	}
}

// watch waits for the end of the context, once for all heads.
func (r *Run) watch() {
	if r.done == nil {
		return
	}
	stop := context.AfterFunc(r.ctx, r.end)
	r.mu.Lock()
	r.unwatch = stop
	r.mu.Unlock()
}

// end tells all heads that the context has ended.
func (r *Run) end() {
	if r.finished.Load() {
		return
	}
	r.ended.Store(true)
	r.postAll(Ended)
}

// postAll posts e to every live head, oldest first, without holding the lock.
func (r *Run) postAll(e Event) {
	r.mu.Lock()
	all := make([]*Handle, r.heads)
	k := r.heads
	for h := r.live; h != nil; h = h.follow {
		k--
		all[k] = h
	}
	r.mu.Unlock()
	for _, h := range all {
		h.Post(e)
	}
}

// drain asks all sources of the run and of its children to complete.
func (r *Run) drain() {
	r.mu.Lock()
	r.draining.Store(true)
	children := slices.Collect(maps.Keys(r.children))
	r.mu.Unlock()
	r.postAll(Draining)
	for _, c := range children {
		c.drain()
	}
}

func (r *Run) adopt(child *Run) {
	r.mu.Lock()
	if r.children == nil {
		r.children = make(map[*Run]struct{})
	}
	r.children[child] = struct{}{}
	child.draining.Store(r.draining.Load())
	r.mu.Unlock()
}

func (r *Run) disown(child *Run) {
	r.mu.Lock()
	delete(r.children, child)
	r.unlockAndTell()
}

// Await waits until the sink's island is closed, running it meanwhile.
func (r *Run) Await(i *Island) { r.sched.Await(i) }

// Finish ends the run of a sink: the context of its functions is cancelled,
// and it waits until every head has ended and every goroutine has returned.
// The sink has cancelled its subscription before, or received its end.
func (r *Run) Finish(i *Island) {
	r.finished.Store(true)
	r.stopWatch()
	r.cancel(nil)
	late := time.AfterFunc(graceTime, r.stuck)
	r.await(i)
	for _, s := range r.shared {
		if s.over() {
			s.run.await(i)
		}
	}
	late.Stop()
	if r.parent != nil {
		r.parent.disown(r)
	} else {
		r.conclude()
	}
}

// await waits on i until nothing of the run is left.
func (r *Run) await(i *Island) {
	for i.Reopen(); !r.join(i); {
		i.Reopen()
	}
}

// Seal says that the sink has counted its last element. Call it after Finish.
func (r *Run) Seal() {
	if r.parent == nil {
		r.names.seal()
	}
}

// share is a run that several others feed on. The last one to end waits for it.
type share struct {
	run  *Run
	over func() bool // nobody feeds on it any more
}

// Share lets r wait, when it finishes, for a run that it has in common with
// others, once over reports that nobody needs that any more.
func (r *Run) Share(with *Run, over func() bool) {
	if with == r || with == r.parent {
		return
	}
	r.mu.Lock()
	r.shared = append(r.shared, share{with, over})
	r.mu.Unlock()
}

// join waits on i until nothing of the run is left, or i is closed for another
// reason. It reports whether nothing is left.
func (r *Run) join(i *Island) (quiet bool) {
	r.mu.Lock()
	quiet = r.isQuiet()
	if !quiet {
		r.waiters = append(r.waiters, i)
	}
	r.mu.Unlock()
	if quiet {
		return true
	}
	r.sched.Await(i)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiters = slices.DeleteFunc(r.waiters, func(w *Island) bool { return w == i })
	return r.isQuiet()
}

// waitIsland returns an island without heads, to wait on.
func (r *Run) waitIsland(ctx context.Context) *Island {
	return &Island{Context: ctx, run: r, owner: &owner{wake: make(chan struct{}, 1)}}
}

// stuck names the stages that keep a finished run from ending: a read or a
// user's function that does not listen to its context.
func (r *Run) stuck() {
	slog.Warn("weir: a stream has ended, but a call in it does not return",
		"stream", r.names.stream, "stages", r.liveStages(), "waited", graceTime)
}

// liveStages returns the names of the stages that have not ended.
func (r *Run) liveStages() []string {
	r.mu.Lock()
	var heads []*Handle
	for h := r.live; h != nil; h = h.follow {
		heads = append(heads, h)
	}
	children := slices.Collect(maps.Keys(r.children))
	r.mu.Unlock()
	var all []string
	for _, h := range heads {
		all = append(all, h.name())
	}
	for _, c := range children {
		all = append(all, c.liveStages()...)
	}
	return all
}

func (r *Run) stopWatch() {
	r.mu.Lock()
	stop := r.unwatch
	r.unwatch = nil
	r.mu.Unlock()
	if stop != nil {
		stop()
	}
}
