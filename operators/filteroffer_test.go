package operators_test

import (
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// offering are sources that offer a filter more than is demanded. Each emits
// the numbers below 1000 and tells made how many it has taken from a user.
var offering = map[string]func(made *int) publisher{
	"Slice": func(*int) publisher { return sources.Slice(numbersTo(1000)) },
	"Seq": func(made *int) publisher {
		return sources.Seq(func(yield func(int) bool) {
			for *made = 1; *made <= 1000 && yield(*made-1); *made++ {
			}
		})
	},
}

// TestFilterLooksNoFurther: what is offered and not demanded any more is
// neither looked at nor lost.
func TestFilterLooksNoFurther(t *testing.T) {
	for name, src := range offering {
		for on, s := range schedulers {
			var made int
			var looked []int
			rare := operators.Filter(src(&made), func(v int) bool {
				looked = append(looked, v)
				return v%300 == 299
			})
			var got []int
			for v, err := range sinks.Seq(scheduler.With(t.Context(), s()), rare) {
				require.NoError(t, err)
				got = append(got, v)
				require.Equal(t, numbersTo(v+1), looked, "%s on %s", name, on)
				if name == "Seq" {
					require.Equal(t, v+1, made, "on %s", on)
				}
			}
			require.Equal(t, []int{299, 599, 899}, got, "%s on %s", name, on)
			require.Len(t, looked, 1000)
		}
	}
}

// TestFilterOfferedBreaks: what was kept before a call that does not return
// comes, and the error after it; those behind it stay with the source.
func TestFilterOfferedBreaks(t *testing.T) {
	for name, src := range offering {
		for how, f := range map[string]func(){"panic": func() { panic(errStop) }, "Goexit": runtime.Goexit} {
			for on, s := range schedulers {
				var made int
				looked := 0
				rare := operators.Filter(src(&made), func(v int) bool {
					if looked++; v == 400 {
						f()
					}
					return v == 299
				})
				var got []int
				var err error = &flow.PanicError{} // where Goexit ends whoever waits
				var waits sync.WaitGroup
				waits.Go(func() {
					for v, e := range sinks.Seq(scheduler.With(t.Context(), s()), rare) {
						if err = e; e == nil {
							got = append(got, v)
							err = &flow.PanicError{}
						}
					}
				})
				waits.Wait()
				var broken *flow.PanicError
				require.ErrorAs(t, err, &broken, "%s, %s on %s", name, how, on)
				require.Equal(t, []int{299}, got)
				require.Equal(t, 401, looked)
			}
		}
	}
}

// TestFilterOfferedRange: what the filter has not looked at comes next.
func TestFilterOfferedRange(t *testing.T) {
	for on, s := range schedulers {
		rare := operators.Filter(sources.Range(0, 1000), func(v int64) bool { return v%7 == 0 })
		var got []int64
		for v, err := range sinks.Seq(scheduler.With(t.Context(), s()), rare) {
			require.NoError(t, err)
			got = append(got, v)
		}
		require.Len(t, got, 143, "on %s", on)
		for i, v := range got {
			require.Equal(t, int64(7*i), v, "on %s", on)
		}
	}
}

// TestFilterOfferedReleases: an element is told once, by whoever has it. Those
// that the filter has not looked at are still the source's.
func TestFilterOfferedReleases(t *testing.T) {
	for on, s := range schedulers {
		for _, breaks := range []bool{false, true} {
			var told []int
			values := make([]*owned, 500)
			for i := range values {
				values[i] = &owned{func() { told = append(told, i) }}
			}
			at := 0
			got, err := sinks.First(scheduler.With(t.Context(), s()), operators.Filter(sources.Slice(values), func(*owned) bool {
				if at++; at == 301 && breaks {
					panic(errStop)
				}
				return at == 321
			}))
			if breaks {
				require.ErrorIs(t, err, errStop)
				require.Equal(t, numbersTo(301), told, "on %s", on)
				continue
			}
			require.NoError(t, err)
			require.Same(t, values[320], got)
			require.Equal(t, numbersTo(320), told, "on %s", on)
		}
	}
}

type owned struct{ told func() }

func (o *owned) Release(flow.Reason) { o.told() }
