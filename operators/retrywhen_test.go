package operators_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// ask returns a function that says so often that there is another attempt.
func ask(times int, then publisher) func() publisher {
	return func() publisher {
		if times--; times >= 0 {
			return sources.Of(1, 2, 3)
		}
		return then
	}
}

// again are the two operators over sources that end in the way that matters.
var again = map[string]struct {
	op  func(src publisher, when func() publisher) publisher
	end func(n int) publisher // emits n elements and ends
}{
	"RetryWhen": {
		func(src publisher, when func() publisher) publisher {
			return operators.RetryWhen(src, func(error) publisher { return when() }, operators.WithName("it"))
		},
		func(n int) publisher { return failing(n, errStop) },
	},
	"RepeatWhen": {
		func(src publisher, when func() publisher) publisher {
			return operators.RepeatWhen(src, when, operators.WithName("it"))
		},
		func(n int) publisher { return sources.Slice(numbersTo(n)) },
	},
}

// TestAgainWhen: each round emits what it has, whatever is asked for at a time,
// and when's publisher ends the stream.
func TestAgainWhen(t *testing.T) {
	for name, row := range again {
		for on, s := range schedulers {
			for _, n := range []int{0, 1, 3, 256} {
				for _, times := range []int{0, 1, 5} {
					for _, prefetch := range []int{1, 2, 5000} {
						var want, got []int
						for range times + 1 {
							want = append(want, numbersTo(n)...)
						}
						ctx := scheduler.With(t.Context(), s())
						for v, err := range sinks.Seq(ctx, row.op(row.end(n), ask(times, sources.Empty[int]())), sinks.WithPrefetch(prefetch)) {
							require.NoError(t, err)
							got = append(got, v)
						}
						require.Equal(t, want, got, "%s on %s", name, on)
					}
					got, err := sinks.Slice(scheduler.With(t.Context(), s()), row.op(row.end(n), ask(times, sources.Error[int](errOther))))
					require.Equal(t, errOther, err, "%s on %s", name, on)
					require.Len(t, got, n*(times+1))
				}
			}
		}
	}
}

// TestAgainWhenTheOtherEnd is not asked about: it passes.
func TestAgainWhenTheOtherEnd(t *testing.T) {
	got, err := sinks.Slice(t.Context(), operators.RetryWhen(sources.Of(1, 2), func(error) publisher { panic("called") }))
	require.NoError(t, err)
	require.Equal(t, []int{1, 2}, got)
	got, err = sinks.Slice(t.Context(), operators.RepeatWhen(failing(2, errStop), func() publisher { panic("called") }))
	require.Equal(t, errStop, err)
	require.Equal(t, []int{0, 1}, got)
}

// TestRetryWhenGetsTheError of each attempt, panics among them.
func TestRetryWhenGetsTheError(t *testing.T) {
	var told []error
	attempts := 0
	src := sources.Defer(func(context.Context) (publisher, error) {
		if attempts++; attempts == 2 {
			panic(errOther)
		}
		return failing(1, numbered(attempts)), nil
	})
	got, err := sinks.Slice(t.Context(), operators.RetryWhen(src, func(err error) publisher {
		if told = append(told, err); len(told) == 3 {
			return sources.Error[int](err)
		}
		return sources.Of(0)
	}))
	require.Equal(t, numbered(3), err)
	require.Equal(t, []int{0, 0}, got)
	require.Equal(t, numbered(1), told[0])
	require.ErrorIs(t, told[1], errOther)
}

// TestAgainWhenDemand is carried over, exactly; one element of when's publisher
// is asked for, and it is cancelled.
func TestAgainWhenDemand(t *testing.T) {
	for name, row := range again {
		synctest.Test(t, func(t *testing.T) {
			up, when := flowtest.NewManual[int](t), flowtest.NewManual[int](t)
			end := func() { up.Complete() }
			if name == "RetryWhen" {
				end = func() { up.Error(errStop) }
			}
			p := flowtest.Subscribe(t, row.op(up, func() publisher { return when }))
			synctest.Wait()
			require.Equal(t, 0, when.Subscribed())
			p.Request(5)
			up.Next(1, 2)
			end()
			synctest.Wait()
			require.Equal(t, 1, up.Subscribed(), "it waits")
			require.Equal(t, 1, when.Subscribed())
			p.Request(1)
			when.Next(0)
			synctest.Wait()
			require.Equal(t, 1, when.Cancelled())
			require.Equal(t, 2, up.Subscribed())
			require.EqualValues(t, 4, up.Requested())
			up.Next(3, 4)
			end()
			synctest.Wait()
			require.Equal(t, 2, when.Subscribed())
			when.Complete()
			p.ExpectNext(1, 2, 3, 4)
			p.ExpectComplete()
			require.Equal(t, 0, up.Cancelled(), name)
			require.Equal(t, 0, when.Cancelled(), name)
		})
	}
}

// TestAgainWhenLater: a timer is a backoff.
func TestAgainWhenLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		rounds := 0
		src := operators.RepeatWhen(sources.Of(7), func() flow.Publisher[int64] {
			if rounds++; rounds == 3 {
				return sources.Empty[int64]()
			}
			return sources.Timer(time.Duration(rounds) * time.Second)
		})
		var at []time.Duration
		require.NoError(t, sinks.ForEach(t.Context(), src, func(context.Context, int) error {
			at = append(at, time.Since(start))
			return nil
		}))
		require.Equal(t, []time.Duration{0, time.Second, 3 * time.Second}, at)
	})
}

// TestAgainWhenIsLeft: Cancel and the end of the context reach whichever of the
// two publishers is live.
func TestAgainWhenIsLeft(t *testing.T) {
	for name, row := range again {
		for _, waits := range []bool{false, true} {
			for _, cancelled := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) {
					what := fmt.Sprintf("%s, waits: %v, cancelled: %v", name, waits, cancelled)
					ctx, cancel := context.WithCancelCause(t.Context())
					defer cancel(nil)
					up, when := flowtest.NewManual[int](t), flowtest.NewManual[int](t)
					p := flowtest.Subscribe(t, row.op(up, func() publisher { return when }), flowtest.WithContext(ctx))
					p.Request(5)
					up.Next(1)
					live := up
					switch {
					case waits && name == "RetryWhen":
						up.Error(errOther)
						live = when
					case waits:
						up.Complete()
						live = when
					}
					synctest.Wait()
					if cancelled {
						p.Cancel()
						synctest.Wait()
						require.Equal(t, 1, live.Cancelled(), what)
					} else {
						cancel(errStop)
						p.ExpectNext(1)
						require.Equal(t, errStop, p.ExpectError(errStop), what)
						require.Error(t, live.Context().Err(), what)
					}
					require.Equal(t, 1, up.Subscribed(), what)
				})
			}
		}
	}
}

// TestAgainWhenFails: when that does not return, or returns nothing, ends the
// stream. Neither error is lost.
func TestAgainWhenFails(t *testing.T) {
	for how, fails := range map[string]func() publisher{
		"panic":  func() publisher { panic(errOther) },
		"goexit": func() publisher { runtime.Goexit(); return nil },
		"nil":    func() publisher { return nil },
		"subscribe": func() publisher {
			return derive(sources.Of(1), func(context.Context) context.Context { panic(errOther) })
		},
	} {
		for name, row := range again {
			got, err := sinks.Slice(t.Context(), operators.Async(row.op(row.end(3), fails), 4))
			require.Equal(t, []int{0, 1, 2}, got, how)
			require.ErrorContains(t, err, "it: ", how)
			require.Equal(t, name == "RetryWhen", errors.Is(err, errStop), "%s in %s", how, name)
			if how == "panic" || how == "subscribe" {
				require.ErrorIs(t, err, errOther)
			}
		}
	}
}

// TestAgainWhenDrains: a graph that drains begins no further round, also where
// it waits for when's publisher.
func TestAgainWhenDrains(t *testing.T) {
	for name, row := range again {
		synctest.Test(t, func(t *testing.T) {
			when := flowtest.NewManual[int](t)
			g, ctx := scheduler.NewGraph(t.Context(), "drain")
			g.Go(func() error { return sinks.Discard(ctx, row.op(row.end(3), func() publisher { return when })) })
			synctest.Wait()
			require.Equal(t, 1, when.Subscribed())
			_, err := g.Drain(t.Context())
			require.NoError(t, err, name)
			require.NoError(t, g.Wait())
			require.Equal(t, 1, when.Cancelled())
		})
	}
}

func TestAgainWhenWrongArguments(t *testing.T) {
	src := sources.Of(1)
	for text, f := range map[string]func(){
		"operators.RetryWhen: nil source":    func() { operators.RetryWhen[int](nil, func(error) publisher { return src }) },
		"operators.RetryWhen: nil function":  func() { operators.RetryWhen[int, int](src, nil) },
		"operators.RepeatWhen: nil source":   func() { operators.RepeatWhen[int](nil, func() publisher { return src }) },
		"operators.RepeatWhen: nil function": func() { operators.RepeatWhen[int, int](src, nil) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
