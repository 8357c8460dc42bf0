package rxbridge_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reactivex/rxgo/v2"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/rxbridge"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errBroken = errors.New("broken")

func numbersOf(n int) (vs []int) {
	for v := range n {
		vs = append(vs, v)
	}
	return vs
}

// unending sends numbers until its context ends.
func unending() rxgo.Observable {
	return rxgo.Defer([]rxgo.Producer{func(ctx context.Context, items chan<- rxgo.Item) {
		for v := 0; rxgo.Of(v).SendContext(ctx, items); v++ {
		}
	}})
}

func TestPublisherConforms(t *testing.T) {
	flowtest.VerifyPublisher(t, flowtest.PublisherConfig[int]{
		New:    func(n int) flow.Publisher[int] { return rxbridge.Publisher[int](rxgo.Range(0, n), 8, flow.Block) },
		Failed: func() flow.Publisher[int] { return rxbridge.Publisher[int](rxgo.Thrown(errBroken), 8, flow.Block) },
		Err:    errBroken,
		Want:   func(i int) int { return i },
	})
}

func TestPublisherEmits(t *testing.T) {
	for _, n := range []int{0, 1, 7, 1000} {
		got, err := sinks.Slice(t.Context(), rxbridge.Publisher[int](rxgo.Range(0, n), 16, flow.Block))
		require.NoError(t, err)
		require.Equal(t, numbersOf(n), got)
	}
}

func TestPublisherErrors(t *testing.T) {
	src := rxbridge.Publisher[int](rxgo.Just(1, 2, errBroken, 3)(), 16, flow.Block)
	got, err := sinks.Slice(t.Context(), src)
	require.ErrorIs(t, err, errBroken)
	require.Equal(t, []int{1, 2}, got)

	src = rxbridge.Publisher[int](rxgo.Just(1, "two")(), 16, flow.Block, sources.WithName("legacy"))
	got, err = sinks.Slice(t.Context(), src)
	var at *flow.StageError
	require.ErrorAs(t, err, &at)
	require.Equal(t, "legacy", at.Stage)
	require.EqualError(t, at.Err, "item 1 of the Observable is a string, want int")
	require.Equal(t, []int{1}, got)

	anything, err := sinks.Slice(t.Context(), rxbridge.Publisher[any](rxgo.Defer([]rxgo.Producer{
		func(ctx context.Context, items chan<- rxgo.Item) { rxgo.Of(nil).SendContext(ctx, items) },
	}), 1, flow.Block))
	require.NoError(t, err)
	require.Equal(t, []any{nil}, anything)

	require.PanicsWithValue(t, "rxbridge.Publisher: nil Observable", func() { rxbridge.Publisher[int](nil, 1, flow.Block) })
	require.PanicsWithValue(t, "rxbridge.Observable: nil Publisher", func() { rxbridge.Observable[int](nil) })
	require.Panics(t, func() { rxbridge.Publisher[int](rxgo.Empty(), 0, flow.Block) })
}

// TestPublisherHoldsUp: with Block no item is received for which there is no
// room, and none is lost.
func TestPublisherHoldsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		o := rxgo.Defer([]rxgo.Producer{func(ctx context.Context, items chan<- rxgo.Item) {
			for rxgo.Of(sent).SendContext(ctx, items) {
				sent++
			}
		}})
		p := flowtest.NewProbe[int](t)
		rxbridge.Publisher[int](o, 4, flow.Block).Subscribe(t.Context(), p)
		synctest.Wait()
		require.Equal(t, 4+1, sent, "four are held, and one waits to be")
		p.Request(3)
		synctest.Wait()
		require.Equal(t, numbersOf(3), p.Values())
		require.Equal(t, 3+4+1, sent)
		p.Cancel()
		synctest.Wait()
	})
}

func TestPublisherDrops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := flowtest.NewProbe[int](t)
		rxbridge.Publisher[int](rxgo.Range(0, 100), 4, flow.DropOldest).Subscribe(t.Context(), p)
		p.Request(1)
		synctest.Wait()
		p.Request(1000)
		p.WaitDone()
		require.True(t, p.Completed())
		require.LessOrEqual(t, len(p.Values()), 6)
		require.Equal(t, 99, p.Values()[len(p.Values())-1])
	})
}

// cancellable are Observables that end with their context, or when what they
// still send is received: Merge and Concat of RxGo do not pass the context on,
// and send without looking at it.
var cancellable = map[string]func() rxgo.Observable{
	"endless": unending,
	"merge":   func() rxgo.Observable { return rxgo.Merge([]rxgo.Observable{rxgo.Range(0, 1000), rxgo.Range(0, 1000)}) },
	"concat": func() rxgo.Observable {
		return rxgo.Concat([]rxgo.Observable{rxgo.Range(0, 1000), rxgo.Range(0, 1000)})
	},
	"range": func() rxgo.Observable { return rxgo.Range(0, 1<<30) },
	"chain": func() rxgo.Observable {
		return unending().Map(func(_ context.Context, v any) (any, error) { return v, nil }).Filter(func(any) bool { return true })
	},
}

// TestPublisherLeavesNothingBehind: after the cancellation no goroutine of
// either side is there. In a bubble one that is left would be a deadlock.
func TestPublisherLeavesNothingBehind(t *testing.T) {
	for name, make := range cancellable {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, err := sinks.Slice(t.Context(), operators.Take(rxbridge.Publisher[int](make(), 4, flow.Block), 3))
				require.NoError(t, err)
				require.Len(t, got, 3)
			})
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancelCause(t.Context())
				calls := 0
				err := sinks.ForEach(ctx, rxbridge.Publisher[int](make(), 4, flow.Block), func(context.Context, int) error {
					if calls++; calls == 5 {
						stop(errBroken)
					}
					return nil
				})
				require.ErrorIs(t, err, errBroken)
			})
		})
	}
}

// TestPublisherOfOneThatDoesNotListen: the run waits for it a second at most.
func TestPublisherOfOneThatDoesNotListen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		items, over := make(chan rxgo.Item), make(chan struct{})
		go func() {
			for v := 0; ; v++ {
				time.Sleep(time.Millisecond)
				select {
				case items <- rxgo.Of(v):
				case <-over:
					return
				}
			}
		}()
		start := time.Now()
		got, err := sinks.Slice(t.Context(), operators.Take(rxbridge.Publisher[int](rxgo.FromChannel(items), 1, flow.Block), 2))
		require.NoError(t, err)
		require.Equal(t, numbersOf(2), got)
		require.InDelta(t, time.Second, time.Since(start), float64(10*time.Millisecond))
		close(over)
	})
}

func TestObservable(t *testing.T) {
	src := sources.Range(0, 1000)
	o := rxbridge.Observable(src)
	for range 2 { // it is cold
		n := int64(0)
		for item := range o.Observe() {
			require.Equal(t, n, item.V)
			require.NoError(t, item.E)
			n++
		}
		require.EqualValues(t, 1000, n)
	}
	sum, err := o.SumInt64().Get()
	require.NoError(t, err)
	require.EqualValues(t, 1000*999/2, sum.V)
}

func TestObservableFails(t *testing.T) {
	src := operators.Concat(sources.Of(1, 2), sources.Error[int](errBroken))
	var got []any
	var failed error
	for item := range rxbridge.Observable(src).Observe() {
		if item.Error() {
			failed = item.E
			continue
		}
		got = append(got, item.V)
	}
	require.Equal(t, []any{1, 2}, got)
	require.ErrorIs(t, failed, errBroken)

	crash := operators.Map(sources.Of(1), func(int) int { panic("of the function") })
	var p *flow.PanicError
	require.ErrorAs(t, rxbridge.Observable(crash).Error(), &p)
}

// TestObservableIsCancelled: the end of the context ends the stream, and its
// goroutines, whether anybody receives or not.
func TestObservableIsCancelled(t *testing.T) {
	for _, size := range []int{0, 5} {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			o := rxbridge.Observable(operators.Async(sources.Range(0, 1<<40), 8), rxgo.WithBufferedChannel(size))
			items := o.Observe(rxgo.WithContext(ctx))
			require.Equal(t, int64(0), (<-items).V)
			stop()
			synctest.Wait()
			left := 0
			for item := range items {
				require.NoError(t, item.E)
				left++
			}
			require.LessOrEqual(t, left, size+1)
		})
	}
}

func TestObservableIsDisposed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := rxbridge.Observable(sources.Range(0, 1<<40), rxgo.WithPublishStrategy())
		ctx, stop := context.WithCancel(t.Context())
		got := 0
		done := o.DoOnNext(func(any) {
			if got++; got == 10 {
				stop()
			}
		}, rxgo.WithContext(ctx))
		_, dispose := o.Connect(ctx)
		<-ctx.Done()
		dispose()
		<-done
		require.GreaterOrEqual(t, got, 10)
	})
}

// TestSameAsRxGo runs chains of operators that both have, over random input.
func TestSameAsRxGo(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	steps := []struct {
		ours   func(flow.Publisher[int]) flow.Publisher[int]
		theirs func(rxgo.Observable) rxgo.Observable
	}{
		{
			func(p flow.Publisher[int]) flow.Publisher[int] {
				return operators.Map(p, func(v int) int { return 3 * v })
			},
			func(o rxgo.Observable) rxgo.Observable {
				return o.Map(func(_ context.Context, v any) (any, error) { return 3 * v.(int), nil })
			},
		}, {
			func(p flow.Publisher[int]) flow.Publisher[int] {
				return operators.Filter(p, func(v int) bool { return v%2 == 0 })
			},
			func(o rxgo.Observable) rxgo.Observable { return o.Filter(func(v any) bool { return v.(int)%2 == 0 }) },
		}, {
			func(p flow.Publisher[int]) flow.Publisher[int] { return operators.Take(p, 40) },
			func(o rxgo.Observable) rxgo.Observable { return o.Take(40) },
		}, {
			func(p flow.Publisher[int]) flow.Publisher[int] { return operators.Skip(p, 3) },
			func(o rxgo.Observable) rxgo.Observable { return o.Skip(3) },
		}, {
			func(p flow.Publisher[int]) flow.Publisher[int] {
				return operators.SkipWhile(p, func(v int) bool { return v < 50 })
			},
			func(o rxgo.Observable) rxgo.Observable { return o.SkipWhile(func(v any) bool { return v.(int) < 50 }) },
		}, {
			func(p flow.Publisher[int]) flow.Publisher[int] {
				return operators.TakeWhile(p, func(v int) bool { return v < 250 })
			},
			func(o rxgo.Observable) rxgo.Observable { return o.TakeWhile(func(v any) bool { return v.(int) < 250 }) },
		}, {
			func(p flow.Publisher[int]) flow.Publisher[int] { return operators.DistinctUntilChanged(p) },
			func(o rxgo.Observable) rxgo.Observable {
				return o.DistinctUntilChanged(func(_ context.Context, v any) (any, error) { return v, nil })
			},
		},
	}
	for range 300 {
		input := make([]int, rng.IntN(100))
		items := make([]any, len(input))
		for i := range input {
			input[i] = rng.IntN(100)
			items[i] = input[i]
		}
		ours, theirs := sources.Slice(input), rxgo.Just(items)()
		for range rng.IntN(4) {
			s := steps[rng.IntN(len(steps))]
			ours, theirs = s.ours(ours), s.theirs(theirs)
		}
		ctx, stop := context.WithCancel(t.Context()) // Take of RxGo leaves what is above it waiting
		var want []int
		for item := range theirs.Observe(rxgo.WithContext(ctx)) {
			require.NoError(t, item.E)
			want = append(want, item.V.(int))
		}
		stop()
		got, err := sinks.Slice(t.Context(), ours)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}
