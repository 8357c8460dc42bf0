package catalogue

import (
	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
)

var rateEntries = []entry{
	{name: "operators.ThrottleWith", family: timing, intent: "keep to a rate by cost, or drop what exceeds it", peers: [4]string{"", "", "throttle", ""},
		picture: one("ThrottleWith(1 each 4 ms, drop)", "-ab---c-d----e|", func(p text) text {
			return operators.ThrottleWith(p, operators.ThrottleConfig[string]{N: 1, Per: 4 * ms, Strategy: flow.DropIncoming})
		})},
	{name: "operators.ThrottleKeyed", family: timing, intent: "keep each key to a rate", peers: [4]string{"", "", "", "NewRateLimiter"},
		picture: one("ThrottleKeyed(8, itself, 1 each 5 ms, drop)", "-aab-b-a--b-a|", func(p text) text {
			return operators.ThrottleKeyed(p, 8, func(s string) string { return s },
				operators.ThrottleConfig[string]{N: 1, Per: 5 * ms, Strategy: flow.DropIncoming})
		})},
}
