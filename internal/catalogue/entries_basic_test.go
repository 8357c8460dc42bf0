package catalogue

import (
	"context"
	"errors"
	"iter"
	"strings"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

const ms = time.Millisecond

var createEntries = []entry{
	{name: "sources.Of", family: create, intent: "emit given values", peers: [4]string{"just", "just", "items", "Of"},
		picture: none("Of(1, 2, 3)", 3, func() text { return words(sources.Of(1, 2, 3)) })},
	{name: "sources.Slice", family: create, intent: "emit the elements of a slice", peers: [4]string{"fromArray", "fromArray", "fromArray", "FromSlice"}},
	{name: "sources.Range", family: create, intent: "count", peers: [4]string{"range", "range", "range", "Range"}},
	{name: "sources.Seq", family: create, intent: "emit what an iterator yields", peers: [4]string{"fromIterable", "fromIterable", "fromIterator", "FromSeq"}},
	{name: "sources.Seq2", family: create, intent: "emit what an iterator yields that can fail", peers: [4]string{"", "", "", "FromSeq2"}},
	{name: "sources.Chan", family: create, intent: "emit what comes out of a channel", peers: [4]string{"", "", "", "FromChannel"}},
	{name: "sources.Func", family: create, intent: "write a source as a loop that emits", peers: [4]string{"generate", "create", "unfold", "NewObservable"}},
	{name: "sources.Push", family: create, intent: "emit what callbacks bring", peers: [4]string{"create", "create", "queue", ""}},
	{name: "sources.Generate", family: create, intent: "pull elements out of a state", peers: [4]string{"generate", "generate", "unfold", ""}},
	{name: "sources.Call", family: create, intent: "emit the result of a function", peers: [4]string{"fromCallable", "fromCallable", "lazySingle", "Future"}},
	{name: "sources.Empty", family: create, intent: "complete at once", peers: [4]string{"empty", "empty", "empty", "Empty"}},
	{name: "sources.Never", family: create, intent: "do nothing", peers: [4]string{"never", "never", "never", "Never"}},
	{name: "sources.Error", family: create, intent: "fail at once", peers: [4]string{"error", "error", "failed", "Throw"}},
	{name: "sources.Defer", family: create, intent: "make the source when it is subscribed", peers: [4]string{"defer", "defer", "lazySource", "Defer"}},
	{name: "sources.Ticker", family: create, intent: "emit at intervals", peers: [4]string{"interval", "interval", "tick", "Interval"},
		picture: none("Ticker(3 ms)", 13, func() text {
			return words(sources.Ticker(3 * ms))
		})},
	{name: "sources.Timer", family: create, intent: "emit once, later", peers: [4]string{"timer", "delay", "single, initialDelay", "Timer"},
		picture: none("Timer(4 ms)", 6, func() text {
			return operators.Map(sources.Timer(4*ms), func(int64) string { return "t" })
		})},
	{name: "sources.Lines", family: create, intent: "read lines", peers: [4]string{"", "", "FileIO + Framing", ""}},
	{name: "sources.Files", family: create, intent: "walk files", peers: [4]string{"", "", "Directory.walk", ""}},
}

var transformEntries = []entry{
	{name: "operators.Map", family: transform, intent: "change each element", peers: [4]string{"map", "map", "map", "Map"},
		picture: one("Map(upper case)", "-a-b--c-|", func(p text) text { return operators.Map(p, strings.ToUpper) })},
	{name: "operators.TryMap", family: transform, intent: "change each element with a function that can fail", peers: [4]string{"map", "handle", "map", "MapErr"},
		picture: one("TryMap(fails on c)", "-a-b--c-d|", func(p text) text {
			return operators.TryMap(p, func(_ context.Context, v string) (string, error) {
				if v == "c" {
					return "", errors.New("no c")
				}
				return strings.ToUpper(v), nil
			})
		})},
	{name: "operators.FlatMapSlice", family: transform, intent: "make several elements of one", peers: [4]string{"concatMapIterable", "concatMapIterable", "mapConcat", ""},
		picture: one("FlatMapSlice(twice)", "-a---b--|", func(p text) text {
			return operators.FlatMapSlice(p, func(v string) []string { return []string{v + "1", v + "2"} })
		})},
	{name: "operators.Scan", family: transform, intent: "emit each intermediate result of a fold", peers: [4]string{"scan", "scan", "scan", "Scan"},
		picture: one("Scan(append)", "-a-b--c-|", func(p text) text {
			return operators.Scan(p, "", func(s, v string) string { return s + v })
		})},
	{name: "operators.Fold", family: transform, intent: "emit the result of a fold at the end", peers: [4]string{"reduceWith", "reduceWith", "fold", "Reduce"},
		picture: one("Fold(append)", "-a-b--c-|", func(p text) text {
			return operators.Fold(p, "", func(s, v string) string { return s + v })
		})},
	{name: "operators.GroupBy", family: transform, intent: "part a stream by a key", peers: [4]string{"groupBy", "groupBy", "groupBy", "GroupBy"},
		picture: one("GroupBy(letter), FlatMap(append within the group)", "-a-b-a-a-b|", func(p text) text {
			groups := operators.GroupBy(p, 2, 8, func(v string) string { return v })
			return operators.FlatMap(groups, 2, func(g operators.Group[string, string]) text {
				counted := operators.Scan[string, string](g, "", func(s, v string) string { return s + v })
				return operators.Filter(counted, func(s string) bool { return s != "" })
			})
		})},
}

var filterEntries = []entry{
	{name: "operators.Filter", family: filter, intent: "keep what a predicate likes", peers: [4]string{"filter", "filter", "filter", "Filter"},
		picture: one("Filter(is not b)", "-a-b--c-|", func(p text) text { return operators.Filter(p, func(v string) bool { return v != "b" }) })},
	{name: "operators.Take", family: filter, intent: "take the first n", peers: [4]string{"take", "take", "take", "Take"},
		picture: one("Take(2)", "-a-b--c-|", func(p text) text { return operators.Take(p, 2) })},
	{name: "operators.TakeWhile", family: filter, intent: "take while a predicate holds", peers: [4]string{"takeWhile", "takeWhile", "takeWhile", "TakeWhile"},
		picture: one("TakeWhile(before c)", "-a-b--c-d|", func(p text) text { return operators.TakeWhile(p, func(v string) bool { return v < "c" }) })},
	{name: "operators.Skip", family: filter, intent: "leave out the first n", peers: [4]string{"skip", "skip", "drop", "Skip"},
		picture: one("Skip(2)", "-a-b--c-d|", func(p text) text { return operators.Skip(p, 2) })},
	{name: "operators.SkipWhile", family: filter, intent: "leave out while a predicate holds", peers: [4]string{"skipWhile", "skipWhile", "dropWhile", "SkipWhile"},
		picture: one("SkipWhile(before c)", "-a-b--c-a|", func(p text) text { return operators.SkipWhile(p, func(v string) bool { return v < "c" }) })},
	{name: "operators.Distinct", family: filter, intent: "leave out what has been seen", peers: [4]string{"distinct", "distinct", "", "Distinct"},
		picture: one("Distinct(100)", "-a-b-a-c-b|", func(p text) text { return operators.Distinct(p, 100) })},
	{name: "operators.DistinctBy", family: filter, intent: "leave out what has a key that has been seen", peers: [4]string{"distinct", "distinct", "", "DistinctBy"},
		picture: one("DistinctBy(100, upper case)", "-a-b-A-c-B|", func(p text) text { return operators.DistinctBy(p, 100, strings.ToUpper) })},
	{name: "operators.DistinctUntilChanged", family: filter, intent: "leave out repetitions", peers: [4]string{"distinctUntilChanged", "distinctUntilChanged", "dropRepeated", "DistinctUntilChanged"},
		picture: one("DistinctUntilChanged", "-a-a-b-b-a|", func(p text) text { return operators.DistinctUntilChanged(p) })},
	{name: "operators.DistinctUntilChangedBy", family: filter, intent: "leave out repetitions of a key", peers: [4]string{"distinctUntilChanged", "distinctUntilChanged", "", ""},
		picture: one("DistinctUntilChangedBy(upper case)", "-a-A-b-B-a|", func(p text) text { return operators.DistinctUntilChangedBy(p, strings.ToUpper) })},
}

var combineEntries = []entry{
	{name: "operators.Merge", family: combine, intent: "emit several streams as they come", peers: [4]string{"merge", "merge", "merge", "Merge"},
		picture: diagram{title: "Merge", inputs: []string{"-a---b-|", "--1-2---3|"}, run: func(in []text) text { return operators.Merge(8, in...) }}},
	{name: "operators.Concat", family: combine, intent: "emit several streams one after the other", peers: [4]string{"concat", "concat", "concat", "Concat"},
		picture: diagram{title: "Concat (each begins when it is subscribed)", inputs: []string{"-a-b|", "-1--2|"}, span: 11, run: func(in []text) text { return operators.Concat(in...) }}},
	{name: "operators.Zip2", family: combine, intent: "pair the elements of two streams", peers: [4]string{"zip", "zip", "zip", "Zip2"},
		picture: diagram{title: "Zip2", inputs: []string{"-a--b-c-|", "--1---2--3|"}, run: func(in []text) text {
			return operators.Zip2(in[0], in[1], func(a, b string) string { return a + b })
		}}},
}

var flattenEntries = []entry{
	{name: "operators.FlatMap", family: flatten, intent: "make a stream of each element, several at once", peers: [4]string{"flatMap", "flatMap", "flatMapMerge", "MergeMap"},
		picture: one("FlatMap(2, three of each, 2 ms apart)", "-a--b-------|", func(p text) text { return operators.FlatMap(p, 2, thrice) })},
	{name: "operators.ConcatMap", family: flatten, intent: "make a stream of each element, one after the other", peers: [4]string{"concatMap", "concatMap", "flatMapConcat", "FlatMap"},
		picture: one("ConcatMap(three of each, 2 ms apart)", "-a--b---------|", func(p text) text { return operators.ConcatMap(p, thrice) })},
	{name: "operators.MapAsync", family: flatten, intent: "call a slow function for several elements at once", peers: [4]string{"concatMapEager", "flatMapSequential", "mapAsync", ""},
		picture: one("MapAsync(2, takes 2.5 ms)", "-ab--c------|", func(p text) text {
			return operators.MapAsync(p, 2, func(_ context.Context, v string) (string, error) {
				pause(2*ms + ms/2)
				return strings.ToUpper(v), nil
			})
		})},
	{name: "operators.MapAsyncKeyed", family: flatten, intent: "call a slow function at once for different keys, and in order for each", peers: [4]string{"", "", "mapAsyncPartitioned", ""},
		picture: one("MapAsyncKeyed(4, 16, letter, takes 2.5 ms)", "-aab---------|", func(p text) text {
			return operators.MapAsyncKeyed(p, 4, 16, func(v string) string { return v }, func(_ context.Context, v string) (string, error) {
				pause(2*ms + ms/2)
				return strings.ToUpper(v), nil
			})
		})},
	{name: "operators.Async", family: flatten, intent: "run what is above at the same time as what is below", peers: [4]string{"observeOn", "publishOn", "async", ""},
		noPicture: "it changes where a stream runs, not what it emits"},
}

// thrice is a stream of three elements, 2 ms apart.
func thrice(v string) text {
	return operators.Map(operators.Take(sources.Ticker(2*ms), 3), func(int64) string { return v })
}

var customEntries = []entry{
	{name: "operators.Through", family: custom, intent: "write an operator as a loop", peers: [4]string{"lift", "handle", "statefulMapConcat", "NewUnsafeObservable"},
		picture: one("Through(a loop that doubles)", "-a--b--|", func(p text) text {
			return operators.Through(p, func(in iter.Seq[string]) iter.Seq[string] {
				return func(yield func(string) bool) {
					for v := range in {
						if !yield(v + v) {
							return
						}
					}
				}
			})
		})},
	{name: "operators.Handle", family: custom, intent: "write an operator as callbacks with a state", peers: [4]string{"", "handle", "statefulMap", ""},
		picture: one("Handle(counts at the end)", "-a--b--|", func(p text) text {
			return operators.Handle(p, 4, func() operators.Handler[string, string] {
				n := 0
				return operators.Handler[string, string]{
					Next:     func(_ context.Context, v string, emit func(string)) error { n++; emit(v); return nil },
					Complete: func(_ context.Context, emit func(string)) error { emit(strings.Repeat("n", n)); return nil },
				}
			})
		})},
	{name: "operators.Via", family: custom, intent: "use a Processor from elsewhere", peers: [4]string{"compose", "transform", "via", ""},
		noPicture: "what it emits is the processor's choice"},
}

var overloadEntries = []entry{
	{name: "operators.Buffer", family: overload, intent: "put a bounded buffer before a slow stage, and say what is lost", peers: [4]string{"onBackpressureBuffer", "onBackpressureBuffer", "buffer", ""},
		picture: one("Buffer(1, DropOldest) before a stage of 3.5 ms", "-abcde----f-----|", func(p text) text {
			return slow(operators.Buffer(p, 1, flow.DropOldest))
		})},
	{name: "operators.BufferWith", family: overload, intent: "get what a buffer drops", peers: [4]string{"onBackpressureDrop", "onBackpressureDrop", "", ""},
		noPicture: "see operators.Buffer"},
	{name: "operators.Conflate", family: overload, intent: "merge what comes while nobody asks", peers: [4]string{"onBackpressureReduce", "", "conflate", ""},
		picture: one("Conflate(append) before a stage of 3.5 ms", "-abcde----f-----|", func(p text) text {
			return slow(operators.Conflate(p, func(a, b string) string { return a + b }))
		})},
}

// slow takes 3.5 ms for each element.
func slow(p text) text {
	return operators.Map(p, func(v string) string {
		pause(3*ms + ms/2)
		return v
	})
}

var sharingEntries = []entry{
	{name: "operators.Broadcast", family: sharing, intent: "give each element to several readers", peers: [4]string{"publish", "publish", "broadcast", ""},
		noPicture: "each output is what the source is"},
	{name: "operators.Partition", family: sharing, intent: "send each element to one of several outputs", peers: [4]string{"", "", "partition", ""},
		noPicture: "each output is a part of the source"},
	{name: "operators.Publish", family: sharing, intent: "share a subscription that begins when you say", peers: [4]string{"publish", "publish", "", "Connectable"},
		noPicture: "each subscriber gets what the source emits"},
	{name: "operators.RefCount", family: sharing, intent: "share a subscription that begins with the n-th reader", peers: [4]string{"refCount", "refCount", "", ""},
		noPicture: "each subscriber gets what the source emits"},
	{name: "operators.Share", family: sharing, intent: "share one subscription while there are readers", peers: [4]string{"share", "share", "", "Share"},
		noPicture: "each subscriber gets what the source emits"},
	{name: "operators.Replay", family: sharing, intent: "share, and give late readers the last n", peers: [4]string{"replay", "replay", "", "ShareReplay"},
		noPicture: "each subscriber gets what the source emits"},
	{name: "sources.NewHub", family: sharing, intent: "emit to whoever is there, from anywhere", peers: [4]string{"PublishProcessor", "Sinks.many().multicast()", "MergeHub + BroadcastHub", "NewPublishSubject"}},
	{name: "sources.NewMergeHub", family: sharing, intent: "merge publishers that are added while it runs", peers: [4]string{"", "", "MergeHub", ""}},
	{name: "sources.NewReplayHub", family: sharing, intent: "emit to whoever is there, and the last n to who comes later", peers: [4]string{"ReplayProcessor", "Sinks.many().replay()", "", "NewReplaySubject"}},
	{name: "sources.NewStateHub", family: sharing, intent: "hold a value that others watch", peers: [4]string{"BehaviorProcessor", "Sinks.many().replay().latest()", "", "NewBehaviorSubject"}},
}

var lifecycleEntries = []entry{
	{name: "sources.Using", family: lifecycle, intent: "open a resource for each subscription and close it", peers: [4]string{"using", "using", "unfoldResource", ""}},
	{name: "operators.Killable", family: lifecycle, intent: "stop several streams from outside", peers: [4]string{"", "", "KillSwitches", ""},
		noPicture: "it ends when the switch says so"},
	{name: "operators.Do", family: lifecycle, intent: "look at all signals", peers: [4]string{"doOnEach", "tap", "monitor", "Tap"},
		noPicture: "it changes nothing"},
	{name: "operators.DoOnNext", family: lifecycle, intent: "look at each element", peers: [4]string{"doOnNext", "doOnNext", "wireTap", "TapOnNext"},
		noPicture: "it changes nothing"},
	{name: "operators.DoFinally", family: lifecycle, intent: "do something when the stream is over, however it ended", peers: [4]string{"doFinally", "doFinally", "watchTermination", "TapOnFinalize"},
		noPicture: "it changes nothing"},
}
