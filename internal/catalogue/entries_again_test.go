package catalogue

import (
	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// onceMore says that there is a second round, a while later.
func onceMore() func() flow.Publisher[int64] {
	rounds := 0
	return func() flow.Publisher[int64] {
		if rounds++; rounds > 1 {
			return sources.Empty[int64]()
		}
		return sources.Timer(3 * ms)
	}
}

var againEntries = []entry{
	{name: "operators.RetryWhen", family: failing, intent: "begin again after an error, when another stream says so", peers: [4]string{"retryWhen", "retryWhen", "", ""},
		picture: diagram{title: "RetryWhen(3 ms later, once)", inputs: []string{"-a-b#"}, span: 14, run: func(in []text) text {
			when := onceMore()
			return operators.RetryWhen(in[0], func(error) flow.Publisher[int64] { return when() })
		}}},
	{name: "operators.RepeatWhen", family: combine, intent: "begin again after completion, when another stream says so", peers: [4]string{"repeatWhen", "repeatWhen", "", ""},
		picture: diagram{title: "RepeatWhen(3 ms later, once)", inputs: []string{"-a-b|"}, span: 14, run: func(in []text) text {
			return operators.RepeatWhen(in[0], onceMore())
		}}},
	{name: "operators.MergePrioritized", family: combine, intent: "emit several streams as they come, some of them before others", peers: [4]string{"", "", "mergePrioritized", ""},
		picture: diagram{title: "MergePrioritized(16, [2 1]) before a stage of 3.5 ms", inputs: []string{"-a-b-c-d-|", "--1-2-3|"}, span: 34, run: func(in []text) text {
			return slow(operators.MergePrioritized(16, []int{2, 1}, in...))
		}}},
}
