package catalogue

import (
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

var expandEntries = []entry{
	{name: "operators.Expand", family: flatten, intent: "make a stream of each element, of its elements again, and so on, level by level", peers: [4]string{"", "expand", "", ""},
		picture: one("Expand(16, v1 and v2, 2 ms apart, down to two digits)", "-a--b|", func(p text) text {
			return operators.Expand(p, 16, func(v string) text {
				if len(v) > 2 {
					return sources.Empty[string]()
				}
				return operators.Map(operators.Take(sources.Ticker(2*ms), 2), func(i int64) string { return v + string(rune('1'+i)) })
			})
		})},
}
