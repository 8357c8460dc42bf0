package operators_test

import (
	"context"
	"runtime"
	"slices"
	"sync"
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

func alone(v int) []int               { return []int{v} }
func together(all []int, v int) []int { return append(all, v) }

// TestConflateWithSeed: the reader comes at 1, 3.3, 5.6, 7.9 and 10.2
// milliseconds, for what came since.
func TestConflateWithSeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &stages{all: map[string]*flow.Stats{}}
		var got [][]int
		src := operators.ConflateWithSeed(ticking(10), alone, together)
		for all, err := range sinks.Seq(flow.WithObserver(t.Context(), o), src) {
			require.NoError(t, err)
			got = append(got, all)
			time.Sleep(2300 * time.Microsecond)
		}
		require.Equal(t, [][]int{{0}, {1, 2}, {3, 4}, {5, 6}, {7, 8, 9}}, got)
		s := o.all["conflate"].Snapshot()
		require.EqualValues(t, 10, s.In)
		require.EqualValues(t, 5, s.Out)
		require.EqualValues(t, 5, s.Lost[flow.Merged])
	})
}

// TestConflateWithSeedWithoutDemand holds one, and gives it to the next request.
func TestConflateWithSeedWithoutDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.ConflateWithSeed(up, alone, together))
		synctest.Wait()
		up.NextBatch(1, 2, 3)
		synctest.Wait()
		require.Zero(t, p.Count())
		p.Request(2)
		synctest.Wait()
		p.ExpectNext([]int{1, 2, 3})
		up.Next(4)
		synctest.Wait()
		p.ExpectNext([]int{4})
		up.Next(5)
		up.Error(errStop)
		synctest.Wait()
		require.NoError(t, p.Err(), "behind what is pending")
		p.Request(1)
		synctest.Wait()
		p.ExpectNext([]int{5})
		_ = p.ExpectError(errStop)
	})
}

func TestConflateWithSeedKeepsAll(t *testing.T) {
	for on, s := range schedulers {
		for _, n := range []int{0, 1, lawSize} {
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.ConflateWithSeed(sources.Slice(numbersTo(n)), alone, together))
			require.NoError(t, err)
			require.Equal(t, numbersTo(n), append([]int{}, slices.Concat(got...)...), on)
		}
	}
}

// TestConflateWithSeedEndsWithItsSeed, behind the elements that were made
// before.
func TestConflateWithSeedEndsWithItsSeed(t *testing.T) {
	for what, end := range map[string]func(){"panic": func() { panic(errStop) }, "goexit": runtime.Goexit} {
		synctest.Test(t, func(t *testing.T) {
			var got [][]int
			var err error
			var all sync.WaitGroup
			all.Go(func() {
				src := operators.ConflateWithSeed(script("1@1 2@2 7@5 3@6 |@7"), func(v int) []int {
					if v == 7 {
						end()
					}
					return alone(v)
				}, together, operators.WithName("it"))
				err = sinks.ForEach(t.Context(), src, func(_ context.Context, all []int) error { got = append(got, all); return nil })
			})
			all.Wait()
			require.Equal(t, [][]int{{1}, {2}}, got)
			var p *flow.PanicError
			require.ErrorAs(t, err, &p, what)
			require.Equal(t, "it", p.Stage)
		})
	}
}

// TestConflateWithSeedEnds: cancel and the end of the context let go of what is
// pending, and of what comes later.
func TestConflateWithSeedEnds(t *testing.T) {
	for _, end := range []string{"cancel", "context"} {
		synctest.Test(t, func(t *testing.T) {
			var m mint
			ctx, cancel := context.WithCancelCause(t.Context())
			up := flowtest.NewManual[*token](t)
			pair := func(t *token) []*token { return []*token{t} }
			p := flowtest.Subscribe(t, operators.ConflateWithSeed(up, pair, func(all []*token, t *token) []*token { return append(all, t) }),
				flowtest.WithContext(ctx))
			synctest.Wait()
			up.Next(m.token(0), m.token(1))
			synctest.Wait()
			want := flow.Cancelled
			if end == "cancel" {
				p.Cancel()
			} else {
				want = flow.Failed
				cancel(errStop)
			}
			synctest.Wait()
			up.ForceNext(m.token(2))
			synctest.Wait()
			for i, tok := range m.all[:2] {
				require.Equal(t, uint32(want), tok.reason.Load(), "%s: token %d", end, i)
			}
			m.require(t, end)
			cancel(nil)
		})
	}
}

func TestWrongArgumentsOfConflateWithSeed(t *testing.T) {
	src := sources.Of(1)
	for text, f := range map[string]func(){
		"operators.ConflateWithSeed: nil source":   func() { operators.ConflateWithSeed(nil, alone, together) },
		"operators.ConflateWithSeed: nil seed":     func() { operators.ConflateWithSeed(src, nil, together) },
		"operators.ConflateWithSeed: nil function": func() { operators.ConflateWithSeed(src, alone, nil) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
