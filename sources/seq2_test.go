package sources_test

import (
	"context"
	"iter"
	"runtime"
	"sync"
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

// failingAfter yields the numbers below n and then errTest, and says what came
// of that.
func failingAfter(n int, told *bool) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := range n {
			if !yield(i, nil) {
				return
			}
		}
		if yield(99, errTest) || yield(100, nil) || yield(101, context.Canceled) {
			return
		}
		*told = true
	}
}

// TestSeq2EndsWithTheFirstError, after the values before it. The iterator is
// told, and nothing it yields afterwards counts.
func TestSeq2EndsWithTheFirstError(t *testing.T) {
	for on, s := range schedulers {
		for _, k := range []int{0, 1, 5, 256, 700} {
			told := false
			got, err := sinks.Slice(scheduler.With(t.Context(), s()),
				sources.Seq2(failingAfter(k, &told), sources.WithName("rows")))
			require.Equal(t, numbers(k), append([]int{}, got...), on)
			require.ErrorIs(t, err, errTest)
			require.NotErrorIs(t, err, context.Canceled)
			var e *flow.StageError
			require.ErrorAs(t, err, &e)
			require.Equal(t, "rows", e.Stage)
			require.True(t, told)
		}
	}
}

// TestSeq2TakesNoMoreThanIsRequested: an error behind the last requested value
// is not looked for.
func TestSeq2TakesNoMoreThanIsRequested(t *testing.T) {
	told := false
	steps := flowtest.Expect(t, sources.Seq2(failingAfter(3, &told)))
	_ = steps.NoSignal().Request(1).Next(0).Request(2).Next(1, 2).NoSignal().Request(1).Error(errTest)
	require.True(t, told)
}

// TestSeq2ThatIsLeft: yield returns false, and what it yields then is nobody's
// concern.
func TestSeq2ThatIsLeft(t *testing.T) {
	for on, s := range schedulers {
		o := new(observer)
		ctx := flow.WithObserver(scheduler.With(t.Context(), s()), o)
		told := false
		src := sources.Seq2(func(yield func(int, error) bool) {
			for i := 0; yield(i, nil); i++ {
			}
			told = !yield(0, errTest)
		})
		got, err := sinks.Slice(ctx, operators.Take(src, 300))
		require.NoError(t, err, on)
		require.Equal(t, numbers(300), got)
		require.True(t, told)
		require.Empty(t, o.errs)
	}
}

func TestSeq2WrapsItsPanic(t *testing.T) {
	for _, k := range []int{0, 1, 300} {
		got, err := sinks.Slice(t.Context(), sources.Seq2(func(yield func(int, error) bool) {
			for i := range k {
				yield(i, nil)
			}
			panic(errTest)
		}))
		require.Equal(t, numbers(k), append([]int{}, got...))
		require.ErrorIs(t, err, errTest)
		var p *flow.PanicError
		require.ErrorAs(t, err, &p)
	}
}

// TestSeq2GoexitInTheIterator ends the stream, and the island goes on
// elsewhere.
func TestSeq2GoexitInTheIterator(t *testing.T) {
	var all sync.WaitGroup
	all.Go(func() {
		p := flowtest.Subscribe(t, operators.Async(sources.Seq2(func(yield func(int, error) bool) {
			yield(0, nil)
			runtime.Goexit()
		}), 4), flowtest.WithDemand(flow.Unbounded))
		p.ExpectNext(0)
		p.ExpectError(flow.ErrGoexit)
	})
	all.Wait()
}

// TestSeq2PanicBehindItsError comes too late for the stream.
func TestSeq2PanicBehindItsError(t *testing.T) {
	o := new(observer)
	late := context.Canceled
	_, err := sinks.Slice(flow.WithObserver(t.Context(), o), sources.Seq2(func(yield func(int, error) bool) {
		defer panic(late)
		yield(0, errTest)
	}))
	require.ErrorIs(t, err, errTest)
	require.Len(t, o.errs, 1)
	require.ErrorIs(t, o.errs[0], late)
}

func TestSeq2AndTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		left := false
		p := flowtest.Subscribe(t, sources.Seq2(func(yield func(int, error) bool) {
			defer func() { left = true }()
			for yield(0, nil) {
			}
			yield(0, context.Canceled)
		}), flowtest.WithContext(ctx))
		p.Request(3)
		p.ExpectNext(0, 0, 0)
		cancel(errTest)
		synctest.Wait()
		p.ExpectError(errTest)
		require.True(t, left)

		p = flowtest.Subscribe(t, sources.Seq2(func(func(int, error) bool) { t.Error("called") }), flowtest.WithContext(ctx))
		p.ExpectError(errTest)
	})
}

// releasing counts how often it is released.
type releasing struct{ n int }

func (r *releasing) Release(flow.Reason) { r.n++ }

// TestSeq2ReleasesTheValueBesideTheError, unless there is none.
func TestSeq2ReleasesTheValueBesideTheError(t *testing.T) {
	v := new(releasing)
	for _, beside := range []*releasing{v, nil} {
		err := sinks.Discard(t.Context(), sources.Seq2(func(yield func(*releasing, error) bool) { yield(beside, errTest) }))
		require.ErrorIs(t, err, errTest)
	}
	require.Equal(t, 1, v.n)
}

func TestSeq2IsCold(t *testing.T) {
	told := false
	src := sources.Seq2(failingAfter(2, &told))
	for range 2 {
		got, err := sinks.Slice(t.Context(), src)
		require.ErrorIs(t, err, errTest)
		require.Equal(t, []int{0, 1}, got)
	}
	require.PanicsWithValue(t, "sources.Seq2: nil iterator", func() { sources.Seq2[int](nil) })
}
