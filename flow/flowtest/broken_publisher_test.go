package flowtest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
)

type down = flow.Subscriber[int]

// breakPublisher returns the checks of the reference publisher with tamper
// between it and its subscribers.
func breakPublisher(tamper func(ctx context.Context, s down) *subscriberFuncs) []group {
	return publisherGroups(PublisherConfig[int]{
		New:    func(n int) flow.Publisher[int] { return between(&source[int]{n: n, at: index}, tamper) },
		Failed: func() flow.Publisher[int] { return between(&source[int]{err: errTest}, tamper) },
		Err:    errTest,
		Want:   index,
	})
}

// breakSubscription does it for the subscription alone.
func breakSubscription(tamper func(ctx context.Context, s down, sub flow.Subscription) *subscriptionFuncs) []group {
	return breakPublisher(func(ctx context.Context, s down) *subscriberFuncs {
		return &subscriberFuncs{subscribe: func(sub flow.Subscription) {
			w := tamper(ctx, s, sub)
			w.Subscription = sub
			s.OnSubscribe(w)
		}}
	})
}

// breakSubscribe replaces the publisher.
func breakSubscribe(f func(ctx context.Context, s down, n int)) []group {
	return publisherGroups(PublisherConfig[int]{New: func(n int) flow.Publisher[int] {
		return flow.PublisherFunc[int](func(ctx context.Context, s down) { f(ctx, s, n) })
	}})
}

func subscribeTo(ctx context.Context, s down, n int) {
	(&source[int]{n: n, at: index}).Subscribe(ctx, s)
}

// afterEnd calls f in a Request after the end.
func afterEnd(f func(s down)) []group {
	return breakPublisher(func(_ context.Context, s down) *subscriberFuncs {
		ended := false
		return &subscriberFuncs{
			subscribe: func(sub flow.Subscription) {
				s.OnSubscribe(&subscriptionFuncs{sub, func(n int64) {
					if ended {
						f(s)
					}
					sub.Request(n)
				}, nil})
			},
			complete: func() { ended = true; s.OnComplete() },
		}
	})
}

func signalFlaws() []flaw {
	return []flaw{
		{"one too many", "1.01", "", breakSubscription(func(_ context.Context, _ down, sub flow.Subscription) *subscriptionFuncs {
			return &subscriptionFuncs{request: func(n int64) { sub.Request(n + 1) }}
		})},
		{"never completes", "1.02", "", breakPublisher(func(context.Context, down) *subscriberFuncs {
			return &subscriberFuncs{complete: func() {}}
		})},
		{"emits inside OnSubscribe", "1.03", "", breakSubscription(func(_ context.Context, s down, sub flow.Subscription) *subscriptionFuncs {
			return &subscriptionFuncs{request: func(n int64) { s.OnNext(0); sub.Request(n) }}
		})},
		{"two goroutines emit", "1.03", "", breakPublisher(func(_ context.Context, s down) *subscriberFuncs {
			return &subscriberFuncs{next: func(v int) { go s.OnNext(v); s.OnNext(v) }}
		})},
		{"bad request is answered at once", "1.03", "", breakSubscription(func(_ context.Context, s down, sub flow.Subscription) *subscriptionFuncs {
			return &subscriptionFuncs{request: func(n int64) {
				if n < 1 {
					s.OnError(flow.ErrInvalidDemand)
					sub.Cancel()
					return
				}
				sub.Request(n)
			}}
		})},
		{"failure as completion", "1.04", "", breakPublisher(func(_ context.Context, s down) *subscriberFuncs {
			return &subscriberFuncs{fail: func(error) { s.OnComplete() }}
		})},
		{"failure with a nil error", "2.13", "1.04", breakPublisher(func(_ context.Context, s down) *subscriberFuncs {
			return &subscriberFuncs{fail: func(error) { s.OnError(nil) }}
		})},
		{"completes never", "1.05", "", breakPublisher(func(context.Context, down) *subscriberFuncs {
			return &subscriberFuncs{complete: func() {}}
		})},
		{"last element lost", "1.05", "", breakPublisher(func(_ context.Context, s down) *subscriberFuncs {
			return &subscriberFuncs{next: func(v int) {
				if v != 2 {
					s.OnNext(v)
				}
			}}
		})},
		{"wrong element", "1.05", "", breakPublisher(func(_ context.Context, s down) *subscriberFuncs {
			return &subscriberFuncs{next: func(v int) { s.OnNext(-v) }}
		})},
		{"completes again when asked", "1.06", "", afterEnd(func(s down) { s.OnComplete() })},
		{"panics when asked after the end", "3.16", "1.06", afterEnd(func(down) { panic("ended") })},
		{"two ends", "1.07", "", breakPublisher(func(_ context.Context, s down) *subscriberFuncs {
			return &subscriberFuncs{complete: func() { s.OnComplete(); s.OnComplete() }}
		})},
		{"cancel is ignored", "1.08", "", breakSubscription(func(context.Context, down, flow.Subscription) *subscriptionFuncs {
			return &subscriptionFuncs{cancel: func() {}, request: nil}
		})},
		{"cancel is answered", "1.08", "", breakSubscription(func(_ context.Context, s down, sub flow.Subscription) *subscriptionFuncs {
			var once sync.Once
			return &subscriptionFuncs{cancel: func() { sub.Cancel(); once.Do(s.OnComplete) }}
		})},
	}
}

func subscribeFlaws() []flaw {
	return []flaw{
		{"no OnSubscribe", "1.09", "", breakSubscribe(func(_ context.Context, s down, _ int) { s.OnComplete() })},
		{"elements before OnSubscribe", "1.09", "1.01", breakSubscribe(func(ctx context.Context, s down, n int) {
			s.OnNext(0)
			subscribeTo(ctx, s, n)
		})},
		{"Subscribe panics", "1.09", "", breakSubscribe(func(context.Context, down, int) { panic("no") })},
		{"Subscribe waits for the end", "1.09", "", breakSubscribe(func(ctx context.Context, s down, n int) {
			done := make(chan struct{})
			subscribeTo(ctx, &subscriberFuncs{Subscriber: s, complete: func() { close(done) }}, n)
			select {
			case <-done:
			case <-ctx.Done():
			}
		})},
		{"nil subscriber is accepted", "1.09", "", breakSubscribe(func(ctx context.Context, s down, n int) {
			if s != nil {
				subscribeTo(ctx, s, n)
			}
		})},
		{"OnSubscribe twice", "2.12", "", breakPublisher(func(_ context.Context, s down) *subscriberFuncs {
			return &subscriberFuncs{subscribe: func(sub flow.Subscription) { s.OnSubscribe(sub); s.OnSubscribe(sub) }}
		})},
		{"OnSubscribe(nil)", "2.13", "1.09", breakPublisher(func(_ context.Context, s down) *subscriberFuncs {
			return &subscriberFuncs{subscribe: func(sub flow.Subscription) { s.OnSubscribe(nil); s.OnSubscribe(sub) }}
		})},
		{"only once", "1.10", "", publisherGroups(PublisherConfig[int]{New: onlyOnce})},
		{"one for all", "1.11", "", publisherGroups(PublisherConfig[int]{New: onlyOnce})},
		{"unicast and yet for all", "1.11", "", publisherGroups(PublisherConfig[int]{
			New:     func(n int) flow.Publisher[int] { return &source[int]{n: n, at: index} },
			Sharing: Unicast,
		})},
		{"hot and deaf to the second", "1.11", "", publisherGroups(PublisherConfig[int]{New: onlyOnce, Sharing: Hot})},
		{"empty batches", "1.01", "", breakPublisher(func(_ context.Context, s down) *subscriberFuncs {
			return &subscriberFuncs{next: func(v int) {
				if b, ok := s.(flow.BatchSubscriber[int]); ok {
					b.OnNextBatch(nil)
				}
				s.OnNext(v)
			}}
		})},
		{"batches beyond demand", "1.01", "", breakPublisher(func(_ context.Context, s down) *subscriberFuncs {
			return &subscriberFuncs{next: func(v int) {
				if b, ok := s.(flow.BatchSubscriber[int]); ok {
					b.OnNextBatch([]int{v, v + 1})
				}
			}}
		})},
	}
}

// onlyOnce serves its first subscriber and leaves the others without an end.
func onlyOnce(n int) flow.Publisher[int] {
	var taken atomic.Bool
	return flow.PublisherFunc[int](func(ctx context.Context, s down) {
		if taken.Swap(true) {
			Never[int]().Subscribe(ctx, s)
			return
		}
		subscribeTo(ctx, s, n)
	})
}

func contextFlaws() []flaw {
	deaf := breakSubscribe(func(_ context.Context, s down, n int) { subscribeTo(context.Background(), s, n) })
	plainCause := breakPublisher(func(_ context.Context, s down) *subscriberFuncs {
		return &subscriberFuncs{fail: func(error) { s.OnError(context.Canceled) }}
	})
	// Looks at ctx only when there is something to emit.
	polls := breakSubscribe(func(ctx context.Context, s down, n int) {
		subscribeTo(context.Background(), &subscriberFuncs{Subscriber: s, next: func(v int) {
			if ctx.Err() == nil {
				s.OnNext(v)
			}
		}}, n)
	})
	// Tells of the end of ctx on the goroutine that watches it.
	direct := breakSubscribe(func(ctx context.Context, s down, n int) {
		context.AfterFunc(ctx, func() { s.OnError(context.Cause(ctx)) })
		subscribeTo(context.Background(), s, n)
	})
	silent := breakPublisher(func(ctx context.Context, s down) *subscriberFuncs {
		return &subscriberFuncs{subscribe: func(sub flow.Subscription) {
			if ctx.Err() == nil {
				s.OnSubscribe(sub)
			}
		}, fail: func(err error) {
			if ctx.Err() == nil {
				s.OnError(err)
			}
		}}
	})
	return []flaw{
		{"deaf to ctx", "G.01", "", deaf},
		{"not the cause", "G.01", "", plainCause},
		{"needs demand", "G.02", "", polls},
		{"silent when ctx has ended", "G.03", "", silent},
		{"deaf when ctx has ended", "G.03", "", deaf},
		{"tells after Cancel", "G.04", "", direct},
		{"tells after the end", "G.05", "", direct},
		{"interrupts OnNext", "G.06", "", direct},
		{"deaf to a deadline", "G.07", "", deaf},
		{"a goroutine waits for demand for ever", "G.08", "3.07", breakSubscription(
			func(context.Context, down, flow.Subscription) *subscriptionFuncs {
				demand := make(chan int64)
				go func() { <-demand }()
				return &subscriptionFuncs{}
			})},
	}
}

var (
	errOther = errors.New("another error")
)
