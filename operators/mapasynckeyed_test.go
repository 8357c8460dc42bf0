package operators_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestMapAsyncKeyedKeepsOrderInKeys, and never has two calls for one key.
func TestMapAsyncKeyedKeepsOrderInKeys(t *testing.T) {
	for on, s := range schedulers {
		for _, keys := range []int{1, 2, 7, lawSize} {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				busy, most := map[int]bool{}, 0
				src := operators.MapAsyncKeyed(sources.Slice(numbersTo(lawSize)), 5, 20, func(v int) int { return v % keys }, func(_ context.Context, v int) (int, error) {
					mu.Lock()
					require.False(t, busy[v%keys], "two calls for a key")
					busy[v%keys] = true
					most = max(most, len(busy))
					mu.Unlock()
					time.Sleep(time.Duration(1+v%3) * time.Millisecond)
					mu.Lock()
					delete(busy, v%keys)
					mu.Unlock()
					return v, nil
				})
				got, err := sinks.Slice(scheduler.With(t.Context(), s()), src)
				require.NoError(t, err)
				require.ElementsMatch(t, numbersTo(lawSize), got)
				last := map[int]int{}
				for _, v := range got {
					require.GreaterOrEqual(t, v, last[v%keys], "%s, %d keys", on, keys)
					last[v%keys] = v
				}
				require.Equal(t, min(5, keys), most, on)
			})
		}
	}
}

// TestMapAsyncKeyedTakesItsTime: 3 elements of one key and 3 others on 2 calls,
// where a key that has had its call goes to the end of the line.
func TestMapAsyncKeyedTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var at []time.Duration
		src := operators.MapAsyncKeyed(sources.Of(0, 10, 20, 1, 2, 3), 2, 6, func(v int) int { return v % 10 }, func(_ context.Context, v int) (int, error) {
			time.Sleep(time.Second)
			return v, nil
		})
		var got []int
		err := sinks.ForEach(t.Context(), src, func(_ context.Context, v int) error {
			got, at = append(got, v), append(at, time.Since(start))
			return nil
		})
		require.NoError(t, err)
		require.ElementsMatch(t, []int{0, 1}, got[:2])
		require.ElementsMatch(t, []int{2, 3}, got[2:4])
		require.Equal(t, []int{10, 20}, got[4:])
		for i, s := range []int{1, 1, 2, 2, 3, 4} {
			require.Equal(t, time.Duration(s)*time.Second, at[i])
		}
	})
}

// TestMapAsyncKeyedDemand: capacity elements are asked for, and one more for
// each result that has been handed on; results wait, and lanes go on.
func TestMapAsyncKeyedDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		calls := 0
		p := flowtest.Subscribe(t, operators.MapAsyncKeyed(up, 1, 4, func(int) int { return 0 }, func(_ context.Context, v int) (int, error) {
			calls++
			return v, nil
		}))
		synctest.Wait()
		require.EqualValues(t, 4, up.Requested())
		up.Next(0, 1, 2, 3)
		synctest.Wait()
		require.Equal(t, 4, calls)
		require.EqualValues(t, 4, up.Requested())
		p.Request(2)
		p.ExpectNext(0, 1)
		synctest.Wait()
		require.EqualValues(t, 6, up.Requested())
		p.Request(5)
		up.Complete()
		p.ExpectNext(2, 3)
		p.ExpectComplete()
	})
}

// TestMapAsyncKeyedFails: results that are there come first, nothing is called
// afterwards, and upstream is cancelled.
func TestMapAsyncKeyedFails(t *testing.T) {
	for name, fail := range map[string]func() error{
		"error":  func() error { return errStop },
		"panic":  func() error { panic(errStop) },
		"goexit": func() error { runtime.Goexit(); return nil },
	} {
		for on, s := range schedulers {
			for _, k := range positions {
				var w watched
				calls := 0
				got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.MapAsyncKeyed(w.publisher(), 3, 9, func(int) int { return 0 }, func(_ context.Context, v int) (int, error) {
					if calls++; v == k {
						return 0, fail()
					}
					return v, nil
				}, operators.WithName("it")))
				require.ErrorContains(t, err, "it: ", "%s on %s", name, on)
				require.Equal(t, k+1, calls)
				require.Equal(t, numbersTo(k), append([]int{}, got...), "%s on %s", name, on)
				w.require(t)
			}
		}
	}
	_, err := sinks.Slice(t.Context(), operators.MapAsyncKeyed(sources.Of(1), 1, 1, func(int) int { panic(errStop) }, func(context.Context, int) (int, error) { return 0, errors.New("called") }))
	require.ErrorIs(t, err, errStop)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errStop)
	_, err = sinks.Slice(ctx, operators.MapAsyncKeyed(sources.Of(1), 1, 1, same, func(context.Context, int) (int, error) { panic("called") }))
	require.ErrorIs(t, err, errStop)
}

// TestMapAsyncKeyedEndsTheContextOfCalls when the subscriber leaves, and lets go
// of what waits.
func TestMapAsyncKeyedEndsTheContextOfCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m mint
		up := flowtest.NewManual[*token](t)
		p := flowtest.Subscribe(t, operators.MapAsyncKeyed(up, 2, 5, func(tok *token) int { return tok.n % 2 }, func(ctx context.Context, tok *token) (int, error) {
			tok.consumed.Add(1)
			<-ctx.Done()
			return 0, ctx.Err()
		}))
		for n := range 5 {
			up.Next(m.token(n))
		}
		synctest.Wait()
		p.Cancel()
		synctest.Wait()
		m.require(t, "cancelled")
		require.Equal(t, 1, up.Cancelled())
	})
}

func TestMapAsyncKeyedArguments(t *testing.T) {
	a, f := sources.Of(1), func(context.Context, int) (int, error) { return 0, nil }
	for text, call := range map[string]func(){
		"operators.MapAsyncKeyed: nil source":                                     func() { operators.MapAsyncKeyed(nil, 1, 1, same, f) },
		"operators.MapAsyncKeyed: nil key function":                               func() { operators.MapAsyncKeyed[int, int](a, 1, 1, nil, f) },
		"operators.MapAsyncKeyed: nil function":                                   func() { operators.MapAsyncKeyed[int, int, int](a, 1, 1, same, nil) },
		"operators.MapAsyncKeyed: concurrency 0, must be at least 1":              func() { operators.MapAsyncKeyed(a, 0, 1, same, f) },
		"operators.MapAsyncKeyed: capacity 2, must be at least the concurrency 3": func() { operators.MapAsyncKeyed(a, 3, 2, same, f) },
	} {
		require.PanicsWithValue(t, text, call)
	}
}
