package catalogue

import (
	"errors"
	"strings"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

var transformMore = []entry{
	{name: "operators.FilterMap", family: transform, intent: "change some elements and leave out the others", peers: [4]string{"mapOptional", "mapNotNull", "collect", "FilterMap"},
		picture: one("FilterMap(upper case, not b)", "-a-b--c-|", func(p text) text {
			return operators.FilterMap(p, func(v string) (string, bool) { return strings.ToUpper(v), v != "b" })
		})},
	{name: "operators.OfType", family: transform, intent: "keep the elements of one type", peers: [4]string{"ofType", "ofType", "collectType", ""},
		picture: one("OfType[string] of strings and errors", "-a-b--c-|", func(p text) text {
			return operators.OfType[string](operators.Map(p, func(v string) any {
				if v == "b" {
					return errors.New(v)
				}
				return v
			}))
		})},
	{name: "operators.StatefulMap", family: transform, intent: "map with a state of each subscription", peers: [4]string{"", "", "statefulMap", ""},
		picture: one("StatefulMap(append, at the end a dot)", "-a-b--c-|", func(p text) text {
			return operators.StatefulMap(p, func() string { return "" },
				func(s, v string) (string, string) { return s + v, s + v },
				func(s string) (string, bool) { return s + ".", true })
		})},
	{name: "operators.Reduce", family: transform, intent: "combine all elements into one", peers: [4]string{"reduce", "reduce", "reduce", "Reduce"},
		picture: one("Reduce(append)", "-a-b--c-|", func(p text) text {
			return operators.Reduce(p, func(a, b string) string { return a + b })
		})},
}

var filterMore = []entry{
	{name: "operators.TakeLast", family: filter, intent: "take the last n", peers: [4]string{"takeLast", "takeLast", "", "TakeLast"},
		picture: one("TakeLast(2)", "-a-b--c-|", func(p text) text { return operators.TakeLast(p, 2) })},
	{name: "operators.TakeUntil", family: filter, intent: "take up to the first that matches", peers: [4]string{"takeUntil", "takeUntil", "takeWhile(inclusive)", ""},
		picture: one("TakeUntil(is b)", "-a-b--c-|", func(p text) text { return operators.TakeUntil(p, func(v string) bool { return v == "b" }) })},
	{name: "operators.TakeUntilOther", family: filter, intent: "take until another stream speaks", peers: [4]string{"takeUntil", "takeUntilOther", "", "TakeUntil"},
		picture: diagram{title: "TakeUntilOther", inputs: []string{"-a-b--c-d-|", "-----x|"}, run: func(in []text) text { return operators.TakeUntilOther(in[0], in[1]) }}},
	{name: "operators.SkipLast", family: filter, intent: "leave out the last n", peers: [4]string{"skipLast", "skipLast", "", "SkipLast"},
		picture: one("SkipLast(1)", "-a-b--c-|", func(p text) text { return operators.SkipLast(p, 1) })},
	{name: "operators.First", family: filter, intent: "take the first element", peers: [4]string{"firstElement", "next", "take(1)", "First"},
		picture: one("First", "--a-b-|", func(p text) text { return operators.First(p) })},
	{name: "operators.Last", family: filter, intent: "take the last element", peers: [4]string{"lastElement", "last", "", "Last"},
		picture: one("Last", "-a-b--c-|", func(p text) text { return operators.Last(p) })},
	{name: "operators.Single", family: filter, intent: "insist on exactly one element", peers: [4]string{"singleOrError", "single", "", ""},
		picture: one("Single", "-a---b-|", func(p text) text { return operators.Single(p) })},
	{name: "operators.ElementAt", family: filter, intent: "take the element at a place", peers: [4]string{"elementAt", "elementAt", "", "ElementAt"},
		picture: one("ElementAt(1)", "-a-b--c-|", func(p text) text { return operators.ElementAt(p, 1) })},
	{name: "operators.Find", family: filter, intent: "take the first that matches", peers: [4]string{"", "", "", "Find"},
		picture: one("Find(after a)", "-a-b--c-|", func(p text) text { return operators.Find(p, func(v string) bool { return v > "a" }) })},
	{name: "operators.Limit", family: filter, intent: "fail when there are more than n", peers: [4]string{"", "", "limit", ""},
		picture: one("Limit(2)", "-a-b--c-|", func(p text) text { return operators.Limit(p, 2) })},
	{name: "operators.IgnoreElements", family: filter, intent: "wait for the end only", peers: [4]string{"ignoreElements", "ignoreElements", "Sink.ignore", "IgnoreElements"},
		picture: one("IgnoreElements", "-a-b--c-|", func(p text) text { return operators.IgnoreElements(p) })},
	{name: "operators.DefaultIfEmpty", family: filter, intent: "emit a value when there is none", peers: [4]string{"defaultIfEmpty", "defaultIfEmpty", "orElse", "DefaultIfEmpty"},
		picture: one("DefaultIfEmpty(x)", "----|", func(p text) text { return operators.DefaultIfEmpty(p, "x") })},
	{name: "operators.SwitchIfEmpty", family: filter, intent: "go on with another stream when there is no element", peers: [4]string{"switchIfEmpty", "switchIfEmpty", "orElse", ""},
		picture: diagram{title: "SwitchIfEmpty", inputs: []string{"---|", "-a-b|"}, span: 9, run: func(in []text) text { return operators.SwitchIfEmpty(in[0], in[1]) }}},
	{name: "operators.ErrorIfEmpty", family: filter, intent: "fail when there is no element", peers: [4]string{"firstOrError", "single", "", "ThrowIfEmpty"},
		picture: one("ErrorIfEmpty", "---|", func(p text) text { return operators.ErrorIfEmpty(p, flowtest.ErrMarble) })},
}

var combineMore = []entry{
	{name: "operators.StartWith", family: combine, intent: "emit values first", peers: [4]string{"startWith", "startWith", "prepend", "StartWith"},
		picture: one("StartWith(x, y)", "--a-b-|", func(p text) text { return operators.StartWith(p, "x", "y") })},
	{name: "operators.EndWith", family: combine, intent: "emit values last", peers: [4]string{"concatWith", "concatWithValues", "concat", "EndWith"},
		picture: one("EndWith(x, y)", "-a-b-|", func(p text) text { return operators.EndWith(p, "x", "y") })},
	{name: "operators.Repeat", family: combine, intent: "begin again after completion", peers: [4]string{"repeat", "repeat", "Source.cycle", "RepeatWith"},
		picture: diagram{title: "Repeat(2)", inputs: []string{"-a-b|"}, span: 14, run: func(in []text) text { return operators.Repeat(in[0], 2) }}},
	{name: "operators.Zip", family: combine, intent: "combine one element of each of several streams", peers: [4]string{"zipArray", "zip", "zipN", "Zip"},
		picture: diagram{title: "Zip", inputs: []string{"-a--b-c-|", "--1---2--3|"}, run: func(in []text) text {
			return operators.Zip(in, func(row []string) string { return strings.Join(row, "") })
		}}},
	{name: "operators.Zip3", family: combine, intent: "combine one element of each of three streams", peers: [4]string{"zip", "zip", "zipWith", "Zip3"},
		picture: diagram{title: "Zip3", inputs: []string{"-a--b-|", "--1---2|", "x--y-|"}, run: func(in []text) text {
			return operators.Zip3(in[0], in[1], in[2], func(a, b, c string) string { return a + b + c })
		}}},
	{name: "operators.CombineLatest", family: combine, intent: "combine the newest element of each of several streams", peers: [4]string{"combineLatest", "combineLatest", "zipLatest", "CombineLatest"},
		picture: diagram{title: "CombineLatest", inputs: []string{"-a---b--|", "---1---2--|"}, run: func(in []text) text {
			return operators.CombineLatest(in, func(row []string) string { return strings.Join(row, "") })
		}}},
	{name: "operators.CombineLatest2", family: combine, intent: "combine the newest elements of two streams", peers: [4]string{"combineLatest", "combineLatest", "zipLatest", "CombineLatest2"},
		picture: diagram{title: "CombineLatest2", inputs: []string{"-a---b--|", "---1---2--|"}, run: func(in []text) text {
			return operators.CombineLatest2(in[0], in[1], func(a, b string) string { return a + b })
		}}},
	{name: "operators.WithLatestFrom", family: combine, intent: "add the newest element of another stream to each", peers: [4]string{"withLatestFrom", "withLatestFrom", "", ""},
		picture: diagram{title: "WithLatestFrom", inputs: []string{"-a--b--c-|", "--1---2---|"}, run: func(in []text) text {
			return operators.WithLatestFrom(in[0], in[1], func(a, b string) string { return a + b })
		}}},
	{name: "operators.MergeSorted", family: combine, intent: "merge sorted streams into a sorted one", peers: [4]string{"", "mergeComparing", "mergeSorted", ""},
		picture: diagram{title: "MergeSorted", inputs: []string{"-a--c-e-|", "--b---d---f|"}, run: func(in []text) text { return operators.MergeSorted(4, strings.Compare, in...) }}},
	{name: "operators.Interleave", family: combine, intent: "take some elements of each stream in turn", peers: [4]string{"", "", "interleave", ""},
		picture: diagram{title: "Interleave(2)", inputs: []string{"-ab-cd--|", "--12----34|"}, run: func(in []text) text { return operators.Interleave(2, in...) }}},
	{name: "operators.Race", family: combine, intent: "take the stream that speaks first", peers: [4]string{"amb", "firstWithSignal", "", "Race"},
		picture: diagram{title: "Race", inputs: []string{"---a--b-|", "-1---2--|"}, run: func(in []text) text { return operators.Race(in...) }}},
}

var flattenMore = []entry{
	{name: "operators.SwitchMap", family: flatten, intent: "make a stream of each element and leave the one before", peers: [4]string{"switchMap", "switchMap", "flatMapLatest", "SwitchMap"},
		picture: one("SwitchMap(three of each, 2 ms apart)", "-a--b--------|", func(p text) text { return operators.SwitchMap(p, thrice) })},
	{name: "operators.ExhaustMap", family: flatten, intent: "make a stream of an element, and ignore others until it ends", peers: [4]string{"", "", "", "ExhaustMap"},
		picture: one("ExhaustMap(three of each, 2 ms apart)", "-a---b---c----|", func(p text) text { return operators.ExhaustMap(p, thrice) })},
	{name: "operators.Flatten", family: flatten, intent: "merge a stream of streams", peers: [4]string{"merge", "merge", "flatten", "MergeAll"},
		picture: one("Flatten(2) of streams of three, 2 ms apart", "-a--b-------|", func(p text) text { return operators.Flatten(operators.Map(p, thrice), 2) })},
	{name: "operators.Switch", family: flatten, intent: "follow the newest of a stream of streams", peers: [4]string{"switchOnNext", "switchOnNext", "", "Switch"},
		picture: one("Switch between streams of three, 2 ms apart", "-a--b--------|", func(p text) text { return operators.Switch(operators.Map(p, thrice)) })},
	{name: "operators.FlatMapSequential", family: flatten, intent: "make a stream of each element, several at once, and keep their order", peers: [4]string{"concatMapEager", "flatMapSequential", "", ""},
		picture: one("FlatMapSequential(2, three of each, 2 ms apart)", "-a--b-------|", func(p text) text { return operators.FlatMapSequential(p, 2, thrice) })},
}
