package scheduler

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/weirgo/weir/flow"
)

// Graph runs several streams together, as errgroup runs functions: the first
// error cancels all, and Wait returns it when every goroutine has ended.
type Graph struct {
	run    *Run
	ctx    context.Context
	cancel context.CancelCauseFunc
	drain  chan struct{}
	once   sync.Once // drains

	mu      sync.Mutex
	pending int     // functions and streams that have not ended
	err     error   // the first
	waiter  *Island // closed when nothing is pending
}

// GraphOption is a setting of a graph that has a default.
type GraphOption func(context.Context) context.Context

// On runs the graph on s. The default is the scheduler of its context, or
// [Default].
func On(s Scheduler) GraphOption {
	if s == nil {
		panic("scheduler.On: nil scheduler")
	}
	return func(ctx context.Context) context.Context { return With(ctx, s) }
}

// Observe lets all stages of the graph report to o.
func Observe(o flow.Observer) GraphOption {
	if o == nil {
		panic("scheduler.Observe: nil observer")
	}
	return func(ctx context.Context) context.Context { return flow.WithObserver(ctx, o) }
}

// NewGraph returns a graph and the context under which its streams run. The
// name is that of the stream in metrics. The context ends with the first error
// and when Wait returns. Every graph needs a Wait.
func NewGraph(ctx context.Context, name string, opts ...GraphOption) (*Graph, context.Context) {
	if ctx == nil {
		panic("scheduler.NewGraph: nil context")
	}
	ctx = flow.WithStream(Outside(ctx), name)
	for _, o := range opts {
		ctx = o(ctx)
	}
	g := &Graph{drain: make(chan struct{})}
	ctx = flow.WithDraining(ctx, g.drain)
	ctx, g.cancel = context.WithCancelCause(ctx)
	keyed := &graphContext{Context: ctx}
	g.run = newRun(keyed, nil)
	g.run.onFail = g.fail
	keyed.run = g.run
	g.ctx = keyed
	return g, keyed
}

// graphContext is a context that knows the run of its graph.
type graphContext struct {
	context.Context
	run *Run
}

func (c *graphContext) Value(key any) any {
	if key == (runKey{}) {
		return c.run
	}
	return c.Context.Value(key)
}

// Go runs f concurrently, usually a sink:
//
//	g.Go(func() error { return sinks.ForEach(ctx, src, f) })
//
// The first error that a function returns cancels the graph's context.
func (g *Graph) Go(f func() error) {
	if f == nil {
		panic("scheduler.Graph.Go: nil function")
	}
	g.start()
	task := func() {
		returned := false
		defer func() {
			switch r := recover(); {
			case r != nil:
				g.fail(flow.NewPanicError("function of graph "+g.run.names.stream, r))
			case !returned:
				g.fail(flow.NewPanicError("function of graph "+g.run.names.stream, flow.ErrGoexit))
			}
			g.end()
		}()
		if err := f(); err != nil {
			g.fail(err)
		}
		returned = true
	}
	if s, ok := g.run.sched.(tasker); ok {
		s.start(task)
		return
	}
	go task()
}

// tasker is a scheduler that runs the functions of a graph itself.
type tasker interface{ start(f func()) }

// Subscribe runs the stream from pub to s in the graph, without a goroutine of
// its own and without blocking; Wait counts it. An error of the stream goes to
// s alone. A panic in s cancels its subscription and fails the graph.
func Subscribe[T any](g *Graph, pub flow.Publisher[T], s flow.Subscriber[T]) {
	if g == nil {
		panic("scheduler.Subscribe: nil graph")
	}
	if pub == nil {
		panic("scheduler.Subscribe: nil publisher")
	}
	if s == nil {
		panic("scheduler.Subscribe: nil subscriber")
	}
	pub.Subscribe(g.run.newIsland(g.ctx), s)
}

func (g *Graph) start() {
	g.mu.Lock()
	g.pending++
	g.mu.Unlock()
}

func (g *Graph) end() {
	g.mu.Lock()
	g.pending--
	var w *Island
	if g.pending == 0 {
		w, g.waiter = g.waiter, nil
	}
	g.mu.Unlock()
	if w != nil {
		w.Close()
	}
}

// fail keeps the first error and cancels the graph.
func (g *Graph) fail(err error) {
	g.mu.Lock()
	first := g.err == nil
	if first {
		g.err = err
	}
	g.mu.Unlock()
	if first {
		g.cancel(err)
	}
}

// Wait returns when all functions have returned, all streams have ended and
// all goroutines of the graph are gone. It returns the first error, and nil
// after a drain.
func (g *Graph) Wait() error {
	i := g.run.waitIsland(g.ctx)
	g.mu.Lock()
	busy := g.pending > 0
	if busy {
		g.waiter = i
	}
	g.mu.Unlock()
	if busy {
		g.run.sched.Await(i)
	}
	g.run.await(i)
	g.run.conclude()
	g.run.finished.Store(true)
	g.run.stopWatch()
	g.cancel(nil)
	g.run.Seal()
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

// Report says what became of a graph's elements.
type Report struct {
	Delivered int64    // dealt with by sinks
	Dropped   int64    // lost by overflow, as the strategies said
	Discarded int64    // let go by a cancel, an error or the end of the context
	Stuck     []string // stages that had not ended when the time was up
}

// String returns the report as one line.
func (r Report) String() string {
	s := fmt.Sprintf("%d delivered, %d dropped, %d discarded", r.Delivered, r.Dropped, r.Discarded)
	if len(r.Stuck) > 0 {
		s += ", stuck: " + strings.Join(r.Stuck, ", ")
	}
	return s
}

// ErrStuck is the cause with which a drain that ran out of time cancels.
var ErrStuck = errors.New("scheduler: drain ran out of time")

// Drain stops the graph gracefully: sources complete, and what is in flight
// flushes to the sinks. It returns when all has ended, with an account. When
// ctx ends first, it cancels the graph, names the stages that had not ended,
// and returns an error that wraps [ErrStuck]. Wait must be called as well.
func (g *Graph) Drain(ctx context.Context) (Report, error) {
	g.once.Do(func() {
		close(g.drain)
		g.run.drain()
	})
	i := g.run.waitIsland(g.ctx)
	stop := context.AfterFunc(ctx, i.Close)
	quiet := g.run.join(i)
	stop()
	report := g.report()
	if quiet {
		return report, nil
	}
	report.Stuck = g.run.liveStages()
	err := fmt.Errorf("%w: %s: %w", ErrStuck, strings.Join(report.Stuck, ", "), context.Cause(ctx))
	g.fail(err)
	return report, err
}

func (g *Graph) report() Report {
	s := g.run.Sums()
	return Report{Delivered: s.Delivered.Load(), Dropped: s.Dropped.Load(), Discarded: s.Discarded.Load()}
}
