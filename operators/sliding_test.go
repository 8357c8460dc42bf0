package operators_test

import (
	"fmt"
	"math"
	"slices"
	"sync/atomic"
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

// windows returns what Sliding makes of n elements.
func windows(size, step int) func(n int) [][]int {
	return func(n int) (out [][]int) {
		all := numbersTo(n)
		for from := 0; from < n; from += step {
			if to := from + size; to <= n {
				out = append(out, all[from:to])
			} else {
				if from == 0 || n > from-step+size {
					out = append(out, all[from:])
				}
				break
			}
		}
		return out
	}
}

// TestSlidingByHand is what the documentation says.
func TestSlidingByHand(t *testing.T) {
	for _, test := range []struct {
		n, size, step int
		want          [][]int
	}{
		{0, 3, 1, nil},
		{2, 3, 1, [][]int{{0, 1}}},
		{3, 3, 1, [][]int{{0, 1, 2}}},
		{5, 3, 1, [][]int{{0, 1, 2}, {1, 2, 3}, {2, 3, 4}}},
		{6, 3, 2, [][]int{{0, 1, 2}, {2, 3, 4}, {4, 5}}},
		{5, 3, 2, [][]int{{0, 1, 2}, {2, 3, 4}}},
		{4, 2, 2, [][]int{{0, 1}, {2, 3}}},
		{5, 2, 2, [][]int{{0, 1}, {2, 3}, {4}}},
		{9, 2, 4, [][]int{{0, 1}, {4, 5}, {8}}},
		{8, 2, 4, [][]int{{0, 1}, {4, 5}}},
		{1, 2, 4, [][]int{{0}}},
	} {
		got, err := sinks.Slice(t.Context(), operators.Sliding(sources.Slice(numbersTo(test.n)), test.size, test.step))
		require.NoError(t, err)
		require.Equal(t, test.want, got, "%+v", test)
	}
}

// TestSliding: all slices, in one go and with a demand of one.
func TestSliding(t *testing.T) {
	for _, s := range schedulers {
		for _, n := range []int{0, 1, 2, 3, 4, 5, 255, 256, 257, lawSize} {
			for _, size := range []int{1, 2, 3, 10, 256, 300, 1 << 20} {
				for _, step := range []int{1, 2, 3, 7, 256, 400} {
					ctx := scheduler.With(t.Context(), s())
					src := operators.Sliding(sources.Slice(numbersTo(n)), size, step)
					want := windows(size, step)(n)
					got, err := sinks.Slice(ctx, src)
					require.NoError(t, err)
					require.Equal(t, want, got)
					got = nil
					for v, err := range sinks.Seq(ctx, src) {
						require.NoError(t, err)
						got = append(got, v)
					}
					require.Equal(t, want, got)
				}
			}
		}
	}
}

// TestSlidingSlicesBelongToTheReceiver: it may change and keep them, while
// others are being made.
func TestSlidingSlicesBelongToTheReceiver(t *testing.T) {
	for _, step := range []int{1, 3, 7, 9} {
		var kept [][]int
		want := windows(7, step)(lawSize)
		for b, err := range sinks.Seq(t.Context(), operators.Sliding(sources.Slice(numbersTo(lawSize)), 7, step)) {
			require.NoError(t, err)
			require.Equal(t, want[len(kept)], b)
			for i := range b {
				b[i] = -1
			}
			kept = append(kept, b)
			_ = append(slices.Clip(b), -1)
		}
		for _, k := range kept {
			require.Equal(t, []int{-1}, slices.Compact(k))
		}
	}
}

// TestSlidingDemand: the size for the first slice, the step for the others, and
// nothing without demand.
func TestSlidingDemand(t *testing.T) {
	for _, test := range []struct{ size, step, first, then int64 }{
		{10, 3, 10, 3}, {10, 10, 10, 10}, {3, 10, 3, 10},
	} {
		synctest.Test(t, func(t *testing.T) {
			up := flowtest.NewManual[int](t)
			p := flowtest.Subscribe(t, operators.Sliding(up, int(test.size), int(test.step)))
			synctest.Wait()
			require.Zero(t, up.Requested())
			want, sent := test.first, int64(0)
			for i := range int64(5) {
				p.Request(1)
				synctest.Wait()
				require.EqualValues(t, want, up.Requested())
				up.NextBatch(numbersTo(int(want - sent))...)
				sent = want
				synctest.Wait()
				require.EqualValues(t, i+1, p.Count())
				require.EqualValues(t, want, up.Requested(), "nothing without demand")
				want += test.then
			}
			p.Request(3)
			synctest.Wait()
			require.EqualValues(t, want+2*test.then, up.Requested())
			up.Complete()
			p.WaitDone()
			require.True(t, p.Completed())
		})
	}
}

// TestSlidingRestNeedsDemand, and completion does not overtake it.
func TestSlidingRestNeedsDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Sliding(up, 3, 1))
		p.Request(1)
		synctest.Wait()
		up.Next(1, 2)
		up.Complete()
		synctest.Wait()
		p.ExpectNext([]int{1, 2})
		require.True(t, p.Completed())

		up = flowtest.NewManual[int](t)
		p = flowtest.Subscribe(t, operators.Sliding(up, 1, 2))
		p.Request(math.MaxInt64 / 2)
		synctest.Wait()
		up.Error(errStop)
		synctest.Wait()
		require.ErrorIs(t, p.Err(), errStop)
	})
}

// TestSlidingReleasesWhatItLeavesOut: elements between slices, and those that
// it holds at an error.
func TestSlidingReleasesWhatItLeavesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m mint
		up := flowtest.NewManual[*token](t)
		p := flowtest.Subscribe(t, operators.Sliding(up, 2, 3))
		p.Request(2)
		synctest.Wait()
		up.NextBatch(m.token(0), m.token(1), m.token(2), m.token(3))
		up.Error(errStop)
		synctest.Wait()
		require.Equal(t, 1, p.Count())
		want := []flow.Reason{0, 0, flow.Filtered, flow.Failed}
		for i, tok := range m.all {
			require.Equal(t, uint32(want[i]), tok.reason.Load(), i)
		}
	})
}

// sharedToken counts in how many hands it is.
type sharedToken struct {
	n             int
	shares, gone  atomic.Int32
	lastReasonFor atomic.Uint32
}

func (t *sharedToken) Fork(n int) { t.shares.Store(int32(n)) }
func (t *sharedToken) Release(r flow.Reason) {
	t.gone.Add(1)
	t.lastReasonFor.Store(uint32(r))
}

// TestSlidingSharesElements: an element that is in k slices is told so, and each
// of its shares is handed on or released, however the stream ends.
func TestSlidingSharesElements(t *testing.T) {
	for _, c := range []struct{ size, step int }{{3, 1}, {5, 2}, {4, 3}, {7, 1}} {
		for n := range 20 {
			for _, end := range []string{"complete", "fail", "cancel"} {
				requireShares(t, fmt.Sprint(c), n, end, func(up flow.Publisher[*sharedToken]) flow.Publisher[[]*sharedToken] {
					return operators.Sliding(up, c.size, c.step)
				}, func(int) {})
			}
		}
	}
}

// requireShares gives n elements to op, with a pause behind each, ends the
// stream, and requires that each share of an element is in a slice or released.
func requireShares(t *testing.T, what string, n int, end string, op func(flow.Publisher[*sharedToken]) flow.Publisher[[]*sharedToken], pause func(i int)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[*sharedToken](t)
		p := flowtest.Subscribe(t, op(up))
		p.Request(1000)
		synctest.Wait()
		var all []*sharedToken
		for i := range n {
			tok := &sharedToken{n: i}
			tok.shares.Store(1)
			all = append(all, tok)
			up.Next(tok)
			pause(i)
		}
		synctest.Wait()
		switch end {
		case "complete":
			up.Complete()
		case "fail":
			up.Error(errStop)
		case "cancel":
			p.Cancel()
		}
		synctest.Wait()
		got := make([]int32, n)
		for _, w := range p.Values() {
			for _, tok := range w {
				got[tok.n]++
			}
		}
		for i, tok := range all {
			require.Equal(t, tok.shares.Load(), got[i]+tok.gone.Load(), "%s, %d elements, %s: element %d: in %d slices, released %d times",
				what, n, end, i, got[i], tok.gone.Load())
		}
	})
}

func TestWrongArgumentsOfSliding(t *testing.T) {
	src := sources.Of(1)
	for text, f := range map[string]func(){
		"operators.Sliding: nil source":                 func() { operators.Sliding[int](nil, 1, 1) },
		"operators.Sliding: size 0, must be at least 1": func() { operators.Sliding(src, 0, 1) },
		"operators.Sliding: step 0, must be at least 1": func() { operators.Sliding(src, 1, 0) },
		"operators.Sliding: elements of type *operators_test.token have Release but no Fork, so they cannot be shared": func() {
			operators.Sliding(sources.Of(new(token)), 2, 1)
		},
	} {
		require.PanicsWithValue(t, text, f)
	}
	require.NotPanics(t, func() { operators.Sliding(sources.Of(new(token)), 2, 2) }, "each is in one slice")
}
