// Package flowtest is the compatibility kit of package flow: it tests
// publishers, operators, subscribers and sinks, also those that you write
// yourself.
//
// # Suites
//
// [VerifyPublisher], [VerifyOperator], [VerifySubscriber] and [VerifySink] hold
// an implementation against every rule of the Reactive Streams specification
// that a test can check, and against Weir's own. Each rule is a subtest named
// by its number. One call is enough for an operator that passes its elements
// on:
//
//	func TestAsyncProtocol(t *testing.T) {
//		flowtest.VerifyOperator(t, flowtest.OperatorConfig[int, int]{
//			New: func(up flow.Publisher[int]) flow.Publisher[int] {
//				return operators.Async(up, 256)
//			},
//			Prefetch: 256,
//		})
//	}
//
// The numbers are those of the specification: 1 for publishers, 2 for
// subscribers, 3 for subscriptions, 4 for processors. G stands for Weir's own:
//
//	G.01-07  the end of the context, at any moment
//	G.08     no goroutines are left behind
//	G.09     a panic in OnNext cancels upstream
//	G.10     a batch is its elements, and is not kept
//	G.20     the context reaches upstream
//	G.30-34  what blocking sinks return and leave behind
//
// The checks of a suite run concurrently; what you give it must be able to
// make publishers on several goroutines, or set Serial in [Limits]. Run the
// suites with -race, which alone sees signals without order.
//
// # Laws
//
// [VerifyLaws] holds an operator against what the rules do not say: that it
// behaves at every position in a stream and under every scheduler.
//
//	L.cancel   Cancel stops everything at once, and reaches upstream once
//	L.panic    a panic or a Goexit in the operator's function is an error, behind
//	           the elements before it
//	L.ctx      the end of the context ends the stream with its cause
//	L.demand   nobody gets more than was asked for, and nothing stands still
//	L.batch    how the input is cut into batches makes no difference
//	L.sum      the counters of every stage add up
//	L.release  each element is consumed or released exactly once
//
// A config is that of [VerifyOperator] with the operator's function laid open:
//
//	flowtest.VerifyLaws(t, flowtest.LawConfig[int, int]{
//		OperatorConfig: cfg,
//		Call: func(up flow.Publisher[int], hook func(int)) flow.Publisher[int] {
//			return operators.Map(up, func(v int) int { hook(v); return v })
//		},
//	})
//
// # Parts
//
// For what is special about an implementation there are a subscriber and a
// publisher driven by hand, [Probe] and [Manual], a conversation in steps,
// [Expect], publishers that behave, [Just], [Fail] and [Never], and
// [CheckLeaks]:
//
//	up := flowtest.NewManual[int](t)
//	p := flowtest.Subscribe(t, operators.Take(up, 1))
//	p.Request(5)
//	up.Next(1)
//	p.ExpectNext(1)
//	p.ExpectComplete()
//	up.WaitCancelled()
//
// They check the protocol on every signal, work in testing/synctest bubbles,
// and wait for conditions, not for time to pass. [Simulate] runs a pipeline
// under a schedule that a seed repeats. [FromMarble] and [Marble] are streams as
// lines of text, in virtual time.
package flowtest
