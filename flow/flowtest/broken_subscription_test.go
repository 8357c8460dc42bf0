package flowtest

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
)

// breakRequest replaces the methods of the subscription, given the subscriber
// and the correct subscription.
func breakRequest(request func(s down, sub flow.Subscription, n int64)) []group {
	return breakSubscription(func(_ context.Context, s down, sub flow.Subscription) *subscriptionFuncs {
		return &subscriptionFuncs{request: func(n int64) { request(s, sub, n) }}
	})
}

func breakCancel(cancel func(s down, sub flow.Subscription)) []group {
	return breakSubscription(func(_ context.Context, s down, sub flow.Subscription) *subscriptionFuncs {
		return &subscriptionFuncs{cancel: func() { cancel(s, sub) }}
	})
}

// locking holds a lock while it calls out, and takes it in Request and Cancel.
func locking() []group {
	return breakPublisher(func(_ context.Context, s down) *subscriberFuncs {
		var mu sync.Mutex
		return &subscriberFuncs{
			subscribe: func(sub flow.Subscription) {
				lock := func() {
					mu.Lock()
					defer mu.Unlock()
				}
				s.OnSubscribe(&subscriptionFuncs{sub,
					func(n int64) { lock(); sub.Request(n) },
					func() { lock(); sub.Cancel() }})
			},
			next: func(v int) {
				mu.Lock()
				defer mu.Unlock()
				s.OnNext(v)
			},
		}
	})
}

// recursive emits on the stack of Request.
func recursive() []group {
	return breakSubscribe(func(_ context.Context, s down, n int) {
		next := 0
		s.OnSubscribe(&subscriptionFuncs{nil, func(d int64) {
			for ; d > 0 && next < n; d-- {
				next++
				s.OnNext(next - 1)
			}
		}, func() { next = n }})
	})
}

// overwriting keeps the latest demand in place of the sum while it emits.
func overwriting() []group {
	return breakPublisher(func(_ context.Context, s down) *subscriberFuncs {
		var busy atomic.Bool
		var late atomic.Int64
		var up flow.Subscription
		return &subscriberFuncs{
			subscribe: func(sub flow.Subscription) {
				up = sub
				s.OnSubscribe(&subscriptionFuncs{sub, func(n int64) {
					if busy.Load() {
						late.Store(n)
					} else {
						sub.Request(n)
					}
				}, nil})
			},
			next: func(v int) {
				busy.Store(true)
				s.OnNext(v)
				busy.Store(false)
				if n := late.Swap(0); n > 0 {
					up.Request(n)
				}
			},
		}
	})
}

// resuming forgets that it was cancelled when it is asked for more.
func resuming() []group {
	return breakSubscribe(func(ctx context.Context, s down, n int) {
		subscribeTo(ctx, &subscriberFuncs{Subscriber: s, subscribe: func(sub flow.Subscription) {
			s.OnSubscribe(&subscriptionFuncs{sub, nil, func() {}})
		}}, n)
	})
}

// wrapping adds up demand without an eye to overflow.
func wrapping() []group {
	return breakSubscription(func(_ context.Context, _ down, sub flow.Subscription) *subscriptionFuncs {
		var sum atomic.Int64
		return &subscriptionFuncs{request: func(n int64) {
			if n < 1 || sum.Add(n) > 0 {
				sub.Request(min(n, 1))
			}
		}}
	})
}

// hoarding has kept every subscriber there ever was.
func hoarding() []group {
	return publisherGroups(PublisherConfig[int]{New: func(n int) flow.Publisher[int] { return &hoarder{n: n} }})
}

type hoarder struct {
	n  int
	mu sync.Mutex
	to []down
}

func (h *hoarder) Subscribe(ctx context.Context, s down) {
	if s == nil {
		panic("nil subscriber")
	}
	h.mu.Lock()
	h.to = append(h.to, s)
	h.mu.Unlock()
	subscribeTo(ctx, s, h.n)
}

// watching does not stop the watch of its context.
func watching() []group {
	return breakPublisher(func(ctx context.Context, s down) *subscriberFuncs {
		context.AfterFunc(ctx, func() { _, _ = s.(flow.BatchSubscriber[int]) })
		return &subscriberFuncs{}
	})
}

func subscriptionFlaws() []flaw {
	return []flaw{
		{"a lock held across OnNext", "3.02", "", locking()},
		{"recursion", "3.03", "", recursive()},
		{"Request waits for OnNext", "3.04", "", locking()},
		{"Cancel waits for OnNext", "3.05", "", locking()},
		{"Request after Cancel resumes", "3.06", "", resuming()},
		{"Request(0) after Cancel is answered", "3.06", "", breakRequest(func(s down, sub flow.Subscription, n int64) {
			if n < 1 {
				sub.Cancel()
				s.OnError(flow.ErrInvalidDemand)
				return
			}
			sub.Request(n)
		})},
		{"second Cancel closes a closed channel", "3.15", "3.07", breakSubscription(
			func(_ context.Context, _ down, sub flow.Subscription) *subscriptionFuncs {
				gone := make(chan struct{})
				return &subscriptionFuncs{cancel: func() { close(gone); sub.Cancel() }}
			})},
		{"second Cancel is answered", "3.07", "", breakCancel(func(s down, sub flow.Subscription) {
			sub.Cancel()
			s.OnComplete()
		})},
		{"demand is overwritten", "3.08", "", overwriting()},
		{"bad requests are ignored", "3.09", "", breakRequest(func(_ down, sub flow.Subscription, n int64) {
			if n > 0 {
				sub.Request(n)
			}
		})},
		{"bad requests are another error", "3.09", "", breakPublisher(func(_ context.Context, s down) *subscriberFuncs {
			return &subscriberFuncs{fail: func(error) { s.OnError(errOther) }}
		})},
		{"negative requests are forgiven", "3.09", "", breakRequest(func(_ down, sub flow.Subscription, n int64) {
			sub.Request(max(n, -n, 0))
		})},
		{"Cancel inside OnSubscribe is lost", "3.12", "", resuming()},
		{"Cancel inside OnNext is lost", "3.12", "", resuming()},
		{"subscribers are kept", "3.13", "", hoarding()},
		{"the context keeps the subscriber", "3.13", "", watching()},
		{"Cancel panics", "3.15", "", breakCancel(func(down, flow.Subscription) { panic("no") })},
		{"Request panics", "3.16", "", breakRequest(func(_ down, sub flow.Subscription, n int64) {
			if sub.Request(n); n < 1 {
				panic("demand")
			}
		})},
		{"demand wraps around", "3.17", "", wrapping()},
		{"recursion in few frames", "3.03", "3.02", recursive()},
	}
}
