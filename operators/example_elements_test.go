package operators_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

func ExampleMapIndexed() {
	lines := sources.Of("package x", "", "func f()")
	print(operators.MapIndexed(lines, func(i int64, line string) string {
		return fmt.Sprintf("%d: %s", i+1, line)
	}))
	// Output: [1: package x 2:  3: func f()]
}

func ExamplePairwise() {
	readings := sources.Of(100, 130, 190)
	print(operators.Pairwise(readings, func(previous, v int) int { return v - previous }))
	// Output: [30 60]
}

func ExampleMaterialize() {
	failing := operators.Concat(sources.Of(1, 2), sources.Error[int](errors.New("disk full")))
	signals := operators.Materialize(failing)
	print(operators.Map(signals, func(s operators.Signal[int]) string {
		if s.IsEnd() {
			return fmt.Sprintf("end: %v", s.Err)
		}
		return fmt.Sprint(s.Value)
	}))
	// Output: [1 2 end: disk full]
}

func ExampleDematerialize() {
	signals := sources.Of(
		operators.Signal[string]{Value: "a"},
		operators.Signal[string]{Value: "b"},
		operators.Signal[string]{Completed: true},
		operators.Signal[string]{Value: "too late"},
	)
	print(operators.Dematerialize(signals))
	// Output: [a b]
}

func ExampleSorted() {
	print(operators.Sorted(sources.Of("pear", "apple", "fig"), 100, strings.Compare))
	// Output: [apple fig pear]
}

func ExampleBatchUntil() {
	print(operators.BatchUntil(sources.Of("GET /", "Host: a", "", "GET /b", ""), 100, func(line string) bool {
		return line == ""
	}))
	// Output: [[GET / Host: a ] [GET /b ]]
}

func ExampleBatchUntilChanged() {
	days := sources.Of("Mon 1", "Mon 2", "Tue 3", "Mon 4")
	print(operators.BatchUntilChanged(days, 100, func(s string) string { return s[:3] }))
	// Output: [[Mon 1 Mon 2] [Tue 3] [Mon 4]]
}

func ExampleSkipUntilOther() {
	ready := sources.Timer(time.Millisecond)
	late := operators.DelaySubscription(sources.Of("c"), 50*time.Millisecond)
	print(operators.SkipUntilOther(operators.Concat(sources.Of("a", "b"), late), ready))
	// Output: [c]
}

func ExampleLog() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	print(operators.Log(sources.Of("a"), logger, operators.WithName("orders")))
	// Output:
	// level=DEBUG msg=subscribed stage=orders
	// level=DEBUG msg=requested stage=orders n=unbounded
	// level=DEBUG msg=element stage=orders value=a
	// level=INFO msg=completed stage=orders
	// [a]
}
