package flowtest

// rules returns the rules that apply to the subject.
func (s *subject[T]) rules() []rule {
	rules := []rule{
		{"1.01", "never more than requested", s.neverMore},
		{"1.03", "OnSubscribe returns before anything is signalled", s.slowOnSubscribe},
		{"1.03", "signals are serial when many request", s.manyRequest},
		{"1.03", "a bad request does not interrupt OnNext", s.badRequestWhileBusy},
		{"1.08", "no signals after Cancel", s.silentAfterCancel},
		{"1.09", "OnSubscribe comes first and Subscribe returns", s.subscribes},
		{"1.09", "a nil subscriber panics at the caller", s.nilSubscriber},
		{"2.12", "OnSubscribe comes once", s.subscribedOnce},
		{"3.02", "Request inside OnSubscribe and OnNext", s.requestInSignals},
		{"3.03", "recursion of Request and OnNext is bounded", s.recursion},
		{"3.04", "Request returns while OnNext hangs", s.promptRequest},
		{"3.05", "Cancel returns while OnNext hangs", s.promptCancel},
		{"3.05", "Cancel and Request from many goroutines", s.manyCancel},
		{"3.06", "Request after Cancel does nothing", s.requestAfterCancel},
		{"3.07", "Cancel after Cancel does nothing", s.cancelAfterCancel},
		{"3.08", "requests add up", s.requestsAddUp},
		{"3.09", "a request below 1 ends with ErrInvalidDemand", s.badRequest},
		{"3.09", "a request below 1 mid-stream", s.badRequestLater},
		{"3.09", "a request below 1 inside OnSubscribe", s.badRequestInOnSubscribe},
		{"3.09", "a request below 1 inside OnNext", s.badRequestInOnNext},
		{"3.12", "Cancel inside OnNext stops the stream", s.cancelInOnNext},
		{"3.12", "Cancel inside OnSubscribe stops the stream", s.cancelInOnSubscribe},
		{"3.13", "a subscriber that left is dropped", s.dropsSubscriber},
		{"3.15", "Cancel returns normally at any time", s.cancelReturns},
		{"3.17", "demand saturates", s.saturates},
		{"G.01", "the end of ctx is OnError with its cause", s.ctxEnds},
		{"G.02", "the end of ctx needs no demand", s.ctxEndsWithoutDemand},
		{"G.03", "a ctx that has ended is OnSubscribe and OnError", s.ctxHasEnded},
		{"G.04", "the end of ctx after Cancel is silent", s.ctxEndsAfterCancel},
		{"G.06", "the end of ctx does not interrupt OnNext", s.ctxEndsWhileBusy},
		{"G.07", "a deadline is OnError with DeadlineExceeded", s.deadline},
	}
	if !s.endless {
		rules = append(rules,
			rule{"1.02", "fewer than requested, then the end", s.fewer},
			rule{"1.05", "a finite stream completes", s.completes},
			rule{"1.05", "a finite stream completes one by one", s.completesOneByOne},
			rule{"1.06", "the subscription is cancelled after the end", s.afterTheEnd},
			rule{"1.07", "one end when many race for it", s.oneEnd},
			rule{"3.16", "Request returns normally at any time", s.requestReturns},
			rule{"G.05", "the end of ctx after the end is silent", s.ctxEndsAfterEnd},
		)
		if s.empty() {
			rules = append(rules, rule{"1.05", "an empty stream completes", s.completesEmpty})
		}
	}
	if s.fail != nil {
		rules = append(rules, rule{"1.04", "a failure is OnError, also without demand", s.fails})
	}
	switch s.sharing {
	case Cold:
		rules = append(rules,
			rule{"1.10", "may be subscribed again and again", s.subscribedAgain},
			rule{"1.11", "subscribers do not share their demand", s.independent})
	case Hot:
		rules = append(rules, rule{"1.11", "several subscribers share the stream", s.shared})
	case Unicast:
		rules = append(rules, rule{"1.11", "the second subscriber is refused", s.refused})
	}
	sortRules(rules)
	return rules
}
