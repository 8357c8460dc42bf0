package flowtest

import (
	"context"
	"errors"
	"runtime/pprof"
	"strconv"
	"testing"
	"time"

	"github.com/weirgo/weir/flow"
)

// SinkConfig describes a blocking sink to [VerifySink].
type SinkConfig[T any] struct {
	// Run runs the sink on pub and returns its error.
	Run func(ctx context.Context, pub flow.Publisher[T]) error
	// In returns the i-th element that it is sent. Nil means the number i,
	// where T is a numeric type.
	In func(i int) T
	// Stops is after how many elements the sink leaves of its own accord; 0
	// means that it reads to the end.
	Stops int
	// Empty is what Run returns for a stream without elements, for errors.Is.
	Empty error

	Limits
}

// VerifySink checks a blocking sink: what it returns, that it leaves nothing
// running, and that it keeps the rules for subscribers. Each rule is a subtest
// named by its number.
func VerifySink[T any](t *testing.T, cfg SinkConfig[T]) {
	t.Helper()
	run(t, cfg.Limits, sinkGroups(cfg))
}

func sinkGroups[T any](cfg SinkConfig[T]) []group {
	if cfg.In == nil {
		cfg.In = number[T]()
	}
	var groups []group
	for _, up := range upstreams {
		s := &sink[T]{SinkConfig: cfg, batch: up.batch, async: up.async}
		rules := []rule{
			{"G.30", "nil at the end", s.complete},
			{"G.31", "the error of the stream", s.fails},
			{"G.32", "the cause when ctx ends", s.ctxEnds},
			{"G.33", "nothing is left running", s.leavesNothing},
		}
		if !up.async {
			rules = append(rules,
				rule{"3.10", "Request may call OnNext", s.synchronous},
				rule{"3.11", "Request may call OnComplete and OnError", s.synchronousEnd})
			sortRules(rules)
		}
		groups = append(groups, group{up.name + " upstream", rules})
	}
	s := &sink[T]{SinkConfig: cfg}
	rules := []rule{
		{"2.01", "demand is asked for by Request", s.requests},
		{"2.03", "no calls inside OnComplete and OnError", s.endsOnly},
		{"2.05", "a second OnSubscribe is cancelled", s.secondSubscription},
		{"2.08", "signals after the end are tolerated", s.lateSignals},
		{"2.09", "OnComplete without elements", s.completesEmpty},
		{"2.10", "OnError without elements", s.failsEmpty},
		{"G.20", "the context reaches upstream", s.context},
		{"G.34", "the end of ctx cancels upstream", s.ctxCancels},
	}
	if cfg.Stops > 0 {
		rules = append(rules, rule{"2.06", "leaving early cancels upstream", s.stopsEarly})
	}
	sortRules(rules)
	return append(groups, group{"hand-driven upstream", rules})
}

// sink is what the rules for sinks are checked on.
type sink[T any] struct {
	SinkConfig[T]
	batch int
	async bool
}

func (s *sink[T]) source(n int, err error) *source[T] {
	return &source[T]{n: n, at: s.In, err: err, batch: s.batch, async: s.async}
}

// begin runs the sink. The result comes when it has returned.
func (s *sink[T]) begin(e *env, ctx context.Context, pub flow.Publisher[T]) <-chan error {
	result := make(chan error, 1)
	e.spawn(func() { result <- s.Run(ctx, pub) })
	return result
}

// returns waits for the result and compares it with want.
func (s *sink[T]) returns(e *env, result <-chan error, want error) {
	timer := time.NewTimer(e.limits.timeout())
	defer timer.Stop()
	select {
	case err := <-result:
		if !errors.Is(err, want) {
			e.violate(e.own, "the sink returned %v, want %v", err, want)
		}
	case <-timer.C:
		e.fatal(e.own, "the sink did not return, want %v", want)
	}
}

func (s *sink[T]) complete(e *env) {
	for _, n := range []int{0, 1, 3, 200} {
		want := error(nil)
		if n == 0 {
			want = s.Empty
		}
		s.returns(e, s.begin(e, e.ctx, s.source(n, nil)), want)
	}
}

func (s *sink[T]) synchronous(e *env) {
	s.returns(e, s.begin(e, e.ctx, s.source(40, nil)), nil)
}

func (s *sink[T]) synchronousEnd(e *env) {
	s.returns(e, s.begin(e, e.ctx, s.source(0, nil)), s.Empty)
	s.returns(e, s.begin(e, e.ctx, s.source(1, nil)), nil)
	s.returns(e, s.begin(e, e.ctx, s.source(0, errTest)), errTest)
}

func (s *sink[T]) fails(e *env) {
	for _, n := range []int{0, 1, 20} {
		if s.Stops == 0 || n < s.Stops {
			s.returns(e, s.begin(e, e.ctx, s.source(n, errTest)), errTest)
		}
	}
}

func (s *sink[T]) ctxEnds(e *env) {
	for _, early := range []bool{true, false} {
		ctx, cancel := e.within()
		src := s.source(0, nil)
		src.never = true
		if early {
			cancel(errTest)
		}
		result := s.begin(e, ctx, src)
		cancel(errTest)
		s.returns(e, result, errTest)
	}
	ctx, cancel := context.WithTimeout(e.ctx, time.Millisecond)
	e.cleanup(cancel)
	s.returns(e, s.begin(e, ctx, &source[T]{never: true, async: s.async}), context.DeadlineExceeded)
}

// leavesNothing runs the sink under a label of its own, for each way to end.
func (s *sink[T]) leavesNothing(e *env) {
	never := s.source(2, nil)
	never.never = true
	for _, src := range []*source[T]{s.source(5, nil), s.source(0, errTest), never} {
		ctx, cancel := e.within()
		label := strconv.FormatInt(labels.Add(1), 10) + " sink"
		returned := make(chan struct{})
		e.spawn(func() {
			defer close(returned)
			ctx := pprof.WithLabels(ctx, pprof.Labels(labelKey, label))
			pprof.SetGoroutineLabels(ctx)
			_ = s.Run(ctx, src) // the other rules look at it
		})
		if src.never {
			e.lull()
			cancel(errTest)
		}
		e.wait(returned, e.own, "the sink did not return")
		if left := settle([]string{label}, e.limits.timeout()); len(left) > 0 {
			e.violate(e.own, "goroutines left behind:\n%s", left[label])
		}
	}
}
