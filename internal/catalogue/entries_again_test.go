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
}
