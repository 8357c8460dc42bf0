package catalogue

import (
	"github.com/weirgo/weir/operators"
)

var pacedEntries = []entry{
	{name: "operators.SampleOn", family: timing, intent: "look when another stream says so", peers: [4]string{"sample", "sample", "", "SampleWhen"},
		picture: diagram{title: "SampleOn(source 2)", inputs: []string{"-a-b--c-d----e-|", "----x----x-x----"}, run: func(in []text) text {
			return operators.SampleOn(in[0], in[1])
		}}},
}
