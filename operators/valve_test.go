package operators_test

import (
	"context"
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

// TestValve: while it is closed nothing is asked for, what was on its way is
// held, and nothing is lost.
func TestValve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := new(operators.Valve)
		require.True(t, v.IsOpen())
		v.Close()
		require.False(t, v.IsOpen())
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Valved[int](up, v, 4), flowtest.WithDemand(flow.Unbounded))
		synctest.Wait()
		require.Zero(t, up.Requested())
		v.Open()
		v.Open()
		require.True(t, v.IsOpen())
		synctest.Wait()
		require.EqualValues(t, 4, up.Requested())
		up.Next(1)
		p.ExpectNext(1)
		synctest.Wait()
		require.EqualValues(t, 5, up.Requested())
		v.Close()
		up.Next(2, 3, 4, 5)
		synctest.Wait()
		require.Equal(t, 1, p.Count())
		require.EqualValues(t, 5, up.Requested())
		v.Open()
		p.ExpectNext(2, 3, 4, 5)
		synctest.Wait()
		require.EqualValues(t, 9, up.Requested())
		v.Close()
		up.Next(6)
		up.Complete()
		synctest.Wait()
		require.False(t, p.Completed(), "it holds one")
		v.Open()
		p.ExpectNext(6)
		p.ExpectComplete()
	})
}

// TestValveWithLittleDemand asks for no more than that, and hands on what it
// holds as it is asked for.
func TestValveWithLittleDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := new(operators.Valve)
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Valved[int](up, v, 4))
		p.Request(1)
		synctest.Wait()
		require.EqualValues(t, 1, up.Requested())
		v.Close()
		p.Request(1)
		up.Next(1)
		synctest.Wait()
		require.EqualValues(t, 1, up.Requested())
		require.Zero(t, p.Count())
		v.Open()
		p.ExpectNext(1)
		synctest.Wait()
		require.EqualValues(t, 2, up.Requested())
		up.Next(2)
		p.ExpectNext(2)
		p.Request(3)
		synctest.Wait()
		require.EqualValues(t, 5, up.Requested())
		p.Cancel()
		synctest.Wait()
		require.Equal(t, 1, up.Cancelled())
	})
}

// TestClosedValve lets an end through if it holds nothing, and an error behind
// what it holds; a subscriber that leaves lets go of that.
func TestClosedValve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closed := new(operators.Valve)
		closed.Close()
		got, err := sinks.Slice(t.Context(), operators.Valved(sources.Empty[int](), closed, 1))
		require.NoError(t, err)
		require.Empty(t, got)
		_, err = sinks.Slice(t.Context(), operators.Valved(sources.Error[int](errStop), closed, 1))
		require.ErrorIs(t, err, errStop)

		v := new(operators.Valve)
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Valved[int](up, v, 4), flowtest.WithDemand(2))
		synctest.Wait()
		v.Close()
		up.Next(1, 2)
		up.Error(errStop)
		synctest.Wait()
		require.Zero(t, p.Count())
		v.Open()
		p.ExpectNext(1, 2)
		p.ExpectError(errStop)
	})
}

// TestValvedStreamsDrain: what is held comes, though the valve is closed.
func TestValvedStreamsDrain(t *testing.T) {
	for on, s := range schedulers {
		synctest.Test(t, func(t *testing.T) {
			v := new(operators.Valve)
			g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.On(s()))
			var got []int
			src := operators.Do(ticking(1000), operators.Hooks[int]{OnNext: func(n int) {
				if n == 3 {
					v.Close()
				}
			}})
			g.Go(func() (err error) { got, err = sinks.Slice(ctx, operators.Valved(src, v, 2)); return err })
			time.AfterFunc(time.Second, func() { _, _ = g.Drain(t.Context()) })
			require.NoError(t, g.Wait())
			require.Contains(t, []int{5, 6}, len(got), "on %s", on) // the source may hold one more
			require.Equal(t, numbersTo(len(got)), got, "on %s", on)
		})
	}
}

// TestValveUnderFire: whoever turns it, nothing is lost and the order stays.
func TestValveUnderFire(t *testing.T) {
	for on, s := range schedulers {
		v := new(operators.Valve)
		ctx, cancel := context.WithCancel(t.Context())
		var turning, all sync.WaitGroup
		turning.Go(func() {
			for ctx.Err() == nil {
				v.Close()
				v.Open()
			}
		})
		for range 3 {
			all.Go(func() {
				got, err := sinks.Slice(scheduler.With(t.Context(), s()),
					operators.Valved(operators.Async(sources.Slice(numbersTo(5000)), 7), v, 5))
				if err != nil || len(got) != 5000 || got[4999] != 4999 {
					t.Errorf("%d elements, error %v, on %s", len(got), err, on)
				}
			})
		}
		all.Wait()
		cancel()
		turning.Wait()
	}
}

func TestValveArguments(t *testing.T) {
	src, v := sources.Of(1), new(operators.Valve)
	for text, f := range map[string]func(){
		"operators.Valved: nil source":                     func() { operators.Valved[int](nil, v, 1) },
		"operators.Valved: nil valve":                      func() { operators.Valved(src, nil, 1) },
		"operators.Valved: capacity 0, must be at least 1": func() { operators.Valved(src, v, 0) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
