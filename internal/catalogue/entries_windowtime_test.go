package catalogue

import (
	"fmt"

	"github.com/weirgo/weir/operators"
)

var windowsInTime = []entry{
	{name: "operators.BatchWindows", family: window, intent: "collect the elements of each window of time", peers: [4]string{"buffer", "buffer", "groupedWithin", "BufferWithTime"},
		picture: one("BatchWindows(Tumbling(4 ms), 8)", "-ab-c-----d-e-|", func(p text) text {
			return joined(operators.BatchWindows(p, operators.Tumbling(4*ms), 8))
		})},
	{name: "operators.WindowBy", family: window, intent: "count, or combine, by key in each window of time", peers: [4]string{"", "", "aggregateWithBoundary", ""},
		picture: one("WindowBy(Session(3 ms), 8, itself, 0, count)", "-aab--a-b------|", func(p text) text {
			counts := operators.WindowBy(p, operators.Session(3*ms), 8, func(s string) string { return s }, 0, func(n int, _ string) int { return n + 1 })
			return operators.Map(counts, func(w operators.Window[string, int]) string { return fmt.Sprint(w.Key, w.Value) })
		})},
	{name: "operators.Tumbling", family: window, intent: "say that windows follow one another", noPicture: "it says which windows"},
	{name: "operators.Hopping", family: window, intent: "say that windows overlap", noPicture: "it says which windows"},
	{name: "operators.Session", family: window, intent: "say that windows end when nothing comes", noPicture: "it says which windows"},
}
