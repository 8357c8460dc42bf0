package operators_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// relays are the ways in which a publisher stands under an operator that has
// one publisher at a time. Elements and errors go through. For ConcatMap's
// function see withUserFunction.
func relays[T any]() map[string]func(src flow.Publisher[T]) flow.Publisher[T] {
	type pub = flow.Publisher[T]
	fail := sources.Error[T](errOther)
	return map[string]func(src pub) pub{
		"Concat":      func(src pub) pub { return operators.Concat(sources.Empty[T](), src, sources.Empty[T]()) },
		"ConcatMap's": func(src pub) pub { return operators.ConcatMap(sources.Of(0), func(int) pub { return src }) },
		"Retry":       func(src pub) pub { return operators.Retry(src, 0) },
		"Retry's":     func(src pub) pub { return failsFirst(src) },
		"Recover": func(src pub) pub {
			return operators.Recover(src, func(err error) (v T, _ error) { return v, err })
		},
		"Resume": func(src pub) pub {
			return operators.Resume(src, func(err error) (pub, error) { return nil, err })
		},
		"Resume's": func(src pub) pub {
			return operators.Resume(fail, func(error) (pub, error) { return src, nil })
		},
	}
}

// failsFirst retries a publisher that fails at the first attempt of each run,
// and is src at the second.
func failsFirst[T any](src flow.Publisher[T]) flow.Publisher[T] {
	return sources.Defer(func(context.Context) (flow.Publisher[T], error) {
		attempts := 0
		return operators.Retry(sources.Defer(func(context.Context) (flow.Publisher[T], error) {
			if attempts++; attempts == 1 {
				return nil, errOther
			}
			return src, nil
		}), 1), nil
	})
}

func forAllRelays(t *testing.T, test func(t *testing.T, ctx context.Context, relay func(publisher) publisher)) {
	for name, relay := range relays[int]() {
		for on, sched := range schedulers {
			t.Run(name+" on "+on, func(t *testing.T) {
				t.Parallel()
				test(t, scheduler.With(t.Context(), sched()), relay)
			})
		}
	}
}

// TestRelayCancel: when the subscriber leaves in OnNext, at any element, each
// publisher is cancelled once and no function above is called any more.
func TestRelayCancel(t *testing.T) {
	forAllRelays(t, func(t *testing.T, ctx context.Context, relay func(publisher) publisher) {
		for _, place := range around {
			for _, k := range positions {
				var w watched
				l := &leaving{at: k}
				g, _ := scheduler.NewGraph(ctx, "g")
				scheduler.Subscribe(g, relay(operators.Map(place(w.publisher()), func(v int) int {
					if l.left.Load() {
						t.Errorf("called for %d, left at %d", v, k)
					}
					return v
				})), l)
				require.NoError(t, g.Wait())
				require.True(t, l.left.Load())
				w.require(t)
			}
		}
	})
}

// leaving is a subscriber that leaves at an element.
type leaving struct {
	at, seen int
	sub      flow.Subscription
	left     atomic.Bool
}

func (l *leaving) OnSubscribe(sub flow.Subscription) { l.sub = sub; sub.Request(flow.Unbounded) }
func (l *leaving) OnNext(v int) {
	if l.seen++; v == l.at {
		l.sub.Cancel()
		l.left.Store(true)
	}
}
func (l *leaving) OnError(error) { panic("an error after Cancel") }
func (l *leaving) OnComplete()   { panic("completion after Cancel") }

// TestRelayContext: when the context ends, the stream ends with the cause, and
// nothing is subscribed or called in place of it.
func TestRelayContext(t *testing.T) {
	forAllRelays(t, func(t *testing.T, ctx context.Context, relay func(publisher) publisher) {
		for _, place := range around {
			for _, k := range positions {
				var w watched
				ctx, cancel := context.WithCancelCause(ctx)
				_, err := sinks.Slice(ctx, relay(operators.Map(place(w.publisher()), func(v int) int {
					if v == k {
						cancel(errStop)
					}
					return v
				})))
				if err != nil || k < lawSize/2 {
					require.Equal(t, errStop, err, "the end of the context at %d is passed on as it is", k)
				}
				cancel(nil)
				require.LessOrEqual(t, w.subscribed.Load(), int32(1))
				w.require(t)
			}
		}
	})
}

// TestRelayPanic and Goexit above: the error comes after the elements before.
func TestRelayPanic(t *testing.T) {
	forAllRelays(t, func(t *testing.T, ctx context.Context, relay func(publisher) publisher) {
		for _, k := range positions {
			var w watched
			got, err := sinks.Slice(ctx, relay(operators.Map(w.publisher(), func(v int) int {
				if v == k {
					panic(errStop)
				}
				return v
			})))
			require.ErrorIs(t, err, errStop)
			require.Equal(t, numbersTo(k), append([]int{}, got...))
			w.require(t)
		}
	})
}

// TestRelayTokens: each element is consumed or released once, however the
// stream ends.
func TestRelayTokens(t *testing.T) {
	for name, relay := range relays[*token]() {
		for through, stages := range map[string]func(tokens, func(*token) *token) tokens{
			"above": func(src tokens, use func(*token) *token) tokens { return relay(operators.Map(src, use)) },
			"below": func(src tokens, use func(*token) *token) tokens { return operators.Map(relay(src), use) },
			"async": func(src tokens, use func(*token) *token) tokens {
				return operators.Async(relay(operators.Async(operators.Map(src, use), 8)), 8)
			},
			"foreign": func(src tokens, use func(*token) *token) tokens {
				above := operators.Map(src, use)
				return relay(flow.PublisherFunc[*token](func(ctx context.Context, s flow.Subscriber[*token]) {
					above.Subscribe(ctx, struct{ flow.Subscriber[*token] }{s})
				}))
			},
		} {
			for _, end := range tokenEnds {
				t.Run(fmt.Sprintf("%s %s %s", name, through, end), func(t *testing.T) {
					t.Parallel()
					verifyTokens(t, tokenSources["Seq"], stages, end)
				})
			}
		}
	}
}

// TestConcatMapTokens: f consumes its element, an element that f does not get
// is released.
func TestConcatMapTokens(t *testing.T) {
	for _, end := range tokenEnds {
		for where, place := range map[string]func(tokens) tokens{
			"":      func(src tokens) tokens { return src },
			"async": func(src tokens) tokens { return operators.Async(src, 8) },
		} {
			t.Run(end+" "+where, func(t *testing.T) {
				t.Parallel()
				verifyTokens(t, tokenSources["Seq"], func(src tokens, use func(*token) *token) tokens {
					return place(operators.ConcatMap(place(src), func(v *token) tokens {
						v.consumed.Add(1)
						return sources.Seq(func(yield func(*token) bool) { yield(use(&token{n: v.n})) })
					}))
				}, end)
			})
		}
	}
}
