package main

import (
	"fmt"
	"log/slog"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // the checks provoke late errors
	m.Run()
}

// Example runs the program.
func Example() {
	main()
	// Output:
	// every third reading: [24 27]
	// average of three: [21 24 27 28 26 22]
	// alarm: [on after 4 hours off after 8 hours]
}

func TestReadings(t *testing.T) {
	flowtest.VerifyOperator(t, flowtest.OperatorConfig[string, float64]{
		New: Readings,
		In:  strconv.Itoa,
		Out: func(n int) []float64 { return numbers(0, n) },
	})
	got, err := sinks.Slice(t.Context(), Readings(sources.Of("1", "", "# 2", "3", "4 degrees")))
	require.Equal(t, []float64{1, 3}, got)
	require.ErrorIs(t, err, strconv.ErrSyntax)
}

func TestAverage(t *testing.T) {
	flowtest.VerifyOperator(t, flowtest.OperatorConfig[float64, float64]{
		New: func(up flow.Publisher[float64]) flow.Publisher[float64] { return operators.Through(up, Average(3)) },
		Out: func(n int) []float64 { return numbers(1, max(0, n-2)) },
	})
}

// numbers returns n numbers from the first on.
func numbers(first float64, n int) []float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = first + float64(i)
	}
	return all
}

func TestAlarm(t *testing.T) {
	flowtest.VerifyOperator(t, flowtest.OperatorConfig[float64, string]{
		New: func(up flow.Publisher[float64]) flow.Publisher[string] {
			return operators.Handle(up, 1, Alarm(0.5, 0.5))
		},
		In: func(i int) float64 { return float64((i + 1) % 2) }, // on, off, on, ...
		Out: func(n int) (all []string) {
			for i := range n {
				all = append(all, fmt.Sprintf("%s after %d hours", [...]string{"on", "off"}[i%2], i+1))
			}
			if n%2 == 1 {
				all = append(all, "still on")
			}
			return all
		},
	})
}

func TestEvery(t *testing.T) {
	for _, n := range []int{1, 3} {
		flowtest.VerifyOperator(t, flowtest.OperatorConfig[int, int]{
			New: func(up flow.Publisher[int]) flow.Publisher[int] { return Every(up, int64(n)) },
			Out: func(m int) (all []int) {
				for i := n - 1; i < m; i += n {
					all = append(all, i)
				}
				return all
			},
			Trusting: true, // it does not count what it is sent
		})
	}
	require.Panics(t, func() { Every(sources.Of(1), 0) })
}
