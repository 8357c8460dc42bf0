package graphs

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
)

var (
	errFault = errors.New("the fault")
	errStop  = errors.New("the context was ended")
)

// schedulers are where graphs run.
var schedulers = []struct {
	name string
	make func(seed uint64) scheduler.Scheduler
}{
	{"Default", func(uint64) scheduler.Scheduler { return scheduler.Default() }},
	{"Inline", func(uint64) scheduler.Scheduler { return scheduler.Inline() }},
	{"Pool", func(seed uint64) scheduler.Scheduler { return scheduler.NewPool(1 + int(seed%3)) }},
	{"Seeded", func(seed uint64) scheduler.Scheduler {
		return scheduler.NewSeeded(seed, scheduler.Quiesce(synctest.Wait))
	}},
}

// sleep takes virtual time.
func sleep(d time.Duration) { time.Sleep(d) }

// size is what a graph had, for the totals.
type size struct {
	stages, elements int
	drawn            []string
}

// verify draws the graph of the seed, runs it on the scheduler of that number,
// and reports what is wrong.
func verify(t *testing.T, seed uint64, on int, tell bool) size {
	if seed%3 == 0 {
		var r register
		n := verifyKind(t, seed, on, tell, r.kind(), func() string {
			for _, e := range r.all {
				if n := e.owners.Load(); n != 0 {
					return fmt.Sprintf("element %d of %d, which is %d, has %d owners left; the last one said: %v",
						slices.Index(r.all, e), len(r.all), e.v, n, flow.Reason(e.last.Load()))
				}
			}
			return ""
		})
		return n
	}
	return verifyKind(t, seed, on, tell, plain(), func() string { return "" })
}

func verifyKind[T any](t *testing.T, seed uint64, on int, tell bool, k kind[T], owned func() string) (n size) {
	d := &draw[T]{kind: k, rng: rand.New(rand.NewPCG(seed, 1)), tables: allTables[T]()}
	if d.intn(2) == 0 {
		d.fault = fault(d.intn(int(faults)))
	}
	after := time.Duration(d.intn(20)) * time.Millisecond
	d.at = int64(oneOf(d, d.intn(4), d.intn(300)))
	d.outputs()
	d.victim = d.intn(max(1, d.functions))

	sched := schedulers[on]
	told := func() string {
		return fmt.Sprintf("seed %d on %s:\n%s", seed, sched.name, d)
	}
	if tell {
		t.Log(told())
	}
	var problems []string
	stopped := watchHang(told)
	func() {
		defer func() {
			if r := recover(); r != nil {
				problems = append(problems, fmt.Sprint(r))
			}
		}()
		synctest.Test(t, func(t *testing.T) {
			problems = d.play(t.Context(), sched.make(seed), after)
		})
	}()
	stopped()
	if p := owned(); p != "" {
		problems = append(problems, p)
	}
	if len(problems) > 0 {
		t.Errorf("%s", told())
		for _, p := range problems {
			t.Errorf("    WRONG: %s", p)
		}
	}
	return size{d.stages, d.elements, d.drawn}
}

// play runs the graph and returns what is wrong.
func (d *draw[T]) play(ctx context.Context, on scheduler.Scheduler, after time.Duration) (problems []string) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	d.cancel = func() { cancel(errStop) }
	if d.fault == timesOut {
		defer time.AfterFunc(after, d.cancel).Stop()
	}
	var seen stages
	g, ctx := scheduler.NewGraph(ctx, "random", scheduler.On(on), scheduler.Observe(&seen))
	for _, s := range d.sinks {
		s.run(ctx, g, s)
	}
	err := g.Wait()
	problems = append(seen.unbalanced(), seen.alive()...)
	failed := int64(0) // calls of a sink's function that have not dealt with their element
	if d.fault == panics || d.fault == fails {
		failed = 1
	}
	if out, got := seen.delivered(), d.received(); out > got || out < got-failed {
		problems = append(problems, fmt.Sprintf("sinks have dealt with %d elements and received %d", out, got))
	}
	for _, s := range d.sinks {
		for _, p := range d.check(s, err) {
			problems = append(problems, s.from.words+" → "+s.words+": "+p)
		}
	}
	for _, check := range d.checks {
		check()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return append(problems, d.problems...)
}

// check compares what came of a sink with what was to come.
func (d *draw[T]) check(s *sink[T], graph error) (problems []string) {
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if s.wrong != "" {
		wrong("%s", s.wrong)
	}
	if left := s.leave >= 0 && len(s.got) >= s.leave; !s.ended.Load() && !left {
		wrong("the graph is over, the sink is not: %d elements, error %v", len(s.got), s.err)
	}
	for _, err := range []error{s.err, graph} {
		if err != nil && !errors.Is(err, errFault) && !errors.Is(err, errStop) {
			wrong("unexpected error %v", err)
		}
	}
	undisturbed := s.err == nil && graph == nil
	if d.fault == nothing && !undisturbed {
		wrong("nothing went wrong, but: %v, %v", s.err, graph)
	}
	want := s.from.want
	if s.leave >= 0 && s.from.mode == exact {
		want = want[:min(max(s.leave, len(s.got)), len(want))]
		if len(s.got) > s.leave {
			wrong("%d elements after it has left", len(s.got)-s.leave)
		}
	}
	switch s.from.mode {
	case exact:
		if !prefix(s.got, want) || (undisturbed && len(s.got) != len(want)) {
			wrong("got  %v\n           want %v", s.got, want)
		}
	case unsorted:
		if !within(s.got, want) || (undisturbed && s.leave < 0 && len(s.got) != len(want)) {
			wrong("got  %v\n           want %v in any order", s.got, want)
		}
	case lossy:
		if !within(s.got, want) {
			wrong("got  %v\n           want some of %v", s.got, want)
		}
	}
	return problems
}

// stages is an observer that keeps the counts of all stages.
type stages struct {
	mu    sync.Mutex
	infos []flow.StageInfo
	stats []*flow.Stats
}

func (o *stages) OnStage(s flow.StageInfo, stats *flow.Stats) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.infos = append(o.infos, s)
	o.stats = append(o.stats, stats)
}

func (*stages) OnUndeliverable(string, error) {}

// changing are the stages of which more or fewer elements come out than go in.
var changing = []string{"flatmapslice", "fold", "batch", "through", "concatmap", "flatmap", "recover", "zip2", "handle"}

// unbalanced returns the stages whose sum does not close: what went in has come
// out, or was lost for a reason.
func (o *stages) unbalanced() (problems []string) {
	for i, info := range o.infos {
		n := o.stats[i].Snapshot()
		in := n.In
		if len(info.Upstream) == 0 || slices.Contains(changing, info.Kind) {
			continue
		}
		out := n.Out + n.Buffered
		for _, lost := range n.Lost {
			out += lost
		}
		if in != out {
			problems = append(problems, fmt.Sprintf("%s: %d in, %d out, lost %v", info.Stage, in, n.Out, n.Lost))
		}
	}
	return problems
}

// delivered returns how many elements the blocking sinks have dealt with.
func (o *stages) delivered() (n int64) {
	for i, info := range o.infos {
		if isSink(info) {
			n += o.stats[i].Out.Load()
		}
	}
	return n
}

// received returns how many elements the functions of blocking sinks were
// called with.
func (d *draw[T]) received() (n int64) {
	for _, s := range d.sinks {
		if !s.foreign && !s.aside {
			n += int64(len(s.got))
		}
	}
	return n
}

func isSink(s flow.StageInfo) bool {
	return len(s.Upstream) > 0 && !strings.HasPrefix(s.Stage, insistent) && slices.Contains([]string{"slice", "foreach", "tryfold", "seq", "chan"}, s.Kind)
}

// alive returns the stages that have not ended, or hold something.
func (o *stages) alive() (problems []string) {
	for i, info := range o.infos {
		if n := o.stats[i].Snapshot(); n.Workers != 0 || n.Buffered != 0 {
			problems = append(problems, fmt.Sprintf("%s: the run is over, %d subscriptions alive, %d elements held",
				info.Stage, n.Workers, n.Buffered))
		}
	}
	return problems
}
