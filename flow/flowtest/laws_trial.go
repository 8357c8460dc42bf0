package flowtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
)

// trial is one run of an operator under a law, between a source whose books
// are kept and a probe, as a blocking sink would run it.
type trial[In, Out any] struct {
	*trialPlan[In, Out]
	b        *bench
	limit    time.Duration
	ctx      context.Context
	cancel   context.CancelCauseFunc
	in       *intake
	src      *source[In]
	probe    *Probe[Out]
	pub      flow.Publisher[Out]
	run      *scheduler.Run
	island   *scheduler.Island
	rng      *rand.Rand // of the demand; only signals use it
	got      int        // elements so far; only signals use it
	asked    int64      // by the pattern; only signals use it
	calls    atomic.Int64
	endCalls atomic.Int64 // calls when the end came
	made     atomic.Int64 // elements made by the function, less those it was given
	leaving  sync.Once
	left     chan struct{} // closed when the subscriber has left
	broken   atomic.Pointer[error]
	done     chan struct{} // closed when the run has been joined
}

// trialPlan says what happens in a trial. The zero value of what is not said
// is right.
type trialPlan[In, Out any] struct {
	new      func(up flow.Publisher[In], hook func(In)) flow.Publisher[Out]
	at       func(i int) In
	n        int     // elements of upstream
	err      error   // with which it ends
	batch    int     // its largest batch
	async    bool    // on a goroutine of its own
	gated    bool    // it has only what the script lets through
	batches  bool    // the subscriber takes batches
	demand   pattern // of the subscriber
	observer flow.Observer
	expand   func(v In) int     // see LawConfig
	next     func(i int, v Out) // in the i-th OnNext
	call     func(k int, v In)  // in the k-th call of the function
}

// pattern is how a subscriber asks for elements.
type pattern struct {
	name string
	next func(rng *rand.Rand) int64 // how many, when it has got what it asked for; nil: the script asks
}

var (
	unlimited  = pattern{"unbounded demand", func(*rand.Rand) int64 { return flow.Unbounded }}
	oneByOne   = pattern{"a demand of one at a time", func(*rand.Rand) int64 { return 1 }}
	handfuls   = pattern{"random demand", func(rng *rand.Rand) int64 { return 1 + rng.Int64N(40) }}
	byScript   = pattern{"demand by hand", nil}
	patterns   = []pattern{unlimited, oneByOne, handfuls}
	errTrialUp = fmt.Errorf("flowtest: upstream failed: %w", errTest)
)

// String says what is special about the plan, for messages.
func (p *trialPlan[In, Out]) String() string {
	s := p.demand.name
	if p.batch > 1 {
		s += fmt.Sprintf(", upstream in batches of up to %d", p.batch)
	}
	if p.async {
		s += ", asynchronous upstream"
	}
	if p.batches {
		s += ", downstream takes batches"
	}
	return s
}

// vary sets what a law does not care about, for the i-th trial.
func (p *trialPlan[In, Out]) vary(i int) {
	p.demand = patterns[i%len(patterns)]
	p.batches = i%2 == 1
	p.async = i%5 == 2
	if i%4 == 3 {
		p.batch = 8
	}
}

// prepare makes a trial that start begins.
func (l *laws[In, Out]) prepare(b *bench, p *trialPlan[In, Out], format string, args ...any) *trial[In, Out] {
	return prepareTrial(b, l.cfg.Limits, p, format, args...)
}

// plan returns a trial of the operator with all elements.
func (l *laws[In, Out]) plan() *trialPlan[In, Out] {
	p := &trialPlan[In, Out]{at: l.cfg.In, n: l.cfg.Size, batch: 1, demand: unlimited, new: l.cfg.Call, expand: l.cfg.Expand}
	if p.new == nil {
		p.new = func(up flow.Publisher[In], _ func(In)) flow.Publisher[Out] { return l.cfg.New(up) }
	}
	return p
}

func prepareTrial[In, Out any](b *bench, limits Limits, p *trialPlan[In, Out], format string, args ...any) *trial[In, Out] {
	seed := b.begin("%s, %s", fmt.Sprintf(format, args...), p)
	t := &trial[In, Out]{
		trialPlan: p, b: b, limit: limits.Timeout,
		in: &intake{gate: p.n}, rng: rand.New(rand.NewPCG(seed, 2)),
		left: make(chan struct{}), done: make(chan struct{}),
	}
	ctx := scheduler.With(b.t.Context(), b.on.New(seed))
	if limits.Context != nil {
		ctx = limits.Context(ctx)
	}
	if p.observer != nil {
		ctx = flow.WithObserver(ctx, p.observer)
	}
	t.ctx, t.cancel = context.WithCancelCause(ctx)
	if p.gated {
		t.in.gate = 0
	}
	if sizes := rand.New(rand.NewPCG(seed, 3)); p.batch > 1 {
		t.in.size = func(most int) int { return 1 + sizes.IntN(most) }
	}
	t.probe = newProbe[Out](b, probeOptions{timeout: limits.Timeout, batches: p.batches})
	t.probe.begin = t.ask
	t.probe.each = t.element
	t.src = &source[In]{n: p.n, at: p.at, err: p.err, batch: p.batch, async: p.async, in: t.in}
	t.pub = p.new(t.src, t.hook)
	t.run, t.island = scheduler.NewRun(t.ctx, flow.NodeOf(t.pub), t.fail)
	return t
}

// start begins the trial: from here on its plan is fixed.
func (t *trial[In, Out]) start() {
	go t.drive()
	go t.watch()
}

// ask requests what the pattern says.
func (t *trial[In, Out]) ask() {
	if t.demand.next == nil || t.asked == flow.Unbounded {
		return
	}
	n := t.demand.next(t.rng)
	if t.asked += n; t.asked < 0 {
		t.asked = flow.Unbounded
	}
	t.probe.Request(n)
}

// element is called in OnNext.
func (t *trial[In, Out]) element(v Out) {
	i := t.got
	t.got++
	if t.next != nil {
		t.next(i, v)
	}
	if int64(t.got) == t.asked {
		t.ask()
	}
}

// hook is called first in the operator's function.
func (t *trial[In, Out]) hook(v In) {
	k := int(t.calls.Add(1)) - 1
	if t.call != nil {
		t.call(k, v)
	}
	if t.expand != nil {
		t.made.Add(int64(t.expand(v)) - 1)
	}
}

// fail takes an error that could not be signalled: the subscriber panicked.
func (t *trial[In, Out]) fail(err error) {
	t.broken.CompareAndSwap(nil, &err)
	t.depart()
}

// leave cancels the subscription, and once more, which changes nothing.
func (t *trial[In, Out]) leave() {
	t.probe.Cancel()
	t.probe.Cancel()
	t.depart()
}

func (t *trial[In, Out]) depart() { t.leaving.Do(func() { close(t.left) }) }

// watch lets the run end when the subscriber has left or seen the end, and all
// that follows from it has happened.
func (t *trial[In, Out]) watch() {
	select {
	case <-t.probe.done:
		t.endCalls.Store(t.calls.Load())
	case <-t.left:
	}
	time.Sleep(5 * pause)
	t.island.Close()
}

// drive subscribes and runs the stream to its end. A function that ends its
// goroutine may have ended the one that does this: then another one goes on.
func (t *trial[In, Out]) drive() {
	defer close(t.done)
	for first := true; ; first = false {
		finished := make(chan bool, 1)
		go func() {
			returned := false
			defer func() {
				if r := recover(); r != nil && r != any(onPurpose{}) {
					t.b.wrong("the panic left the operator: %v\n%s", r, debug.Stack())
				}
				finished <- returned
			}()
			if first {
				t.pub.Subscribe(t.island, t.probe.Subscriber())
			}
			t.run.Await(t.island)
			t.run.Finish(t.island)
			t.run.Seal()
			returned = true
		}()
		if <-finished {
			return
		}
	}
}

// pause is a moment of virtual time: everything that can run by itself does.
const pause = time.Microsecond + 7

// settle waits until nothing goes on any more without more time, demand or
// input.
func (t *trial[In, Out]) settle() { time.Sleep(pause) }

// until waits until cond is true, and gives up when nothing happens any more.
func (t *trial[In, Out]) until(cond func() bool) bool {
	for d := pause; ; d *= 2 {
		seen := t.progress()
		time.Sleep(d)
		switch {
		case cond():
			return true
		case d > t.limit && t.progress() == seen:
			return false
		}
		d = min(d, t.limit)
	}
}

// progress grows whenever something happens.
func (t *trial[In, Out]) progress() int64 {
	return int64(t.probe.signals()) + t.calls.Load() + t.in.sent()
}

// join waits until the run has ended, and a moment more for what must not come.
func (t *trial[In, Out]) join() {
	defer t.cancel(errCheckEnded)
	if !t.until(t.over) {
		t.b.wrong("the stream goes on, but nothing happens any more: %s; upstream: %s", t.probe, t.in)
		t.leave()
		t.cancel(errCheckEnded)
		if !t.until(t.over) {
			t.b.t.Errorf("%s: the run does not end", t.b.what)
		}
	}
	t.settle()
}

func (t *trial[In, Out]) over() bool {
	select {
	case <-t.done:
		return true
	default:
		return false
	}
}

// checkUpstream reports subscriptions of upstream that were not cancelled once,
// unless they had ended.
func (l *laws[In, Out]) checkUpstream(t *trial[In, Out]) {
	t.in.all(func(i int, line *intakeLine) {
		switch {
		case line.cancelled > 1:
			t.b.wrong("upstream was cancelled %d times (subscription %d)", line.cancelled, i+1)
		case line.cancelled == 0 && !line.ended && l.cfg.Sharing != Hot:
			t.b.wrong("upstream was not cancelled (subscription %d)", i+1)
		}
	})
}
