package catalogue

import (
	"strings"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// joined shows a batch.
func joined(p flow.Publisher[[]string]) text {
	return operators.Map(p, func(vs []string) string { return strings.Join(vs, "") })
}

var windowEntries = []entry{
	{name: "operators.Batch", family: window, intent: "collect elements by count, or count and time", peers: [4]string{"buffer", "bufferTimeout", "groupedWithin", "BufferWithTimeOrCount"},
		picture: one("Batch(3, WithMaxWait(4 ms))", "-ab-c-d-------|", func(p text) text {
			return joined(operators.Batch(p, 3, operators.WithMaxWait(4*ms)))
		})},
	{name: "operators.Sliding", family: window, intent: "look at the last n at each step", peers: [4]string{"buffer(count, skip)", "buffer(size, skip)", "sliding", "BufferWithCount"},
		picture: one("Sliding(3, 1)", "-a-b-c-d-|", func(p text) text { return joined(operators.Sliding(p, 3, 1)) })},
	{name: "operators.BatchWhileBusy", family: window, intent: "collect while nobody asks", peers: [4]string{"", "", "batch", ""},
		picture: one("BatchWhileBusy(8) before a stage of 3.5 ms", "-abcde----f-----|", func(p text) text {
			return slow(joined(operators.BatchWhileBusy(p, 8)))
		})},
}

var timeEntries = []entry{
	{name: "operators.Throttle", family: timing, intent: "slow a stream down to a rate", peers: [4]string{"", "", "throttle", "ThrottleTime"},
		picture: one("Throttle(1 each 3 ms)", "-abc-------|", func(p text) text { return operators.Throttle(p, 1, 3*ms) })},
	{name: "operators.Debounce", family: timing, intent: "wait until it is quiet", peers: [4]string{"debounce", "sampleTimeout", "", "Debounce"},
		picture: one("Debounce(3 ms)", "-a-b----c-|", func(p text) text { return operators.Debounce(p, 3*ms) })},
	{name: "operators.Sample", family: timing, intent: "look at intervals", peers: [4]string{"sample", "sample", "", "SampleTime"},
		picture: one("Sample(4 ms)", "-ab--c-d----e|", func(p text) text { return operators.Sample(p, 4*ms) })},
	{name: "operators.ThrottleFirst", family: timing, intent: "pass one and ignore what follows for a while", peers: [4]string{"throttleFirst", "sampleFirst", "", "ThrottleTime"},
		picture: one("ThrottleFirst(4 ms)", "-ab-c--d-e---|", func(p text) text { return operators.ThrottleFirst(p, 4*ms) })},
	{name: "operators.ThrottleLatest", family: timing, intent: "pass one, and then the newest at intervals", peers: [4]string{"throttleLatest", "", "", ""},
		picture: one("ThrottleLatest(4 ms)", "-ab-c--d-e------|", func(p text) text { return operators.ThrottleLatest(p, 4*ms) })},
	{name: "operators.Delay", family: timing, intent: "emit everything later", peers: [4]string{"delay", "delaySequence", "delay", "Delay"},
		picture: one("Delay(8, 3 ms)", "-ab--c------|", func(p text) text { return operators.Delay(p, 8, 3*ms) })},
	{name: "operators.DelaySubscription", family: timing, intent: "begin later", peers: [4]string{"delaySubscription", "delaySubscription", "initialDelay", ""},
		picture: diagram{title: "DelaySubscription(4 ms)", inputs: []string{"-a-b|"}, span: 10, run: func(in []text) text { return operators.DelaySubscription(in[0], 4*ms) }}},
	{name: "operators.TakeFor", family: timing, intent: "take for a while", peers: [4]string{"take", "take", "takeWithin", ""},
		picture: one("TakeFor(5 ms)", "-a-b--c-d-|", func(p text) text { return operators.TakeFor(p, 5*ms) })},
	{name: "operators.SkipFor", family: timing, intent: "leave out what comes in the beginning", peers: [4]string{"skip", "skip", "dropWithin", ""},
		picture: one("SkipFor(4 ms)", "-a-b--c-d-|", func(p text) text { return operators.SkipFor(p, 4*ms) })},
	{name: "operators.TimeoutFirst", family: timing, intent: "fail when the first element does not come", peers: [4]string{"timeout", "timeout", "initialTimeout", ""},
		picture: one("TimeoutFirst(4 ms)", "------a-b-|", func(p text) text { return operators.TimeoutFirst(p, 4*ms) })},
	{name: "operators.TimeoutTotal", family: timing, intent: "fail when the end does not come", peers: [4]string{"", "", "completionTimeout", ""},
		picture: one("TimeoutTotal(6 ms)", "-a-b--c-d-|", func(p text) text { return operators.TimeoutTotal(p, 6*ms) })},
	{name: "operators.Timeout", family: timing, intent: "fail when nothing comes", peers: [4]string{"timeout", "timeout", "idleTimeout", "Timeout"},
		picture: one("Timeout(4 ms)", "-a-b---------c|", func(p text) text { return operators.Timeout(p, 4*ms) })},
}

var errorEntries = []entry{
	{name: "operators.Retry", family: failing, intent: "begin again after an error", peers: [4]string{"retry", "retry", "RestartSource", "Retry"},
		picture: diagram{title: "Retry(1)", inputs: []string{"-a-b#"}, span: 10, run: func(in []text) text { return operators.Retry(in[0], 1) }}},
	{name: "operators.Recover", family: failing, intent: "end with an element instead of an error", peers: [4]string{"onErrorReturn", "onErrorReturn", "recover", "OnErrorReturn"},
		picture: one("Recover(x)", "-a-b-#", func(p text) text { return operators.Recover(p, func(error) (string, error) { return "x", nil }) })},
	{name: "operators.Resume", family: failing, intent: "go on with another stream after an error", peers: [4]string{"onErrorResumeNext", "onErrorResume", "recoverWith", "OnErrorResumeNextWith"},
		picture: one("Resume(x, y)", "-a-b-#", func(p text) text {
			return operators.Resume(p, func(error) (text, error) { return sources.Of("x", "y"), nil })
		})},
	{name: "operators.OnErrorComplete", family: failing, intent: "end instead of failing", peers: [4]string{"onErrorComplete", "onErrorComplete", "onErrorComplete", ""},
		picture: one("OnErrorComplete", "-a-b-#", func(p text) text { return operators.OnErrorComplete(p, func(error) bool { return true }) })},
	{name: "operators.MapError", family: failing, intent: "change the error", peers: [4]string{"", "onErrorMap", "mapError", "MapErr"},
		picture: one("MapError", "-a-b-#", func(p text) text { return operators.MapError(p, func(err error) error { return err }) })},
	{name: "operators.RetryCall", family: failing, intent: "call a function again when it has failed", peers: [4]string{"", "", "RetryFlow", ""},
		noPicture: "it is a function around a function"},
	{name: "operators.DeadLetter", family: failing, intent: "put an element aside on which a function has failed", peers: [4]string{"", "onErrorContinue", "Supervision", ""},
		noPicture: "it is a function around a function"},
	{name: "sinks.RetryCall", family: failing, intent: "call a sink's function again when it has failed"},
	{name: "sinks.DeadLetter", family: failing, intent: "put an element aside on which a sink's function has failed"},
}

var collectEntries = []entry{
	{name: "sinks.ForEach", family: collect, intent: "call a function for each element, from one or several goroutines", peers: [4]string{"blockingForEach", "blockLast", "runForeach", "ForEach"}},
	{name: "sinks.Discard", family: collect, intent: "run a stream for its effects", peers: [4]string{"blockingSubscribe", "then", "Sink.ignore", ""}},
	{name: "sinks.Slice", family: collect, intent: "get all elements", peers: [4]string{"toList", "collectList", "Sink.seq", "Collect"}},
	{name: "sinks.First", family: collect, intent: "get the first element", peers: [4]string{"blockingFirst", "blockFirst", "Sink.head", ""}},
	{name: "sinks.Last", family: collect, intent: "get the last element", peers: [4]string{"blockingLast", "blockLast", "Sink.last", ""}},
	{name: "sinks.Count", family: collect, intent: "count the elements", peers: [4]string{"count", "count", "Sink.count", "Count"}},
	{name: "sinks.Reduce", family: collect, intent: "combine all elements into one", peers: [4]string{"reduce", "reduce", "Sink.reduce", ""}},
	{name: "sinks.Any", family: collect, intent: "ask whether an element matches", peers: [4]string{"any", "any", "Sink.exists", ""}},
	{name: "sinks.All", family: collect, intent: "ask whether all elements match", peers: [4]string{"all", "all", "Sink.forall", "All"}},
	{name: "sinks.Contains", family: collect, intent: "ask whether a value comes", peers: [4]string{"contains", "hasElement", "", "Contains"}},
	{name: "sinks.IsEmpty", family: collect, intent: "ask whether there is an element", peers: [4]string{"isEmpty", "hasElements", "", ""}},
	{name: "sinks.Fold", family: collect, intent: "get the result of a fold", peers: [4]string{"reduceWith", "reduceWith", "Sink.fold", ""}},
	{name: "sinks.TryFold", family: collect, intent: "get the result of a fold that can fail", peers: [4]string{"", "", "Sink.foldAsync", ""}},
	{name: "sinks.Seq", family: collect, intent: "range over a stream", peers: [4]string{"blockingIterable", "toIterable", "", "ToSeq"}},
	{name: "sinks.Chan", family: collect, intent: "send the elements to a channel", peers: [4]string{"", "", "", "ToChannel"}},
	{name: "sinks.Lines", family: collect, intent: "write lines", peers: [4]string{"", "", "FileIO.toPath", ""}},
}
