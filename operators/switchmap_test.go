package operators_test

import (
	"context"
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

// switched is a stage over a manual upstream that makes manual publishers.
func switched(t *testing.T, op func(publisher, func(int) publisher, ...operators.Option) publisher, n int) (*flowtest.Manual[int], []*flowtest.Manual[int], *flowtest.Probe[int]) {
	up := flowtest.NewManual[int](t)
	var inner []*flowtest.Manual[int]
	for range n {
		inner = append(inner, flowtest.NewManual[int](t))
	}
	return up, inner, flowtest.Subscribe(t, op(up, func(v int) publisher { return inner[v] }))
}

// TestSwitchMapSwitches: the present publisher is left when an element comes,
// and the demand that it has not used goes to the next.
func TestSwitchMapSwitches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up, inner, p := switched(t, operators.SwitchMap[int, int], 3)
		synctest.Wait()
		require.EqualValues(t, 1, up.Requested(), "without demand")
		up.Next(0)
		synctest.Wait()
		require.EqualValues(t, 2, up.Requested())
		require.Equal(t, 1, inner[0].Subscribed())
		require.Zero(t, inner[0].Requested())
		p.Request(5)
		inner[0].Next(10, 11)
		synctest.Wait()
		require.EqualValues(t, 5, inner[0].Requested())
		up.Next(1)
		synctest.Wait()
		require.Equal(t, 1, inner[0].Cancelled())
		require.EqualValues(t, 3, inner[1].Requested())
		inner[1].Next(20)
		inner[1].Complete()
		synctest.Wait()
		up.Next(2)
		synctest.Wait()
		require.EqualValues(t, 2, inner[2].Requested())
		up.Complete()
		inner[2].Next(30, 31)
		synctest.Wait()
		require.False(t, p.Completed(), "the last publisher goes on")
		inner[2].Complete()
		p.ExpectNext(10, 11, 20, 30, 31)
		p.ExpectComplete()
	})
}

// TestSwitchMapLeavesNothingStale: elements that the publisher had on its way
// do not come after the switch.
func TestSwitchMapLeavesNothingStale(t *testing.T) {
	for on, s := range schedulers {
		for _, k := range positions {
			src := operators.Map(sources.Range(0, lawSize), func(v int64) int { return int(v) })
			last := -1
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.SwitchMap(operators.Async(src, 1+k%9), func(v int) publisher {
				last = v
				return operators.Async(sources.Of(v, v, v), 2)
			}))
			require.NoError(t, err)
			require.IsNonDecreasing(t, got, on)
			require.Equal(t, lawSize-1, last)
			require.Equal(t, []int{last, last, last}, got[len(got)-3:])
		}
	}
}

func TestSwitchMapEnds(t *testing.T) {
	for name, op := range map[string]func(publisher, func(int) publisher, ...operators.Option) publisher{
		"SwitchMap": operators.SwitchMap[int, int], "ExhaustMap": operators.ExhaustMap[int, int],
	} {
		t.Run(name, func(t *testing.T) {
			flowtest.Expect(t, op(sources.Empty[int](), nil1)).Complete() // without demand
			flowtest.Expect(t, op(sources.Of(7), func(v int) publisher { return sources.Of(v, v+1) })).
				NoSignal().Request(1).Next(7).NoSignal().Request(1).Next(8).Complete()
			_, err := sinks.Slice(t.Context(), op(sources.Of(7), nil1, operators.WithName("it")))
			require.ErrorContains(t, err, "it: nil Publisher")
			synctest.Test(t, func(t *testing.T) { // upstream fails: at once
				up, inner, p := switched(t, op, 1)
				p.Request(5)
				up.Next(0)
				inner[0].Next(1)
				synctest.Wait()
				up.Error(errStop)
				p.ExpectNext(1)
				p.ExpectError(errStop)
				require.Equal(t, 1, inner[0].Cancelled())
			})
			synctest.Test(t, func(t *testing.T) { // a publisher fails
				up, inner, p := switched(t, op, 1)
				p.Request(5)
				up.Next(0)
				inner[0].Next(1)
				synctest.Wait()
				inner[0].Error(errStop)
				p.ExpectNext(1)
				p.ExpectError(errStop)
				require.Equal(t, 1, up.Cancelled())
			})
			synctest.Test(t, func(t *testing.T) { // the subscriber leaves
				up, inner, p := switched(t, op, 1)
				up.Next(0)
				synctest.Wait()
				p.Cancel()
				synctest.Wait()
				require.Equal(t, 1, up.Cancelled())
				require.Equal(t, 1, inner[0].Cancelled())
			})
			ctx, cancel := context.WithCancelCause(t.Context())
			cancel(errStop)
			_, err = sinks.Slice(ctx, op(sources.Of(1), func(int) publisher { panic("called") }))
			require.ErrorIs(t, err, errStop)
		})
	}
}

// nil1 is a user's function that returns no publisher.
func nil1(int) publisher { return nil }

// TestExhaustMapDrops what comes while a publisher is present.
func TestExhaustMapDrops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up, inner, p := switched(t, operators.ExhaustMap[int, int], 3)
		p.Request(3)
		up.Next(0)
		inner[0].Next(10)
		synctest.Wait()
		up.Next(1)
		synctest.Wait()
		require.EqualValues(t, 3, up.Requested())
		require.Zero(t, inner[1].Subscribed())
		inner[0].Next(11)
		inner[0].Complete()
		synctest.Wait()
		up.Next(2)
		up.Complete()
		synctest.Wait()
		require.EqualValues(t, 1, inner[2].Requested())
		inner[2].Next(30)
		inner[2].Complete()
		p.ExpectNext(10, 11, 30)
		p.ExpectComplete()
		require.Zero(t, inner[0].Cancelled())
	})
	synctest.Test(t, func(t *testing.T) {
		var m mint
		up := flowtest.NewManual[*token](t)
		p := flowtest.Subscribe(t, operators.ExhaustMap(up, func(tok *token) publisher {
			tok.consumed.Add(1)
			return sources.Never[int]()
		}))
		for n := range 3 {
			up.Next(m.token(n))
			synctest.Wait()
		}
		require.EqualValues(t, flow.DroppedNew, m.all[2].reason.Load())
		p.Cancel()
		synctest.Wait()
		m.require(t, "exhaust")
	})
}

func TestSwitchMapArguments(t *testing.T) {
	for text, f := range map[string]func(){
		"operators.SwitchMap: nil source":    func() { operators.SwitchMap[int, int](nil, nil1) },
		"operators.SwitchMap: nil function":  func() { operators.SwitchMap[int, int](sources.Of(1), nil) },
		"operators.ExhaustMap: nil source":   func() { operators.ExhaustMap[int, int](nil, nil1) },
		"operators.ExhaustMap: nil function": func() { operators.ExhaustMap[int, int](sources.Of(1), nil) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
