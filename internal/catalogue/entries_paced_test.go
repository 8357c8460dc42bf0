package catalogue

import (
	"iter"
	"strconv"

	"github.com/weirgo/weir/operators"
)

var pacedEntries = []entry{
	{name: "operators.SampleOn", family: timing, intent: "look when another stream says so", peers: [4]string{"sample", "sample", "", "SampleWhen"},
		picture: diagram{title: "SampleOn(source 2)", inputs: []string{"-a-b--c-d----e-|", "----x----x-x----"}, run: func(in []text) text {
			return operators.SampleOn(in[0], in[1])
		}}},
	{name: "operators.BatchWeightedWhileBusy", family: window, intent: "collect by weight while nobody asks", peers: [4]string{"", "", "batchWeighted", ""},
		picture: one("BatchWeightedWhileBusy(2, each weighs 1) before a stage of 3.5 ms", "-abcde----f------|", func(p text) text {
			return slow(joined(operators.BatchWeightedWhileBusy(p, 2, func(string) int64 { return 1 })))
		})},
	{name: "operators.ConflateWithSeed", family: overload, intent: "merge what comes while nobody asks into something else", peers: [4]string{"onBackpressureReduce", "", "conflateWithSeed", ""},
		picture: one("ConflateWithSeed(1, count) before a stage of 3.5 ms", "-abcde----f-----|", func(p text) text {
			counts := operators.ConflateWithSeed(p, func(string) int { return 1 }, func(n int, _ string) int { return n + 1 })
			return slow(operators.Map(counts, strconv.Itoa))
		})},
	{name: "operators.KeepAlive", family: timing, intent: "emit something when nothing comes", peers: [4]string{"", "", "keepAlive", ""},
		picture: one("KeepAlive(4 ms, x)", "-a-b----------c-|", func(p text) text {
			return operators.KeepAlive(p, 4*ms, func() string { return "x" })
		})},
	{name: "operators.Extrapolate", family: overload, intent: "make more of the newest element while the reader asks and nothing comes", peers: [4]string{"", "", "extrapolate", ""},
		picture: one("Extrapolate(v1, v2, ...) before Async(1) and a stage of 3.5 ms", "-a---------b-----c-----|", func(p text) text {
			more := operators.Extrapolate(p, func(v string) iter.Seq[string] {
				return func(yield func(string) bool) {
					for i := 1; yield(v + strconv.Itoa(i)); i++ {
					}
				}
			})
			return slow(operators.Async(more, 1))
		})},
	{name: "operators.TimeoutDemand", family: timing, intent: "fail when nobody asks for more", peers: [4]string{"", "", "backpressureTimeout", ""},
		picture: one("TimeoutDemand(2 ms) before Async(1) and a stage of 3.5 ms", "-abc-d----|", func(p text) text {
			return slow(operators.Async(operators.TimeoutDemand(p, 2*ms), 1))
		})},
}
