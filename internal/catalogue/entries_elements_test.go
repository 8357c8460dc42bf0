package catalogue

import (
	"fmt"
	"log/slog"
	"strings"

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
	{name: "operators.Materialize", family: failing, intent: "make elements of all that happens, the end and errors too", peers: [4]string{"materialize", "materialize", "", "Materialize"},
		picture: one("Materialize", "-a-b-#", func(p text) text {
			return operators.Map(operators.Materialize(p), func(s operators.Signal[string]) string {
				if s.Err != nil {
					return "err"
				}
				return s.Value
			})
		})},
	{name: "operators.Dematerialize", family: failing, intent: "end as an element says", peers: [4]string{"dematerialize", "dematerialize", "", "Dematerialize"},
		picture: one("Dematerialize, where c is completion", "-a-b-c-d-|", func(p text) text {
			return operators.Dematerialize(operators.Map(p, func(v string) operators.Signal[string] {
				return operators.Signal[string]{Value: v, Completed: v == "c"}
			}))
		})},
	{name: "operators.SkipUntilOther", family: filter, intent: "skip until another stream speaks", peers: [4]string{"skipUntil", "skipUntilOther", "", "SkipUntil"},
		picture: diagram{title: "SkipUntilOther", inputs: []string{"-a-b--c-d-|", "----x|"}, run: func(in []text) text { return operators.SkipUntilOther(in[0], in[1]) }}},
	{name: "operators.Log", family: lifecycle, intent: "log what happens to a stream", peers: [4]string{"", "log", "log", "Log"},
		picture: one("Log", "-a-b--c-|", func(p text) text { return operators.Log(p, slog.New(slog.DiscardHandler)) })},
	{name: "operators.BatchUntil", family: window, intent: "collect up to an element that ends the slice", peers: [4]string{"", "bufferUntil", "", ""},
		picture: one("BatchUntil(8, is c)", "-a-b-c-a--c-a-|", func(p text) text {
			return joined(operators.BatchUntil(p, 8, func(v string) bool { return v == "c" }))
		})},
	{name: "operators.BatchUntilChanged", family: window, intent: "collect adjacent elements of one key", peers: [4]string{"", "bufferUntilChanged", "", ""},
		picture: one("BatchUntilChanged(8, itself)", "-a-a--b-a-a-|", func(p text) text {
			return joined(operators.BatchUntilChanged(p, 8, func(v string) string { return v }))
		})},
	{name: "operators.Sorted", family: transform, intent: "sort all elements, of which there may be so many", peers: [4]string{"sorted", "sort", "", "Sort"},
		picture: one("Sorted(10)", "-c-a--b-|", func(p text) text { return operators.Sorted(p, 10, strings.Compare) })},
}
