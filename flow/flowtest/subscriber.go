package flowtest

import (
	"testing"

	"github.com/weirgo/weir/flow"
)

// SubscriberConfig describes a subscriber to [VerifySubscriber].
type SubscriberConfig[T any] struct {
	// New returns a new subscriber.
	New func() flow.Subscriber[T]
	// In returns the i-th element that it is sent. Nil means the number i,
	// where T is a numeric type.
	In func(i int) T

	// Request, if not nil, has s request n elements. A subscriber without it
	// must request of its own accord.
	Request func(s flow.Subscriber[T], n int64)
	// Cancel, if not nil, has s cancel its subscription.
	Cancel func(s flow.Subscriber[T])
	// Received, if not nil, returns the elements that s has seen. It is called
	// after OnComplete or OnError has returned, and waits for s where that
	// works on a goroutine of its own.
	Received func(s flow.Subscriber[T]) []T

	Limits
}

// VerifySubscriber checks a subscriber against every rule of the Reactive
// Streams specification that a test can check. Each rule is a subtest named by
// its number. With Request, Cancel and Received there is more that it can
// check.
func VerifySubscriber[T any](t *testing.T, cfg SubscriberConfig[T]) {
	t.Helper()
	run(t, cfg.Limits, subscriberGroups(cfg))
}

func subscriberGroups[T any](cfg SubscriberConfig[T]) []group {
	if cfg.In == nil {
		cfg.In = number[T]()
	}
	s := &receiver[T]{cfg}
	rules := []rule{
		{"2.01", "demand is asked for by Request", s.requests},
		{"2.03", "no calls inside OnComplete and OnError", s.endsOnly},
		{"2.04", "no calls after the end", s.silentAfterEnd},
		{"2.05", "a second OnSubscribe is cancelled", s.secondSubscription},
		{"2.07", "Request is called serially", s.serialRequests},
		{"2.09", "OnComplete with and without demand", s.completes},
		{"2.10", "OnError with and without demand", s.fails},
		{"2.11", "signals may come from any goroutine", s.manyGoroutines},
		{"2.13", "every signal returns normally", s.returnsNormally},
		{"2.13", "a nil subscription panics", s.nilSubscription},
		{"2.13", "a nil error panics", s.nilError},
		{"3.10", "Request may call OnNext", s.synchronous},
		{"3.11", "Request may call OnComplete and OnError", s.synchronousEnd},
	}
	if _, ok := cfg.New().(flow.BatchSubscriber[T]); ok {
		rules = append(rules, rule{"G.10", "a batch is its elements, and is not kept", s.batches})
	}
	if cfg.Cancel != nil {
		rules = append(rules,
			rule{"2.06", "Cancel reaches the publisher", s.cancels},
			rule{"2.08", "OnNext after Cancel is tolerated", s.nextAfterCancel})
	}
	if cfg.Request != nil {
		rules = append(rules, rule{"3.08", "Request asks for as many as it says", s.requestsCount})
	}
	sortRules(rules)
	return []group{{"subscriber", rules}}
}

// receiver is what the rules for subscribers are checked on.
type receiver[T any] struct{ SubscriberConfig[T] }

// start subscribes a new subscriber to a hand-driven publisher. Panics of the
// signals are reported under the rule that is checked.
func (s *receiver[T]) start(e *env) (*Manual[T], flow.Subscriber[T]) {
	up, sub := newManual[T](e, e.limits.timeout()), s.New()
	e.cleanup(func() { // the subscriber may have goroutines that wait for an end
		up.unwatch()
		up.Error(errCheckEnded)
	})
	up.Subscribe(e.ctx, sub)
	return up, sub
}

// demand has the subscriber request, unless it does so itself.
func (s *receiver[T]) demand(sub flow.Subscriber[T], n int64) {
	if s.Request != nil {
		s.Request(sub, n)
	}
}

func (s *receiver[T]) next(up *Manual[T], n int) {
	for i := range n {
		up.Next(s.In(i))
	}
}

// received compares the elements that the subscriber saw of n that were sent.
func (s *receiver[T]) received(e *env, sub flow.Subscriber[T], n int) {
	if s.Received == nil {
		return
	}
	want := make([]T, n)
	for i := range want {
		want[i] = s.In(i)
	}
	if got := s.Received(sub); !equal(got, want) {
		e.violate(e.own, "the subscriber saw %v, want %v", got, want)
	}
}
