package catalogue

import (
	"fmt"

	"github.com/weirgo/weir/operators"
)

var elementEntries = []entry{
	{name: "operators.MapIndexed", family: transform, intent: "change each element, with its place", peers: [4]string{"", "index", "zipWithIndex", "MapI"},
		picture: one("MapIndexed(with its place)", "-a-b--c-|", func(p text) text {
			return operators.MapIndexed(p, func(i int64, v string) string { return fmt.Sprint(v, i) })
		})},
	{name: "operators.Pairwise", family: transform, intent: "compare each element with the one before", peers: [4]string{"", "", "", "Pairwise"},
		picture: one("Pairwise(append)", "-a-b--c-|", func(p text) text {
			return operators.Pairwise(p, func(previous, v string) string { return previous + v })
		})},
}
