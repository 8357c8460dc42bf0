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
	{name: "operators.BatchWeighted", family: window, intent: "collect elements by what they weigh", peers: [4]string{"", "", "groupedWeighted", ""},
		picture: one("BatchWeighted(3, a and b weigh 1, c weighs 2)", "-a-b-c-a-b-|", func(p text) text {
			return joined(operators.BatchWeighted(p, 3, func(s string) int64 { return map[string]int64{"a": 1, "b": 1, "c": 2}[s] }))
		})},
	{name: "operators.BatchAt", family: window, intent: "collect until another stream says so", peers: [4]string{"buffer", "buffer", "", "BufferWhen"},
		picture: diagram{title: "BatchAt(source 2, 8)", inputs: []string{"-a-b--c----d-|", "----x-----x---"}, run: func(in []text) text {
			return joined(operators.BatchAt(in[0], in[1], 8))
		}}},
	{name: "operators.Tumbling", family: window, intent: "say that windows follow one another", noPicture: "it says which windows"},
	{name: "operators.Hopping", family: window, intent: "say that windows overlap", noPicture: "it says which windows"},
	{name: "operators.Session", family: window, intent: "say that windows end when nothing comes", noPicture: "it says which windows"},
}
