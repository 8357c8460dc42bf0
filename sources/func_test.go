package sources_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestFuncEmitReturnsFalseAfterCancel, whether it waits for demand at that
// moment or not, and goes on returning it.
func TestFuncEmitReturnsFalseAfterCancel(t *testing.T) {
	taken := 0
	var late []bool
	v, err := sinks.First(t.Context(), sources.Func(func(_ context.Context, emit func(int) bool) error {
		for emit(taken) {
			taken++
		}
		late = append(late, emit(-1), emit(-2))
		return nil
	}))
	require.NoError(t, err)
	require.Zero(t, v)
	require.Equal(t, 1, taken, "one was requested")
	require.Equal(t, []bool{false, false}, late)
}

func TestFuncEmitWaitsForDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		taken := 0
		p := flowtest.Subscribe(t, sources.Func(func(_ context.Context, emit func(int) bool) error {
			for emit(taken) {
				taken++
			}
			return nil
		}))
		synctest.Wait()
		require.Zero(t, taken)
		for n := range 5 {
			p.Request(1)
			synctest.Wait()
			require.Equal(t, n+1, taken)
		}
		p.Request(300) // more than the queue holds
		synctest.Wait()
		require.Equal(t, 305, taken)
		p.Cancel()
		synctest.Wait()
		require.Equal(t, numbers(305), p.Values())
	})
}

// TestFuncContextEnds when the consumer leaves, when the run's context ends,
// and when the function itself has been told by nobody but the context.
func TestFuncContextEnds(t *testing.T) {
	waits := func(ended *bool) flow.Publisher[int] {
		return sources.Func(func(ctx context.Context, emit func(int) bool) error {
			emit(1)
			<-ctx.Done()
			*ended = true
			return ctx.Err()
		})
	}
	t.Run("cancel", func(t *testing.T) {
		ended := false
		_, err := sinks.First(t.Context(), waits(&ended))
		require.NoError(t, err, "the consumer had what it wanted")
		require.True(t, ended)
	})
	t.Run("take", func(t *testing.T) {
		ended := false
		got, err := sinks.Slice(t.Context(), operators.Take(waits(&ended), 1))
		require.NoError(t, err)
		require.Equal(t, []int{1}, got)
		require.True(t, ended)
	})
	t.Run("error of the sink", func(t *testing.T) {
		ended := false
		err := sinks.ForEach(t.Context(), waits(&ended), func(context.Context, int) error { return errTest })
		require.ErrorIs(t, err, errTest)
		require.True(t, ended)
	})
	t.Run("context", func(t *testing.T) {
		ended := false
		ctx, cancel := context.WithCancelCause(t.Context())
		err := sinks.ForEach(ctx, waits(&ended), func(context.Context, int) error { cancel(errTest); return nil })
		require.ErrorIs(t, err, errTest)
		require.True(t, ended)
	})
	t.Run("deadline", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ended := false
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			require.ErrorIs(t, sinks.Discard(ctx, waits(&ended)), context.DeadlineExceeded)
			require.True(t, ended)
		})
	})
}

func TestFuncSeesTheValuesOfItsContext(t *testing.T) {
	type key struct{}
	ctx := context.WithValue(t.Context(), key{}, "v")
	got, err := sinks.First(ctx, sources.Func(func(ctx context.Context, emit func(any) bool) error {
		emit(ctx.Value(key{}))
		return nil
	}))
	require.NoError(t, err)
	require.Equal(t, "v", got)
}

func TestFuncWrapsItsError(t *testing.T) {
	got, err := sinks.Slice(t.Context(), sources.Func(func(_ context.Context, emit func(int) bool) error {
		emit(1)
		emit(2)
		return errTest
	}, sources.WithName("feed")))
	require.Equal(t, []int{1, 2}, got)
	require.ErrorIs(t, err, errTest)
	var stage *flow.StageError
	require.ErrorAs(t, err, &stage)
	require.Equal(t, "feed", stage.Stage)
	require.Equal(t, "feed: test", err.Error())
}

func TestFuncWrapsItsPanic(t *testing.T) {
	for name, end := range map[string]func(){
		"panic":  func() { panic(errTest) },
		"Goexit": runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			got, err := sinks.Slice(t.Context(), sources.Func(func(_ context.Context, emit func(int) bool) error {
				emit(1)
				end()
				return nil
			}, sources.WithName("feed")))
			require.Equal(t, []int{1}, got)
			var p *flow.PanicError
			require.ErrorAs(t, err, &p)
			require.Equal(t, "feed", p.Stage)
			if name == "panic" {
				require.ErrorIs(t, err, errTest)
				require.Contains(t, string(p.Stack), "TestFuncWrapsItsPanic")
			} else {
				require.ErrorIs(t, err, flow.ErrGoexit)
			}
		})
	}
}

// TestFuncIsCold: each subscription calls the function anew.
func TestFuncIsCold(t *testing.T) {
	calls := 0
	src := sources.Func(func(_ context.Context, emit func(int) bool) error {
		calls++
		emit(calls)
		return nil
	})
	for n := range 3 {
		got, err := sinks.Slice(t.Context(), src)
		require.NoError(t, err)
		require.Equal(t, []int{n + 1}, got)
	}
}
