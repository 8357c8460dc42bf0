package sources_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// loop is an endless iterator that says how it ended.
type loop struct {
	yielded int  // values that yield has returned for
	told    bool // yield returned false
	cleaned bool // deferred code has run
	late    bool // what yield said to one that went on
}

func (l *loop) values(yield func(int) bool) {
	defer func() { l.cleaned = true }()
	for i := 0; ; i++ {
		if !yield(i) {
			l.told = true
			l.late = yield(-1)
			return
		}
		l.yielded++
	}
}

// TestSeqLeavesTheLoop: yield returns false, and what the iterator has
// deferred has run when the sink returns.
func TestSeqLeavesTheLoop(t *testing.T) {
	for name, run := range map[string]func(ctx context.Context, src flow.Publisher[int]) error{
		"First": func(ctx context.Context, src flow.Publisher[int]) error { _, err := sinks.First(ctx, src); return err },
		"Take": func(ctx context.Context, src flow.Publisher[int]) error {
			return sinks.Discard(ctx, operators.Take(src, 300))
		},
		"Async": func(ctx context.Context, src flow.Publisher[int]) error {
			return sinks.Discard(ctx, operators.Take(operators.Async(src, 4), 300))
		},
		"ForEach": func(ctx context.Context, src flow.Publisher[int]) error { return failAt(ctx, src, 9) },
		"break": func(ctx context.Context, src flow.Publisher[int]) error {
			for range sinks.Seq(ctx, src) {
				break
			}
			return nil
		},
		"context": func(ctx context.Context, src flow.Publisher[int]) error {
			ctx, cancel := context.WithCancelCause(ctx)
			return sinks.ForEach(ctx, src, func(_ context.Context, v int) error {
				if v == 700 {
					cancel(errTest)
				}
				return nil
			})
		},
	} {
		for on, s := range schedulers {
			t.Run(name+" on "+on, func(t *testing.T) {
				var l loop
				if err := run(scheduler.With(t.Context(), s()), sources.Seq(l.values)); err != nil {
					require.ErrorIs(t, err, errTest)
				}
				require.True(t, l.told)
				require.True(t, l.cleaned)
				require.False(t, l.late)
			})
		}
	}
}

var schedulers = map[string]func() scheduler.Scheduler{
	"default":   scheduler.Default,
	"inline":    scheduler.Inline,
	"pool":      func() scheduler.Scheduler { return scheduler.NewPool(2) },
	"pool of 1": func() scheduler.Scheduler { return scheduler.NewPool(1) },
	"seeded":    func() scheduler.Scheduler { return scheduler.NewSeeded(1) },
}

func failAt(ctx context.Context, src flow.Publisher[int], at int) error {
	return sinks.ForEach(ctx, src, func(_ context.Context, v int) error {
		if v == at {
			return errTest
		}
		return nil
	})
}

// TestSeqTakesNoMoreThanIsRequested, and the iterator does not begin before.
func TestSeqTakesNoMoreThanIsRequested(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l loop
		p := flowtest.Subscribe(t, sources.Seq(l.values))
		synctest.Wait()
		require.Zero(t, l.yielded)
		for sum, n := 0, 1; n <= 1000; n *= 10 {
			sum += n
			p.Request(int64(n))
			synctest.Wait()
			require.Equal(t, numbers(sum), p.Values())
			require.LessOrEqual(t, l.yielded, sum)
			require.GreaterOrEqual(t, l.yielded, sum-1, "the last yield is suspended")
		}
		p.Cancel()
		synctest.Wait()
		require.True(t, l.cleaned)
	})
}

// TestSeqThatWasNeverAsked does not call the iterator at all.
func TestSeqThatWasNeverAsked(t *testing.T) {
	src := sources.Seq(func(func(int) bool) { t.Error("called") })
	flowtest.Expect(t, src).NoSignal().Cancel().NoSignal()
	got, err := sinks.Slice(t.Context(), operators.Take(src, 0))
	require.NoError(t, err)
	require.Empty(t, got)
}

func TestSeqWrapsItsPanic(t *testing.T) {
	for _, k := range []int{0, 1, 5, 300} {
		got, err := sinks.Slice(t.Context(), sources.Seq(func(yield func(int) bool) {
			for i := range k {
				yield(i)
			}
			panic(errTest)
		}, sources.WithName("loop")))
		require.Equal(t, numbers(k), append([]int{}, got...))
		require.ErrorIs(t, err, errTest)
		var p *flow.PanicError
		require.ErrorAs(t, err, &p)
		require.Equal(t, "loop", p.Stage)
	}
}

// TestSeqPanicInCleanup: it comes too late for the stream, which does not fail.
func TestSeqPanicInCleanup(t *testing.T) {
	o := new(observer)
	v, err := sinks.First(flow.WithObserver(t.Context(), o), sources.Seq(func(yield func(int) bool) {
		defer panic(errTest)
		yield(7)
	}))
	require.NoError(t, err)
	require.Equal(t, 7, v)
	require.Len(t, o.errs, 1)
	require.ErrorIs(t, o.errs[0], errTest)
}

// observer collects what could not be delivered. It is for streams without
// concurrency.
type observer struct{ errs []error }

func (*observer) OnStage(flow.StageInfo, *flow.Stats) {}

func (o *observer) OnUndeliverable(_ string, err error) { o.errs = append(o.errs, err) }

func TestSeqIsCold(t *testing.T) {
	src := sources.Seq(slices.Values([]int{1, 2, 3}))
	for range 2 {
		got, err := sinks.Slice(t.Context(), src)
		require.NoError(t, err)
		require.Equal(t, []int{1, 2, 3}, got)
	}
}
