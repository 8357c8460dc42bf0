package operators_test

import (
	"context"
	"errors"
	"fmt"
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

// children of v are 2v+1 and 2v+2, below a limit.
func children(limit int) func(v int) []int {
	return func(v int) (out []int) {
		for _, c := range []int{2*v + 1, 2*v + 2} {
			if c < limit {
				out = append(out, c)
			}
		}
		return out
	}
}

// TestExpandGoesLevelByLevel: the children of a tree that is numbered so come in
// the order of their numbers; in one go, with a demand of one, and by streams of
// several kinds.
func TestExpandGoesLevelByLevel(t *testing.T) {
	for on, s := range schedulers {
		ctx := scheduler.With(t.Context(), s())
		for how, stream := range map[string]func([]int) publisher{
			"native":  func(vs []int) publisher { return sources.Slice(vs) },
			"async":   func(vs []int) publisher { return operators.Async(sources.Slice(vs), 1) },
			"foreign": func(vs []int) publisher { return foreign{sources.Slice(vs)} },
		} {
			for _, n := range []int{1, 2, 3, 300} {
				below := children(n)
				src := operators.Expand(stream([]int{0}), n, func(v int) publisher { return stream(below(v)) })
				got, err := sinks.Slice(ctx, src)
				require.NoError(t, err)
				require.Equal(t, numbersTo(n), got, "%s on %s", how, on)
				got = nil
				for v, err := range sinks.Seq(ctx, src) {
					require.NoError(t, err)
					got = append(got, v)
				}
				require.Equal(t, numbersTo(n), got, "%s on %s, one by one", how, on)
			}
		}
	}
}

// TestExpandNothing: f is not called.
func TestExpandNothing(t *testing.T) {
	got, err := sinks.Slice(t.Context(), operators.Expand(sources.Empty[int](), 1, func(int) publisher { panic("called") }))
	require.NoError(t, err)
	require.Empty(t, got)
}

// TestExpandOrderOfRoots: the elements of a level follow those of the level
// before, whichever stream they are from.
func TestExpandOrderOfRoots(t *testing.T) {
	got, err := sinks.Slice(t.Context(), operators.Expand(sources.Of(1, 2), 8, func(v int) publisher {
		if v > 99 {
			return sources.Empty[int]()
		}
		return sources.Of(10*v+1, 10*v+2)
	}))
	require.NoError(t, err)
	require.Equal(t, []int{1, 2, 11, 12, 21, 22, 111, 112, 121}, got[:9])
	require.Len(t, got, 2+4+8)
}

// TestExpandIsExact: each publisher is asked for what is demanded and not for
// more than there is room for, and f is called when the publisher before has
// completed.
func TestExpandIsExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		inner := []*flowtest.Manual[int]{flowtest.NewManual[int](t), flowtest.NewManual[int](t)}
		calls := 0
		p := flowtest.Subscribe(t, operators.Expand(up, 3, func(int) publisher { calls++; return inner[calls-1] }))
		synctest.Wait()
		require.Zero(t, up.Requested())
		p.Request(2)
		synctest.Wait()
		require.EqualValues(t, 2, up.Requested())
		up.Next(1)
		p.ExpectNext(1)
		p.Request(5)
		synctest.Wait()
		require.EqualValues(t, 3, up.Requested(), "there is room for two")
		up.Next(2)
		synctest.Wait()
		require.EqualValues(t, 3, up.Requested())
		require.Zero(t, calls)
		up.Complete()
		synctest.Wait()
		require.Equal(t, 1, calls)
		require.EqualValues(t, 2, inner[0].Requested(), "there is room for two beside one")
		inner[0].Complete()
		synctest.Wait()
		require.Equal(t, 2, calls)
		require.EqualValues(t, 3, inner[1].Requested())
		inner[1].Complete()
		p.ExpectNext(2)
		p.ExpectComplete()
		require.Zero(t, up.Cancelled()+inner[0].Cancelled()+inner[1].Cancelled())
	})
}

// TestExpandCompletesWithoutDemand: nothing more is asked for, and f's publisher
// is empty.
func TestExpandCompletesWithoutDemand(t *testing.T) {
	p := flowtest.Subscribe(t, operators.Expand(sources.Of(1), 1, leaf))
	p.Request(1)
	p.ExpectNext(1)
	p.ExpectComplete()
}

// TestExpandFull: a queue that is full asks for one element. A publisher that
// has none completes the stream, and one that has fails it; without demand the
// question is not asked.
func TestExpandFull(t *testing.T) {
	full := func(t *testing.T) (*flowtest.Manual[int], *flowtest.Probe[int]) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Expand(up, 2, leaf, operators.WithName("tree")))
		p.Request(2)
		up.NextBatch(1, 2)
		synctest.Wait()
		require.EqualValues(t, 2, up.Requested(), "nothing without demand")
		p.Request(flow.Unbounded)
		synctest.Wait()
		require.EqualValues(t, 3, up.Requested(), "one")
		p.ExpectNext(1, 2)
		return up, p
	}
	synctest.Test(t, func(t *testing.T) {
		up, p := full(t)
		up.Complete()
		p.ExpectComplete()
	})
	synctest.Test(t, func(t *testing.T) {
		up, p := full(t)
		up.Next(3)
		synctest.Wait()
		require.Equal(t, 2, p.Count())
		require.ErrorIs(t, p.Err(), flow.ErrOverflow)
		require.EqualError(t, p.Err(), "tree: flow: buffer full")
		require.Equal(t, 1, up.Cancelled())
	})
}

// TestExpandOverflow: a level that the queue cannot hold fails the stream behind
// what it can, on every scheduler, and f gets nothing of it.
func TestExpandOverflow(t *testing.T) {
	for on, s := range schedulers {
		ctx := scheduler.With(t.Context(), s())
		for _, capacity := range []int{1, 2, 7, 300} {
			var w watched
			got, err := sinks.Slice(ctx, operators.Expand(w.publisher(), capacity, func(int) publisher { panic("called") }))
			require.ErrorIs(t, err, flow.ErrOverflow, on)
			require.Equal(t, numbersTo(capacity), got)
			w.require(t)
		}
		_, err := sinks.Slice(ctx, operators.Expand(sources.Of(0), 16, pair))
		require.ErrorIs(t, err, flow.ErrOverflow, on)
	}
}

// TestExpandChain: one element of each is enough for a queue of one, for ever,
// and the stack does not grow.
func TestExpandChain(t *testing.T) {
	const far = 100_000
	last := 0
	for v, err := range sinks.Seq(t.Context(), operators.Take(operators.Expand(sources.Of(0), 1, func(v int) publisher { return sources.Of(v + 1) }), far)) {
		require.NoError(t, err)
		last = v
	}
	require.Equal(t, far-1, last)
}

// TestExpandErrors: that of src, and that of a publisher of f, end the stream at
// once, and what is kept does not come to f any more.
func TestExpandErrors(t *testing.T) {
	for on, s := range schedulers {
		ctx := scheduler.With(t.Context(), s())
		got, err := sinks.Slice(ctx, operators.Expand(flowtest.Fail(errStop, 1, 2), 9, func(int) publisher { panic("called") }))
		require.ErrorIs(t, err, errStop, on)
		require.Equal(t, []int{1, 2}, got)
		got, err = sinks.Slice(ctx, operators.Expand(sources.Of(1, 2), 9, func(v int) publisher {
			require.Equal(t, 1, v)
			return flowtest.Fail(errStop, 3)
		}))
		require.ErrorIs(t, err, errStop, on)
		require.Equal(t, []int{1, 2, 3}, got)
	}
}

// TestExpandFunctionThatFails: a panic and a nil publisher end the stream with
// an error that names the stage.
func TestExpandFunctionThatFails(t *testing.T) {
	for text, f := range map[string]func(){
		"pages: panic: boom":   func() { panic("boom") },
		"pages: nil Publisher": func() {},
	} {
		for _, s := range schedulers {
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.Expand(sources.Of(1, 2, 3), 9, func(v int) publisher {
				if v < 2 {
					return sources.Of(4)
				}
				f()
				return nil
			}, operators.WithName("pages")))
			require.ErrorContains(t, err, text)
			require.Equal(t, []int{1, 2, 3, 4}, got)
		}
	}
}

// TestExpandShares: each element is shared among downstream and f, and f's share
// is used, or released however the stream ends.
func TestExpandShares(t *testing.T) {
	for _, capacity := range []int{3, 100} {
		for n := range 6 {
			for _, end := range []string{"complete", "fail", "cancel"} {
				synctest.Test(t, func(t *testing.T) {
					up := flowtest.NewManual[*sharedToken](t)
					p := flowtest.Subscribe(t, operators.Expand(up, capacity, func(tok *sharedToken) flow.Publisher[*sharedToken] {
						tok.Release(flow.Filtered)
						return sources.Empty[*sharedToken]()
					}))
					p.Request(1000)
					synctest.Wait()
					var all []*sharedToken
					for i := range n {
						tok := &sharedToken{n: i}
						all = append(all, tok)
						up.Next(tok)
						synctest.Wait()
					}
					switch end {
					case "complete":
						up.Complete()
					case "fail":
						up.Error(errStop)
					case "cancel":
						p.Cancel()
					}
					synctest.Wait()
					require.Equal(t, min(n, capacity), p.Count())
					want := map[string]flow.Reason{"complete": flow.Filtered, "fail": flow.Failed, "cancel": flow.Cancelled}[end]
					if n > capacity {
						want = flow.Failed
					}
					for i, tok := range all[:min(n, capacity+1)] { // upstream is cancelled behind them
						why := fmt.Sprintf("%d of %d, %d, %s", i, n, capacity, end)
						require.EqualValues(t, 1, tok.gone.Load(), why)
						if i == capacity {
							require.Zero(t, tok.shares.Load(), why)
							require.Equal(t, uint32(flow.DroppedNew), tok.lastReasonFor.Load(), why)
							continue
						}
						require.EqualValues(t, 2, tok.shares.Load(), why)
						require.Equal(t, uint32(want), tok.lastReasonFor.Load(), why)
					}
				})
			}
		}
	}
}

// TestExpandCancel reaches the present publisher, and f is not called any more.
func TestExpandCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := flowtest.NewManual[int](t)
		calls := 0
		p := flowtest.Subscribe(t, operators.Expand(sources.Of(1, 2), 9, func(int) publisher { calls++; return inner }))
		p.Request(3)
		inner.WaitRequested(1)
		p.Cancel()
		synctest.Wait()
		require.Equal(t, 1, inner.Cancelled())
		require.Equal(t, 1, calls)
	})
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errStop)
	p := flowtest.Subscribe(t, operators.Expand(sources.Of(1), 1, func(int) publisher { panic("called") }), flowtest.WithContext(ctx))
	p.ExpectError(errStop)
}

// TestExpandDrain: f is not called any more, and the stream completes.
func TestExpandDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, ctx := scheduler.NewGraph(t.Context(), "drain")
		var got []int
		g.Go(func() error {
			var err error
			got, err = sinks.Slice(ctx, operators.Expand(sources.Of(1, 2), 9, func(v int) publisher {
				if v == 2 {
					return sources.Error[int](errors.New("called"))
				}
				return sources.Never[int]()
			}))
			return err
		})
		synctest.Wait()
		_, err := g.Drain(t.Context())
		require.NoError(t, err)
		require.NoError(t, g.Wait())
		require.Equal(t, []int{1, 2}, got)
	})
}

func TestWrongArgumentsOfExpand(t *testing.T) {
	src := sources.Of(1)
	require.Equal(t, flow.UnknownCapacity, flow.Describe(operators.Expand(src, 1, leaf)).MaxElements)
	for text, f := range map[string]func(){
		"operators.Expand: nil source":                     func() { operators.Expand(nil, 1, leaf) },
		"operators.Expand: capacity 0, must be at least 1": func() { operators.Expand(src, 0, leaf) },
		"operators.Expand: nil function":                   func() { operators.Expand(src, 1, nil) },
		"operators.Expand: elements of type *operators_test.token have Release but no Fork, so they cannot be shared": func() {
			operators.Expand(sources.Of(new(token)), 1, func(*token) flow.Publisher[*token] { return nil })
		},
	} {
		require.PanicsWithValue(t, text, f)
	}
}
