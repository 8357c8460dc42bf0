package operators_test

import (
	"context"
	"fmt"
	"iter"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

type loopFunc = func(iter.Seq[int]) iter.Seq[int]

// TestThroughEmits what the loop yields, before, for and after the elements
// that it reads.
func TestThroughEmits(t *testing.T) {
	for name, test := range map[string]struct {
		loop loopFunc
		want func(n int) []int
	}{
		"same":  {loopOver(loopSame), numbersTo},
		"evens": {loopOver(loopEvens), evens},
		"twice": {loopOver(loopTwice), doubles},
		"sum":   {loopSum, func(n int) []int { return append(sums(n), 0)[max(0, n-1):][:1] }},
		"before and after": {
			func(in iter.Seq[int]) iter.Seq[int] {
				return func(yield func(int) bool) {
					_ = yield(-1) && yield(-2)
					for v := range in {
						yield(v)
					}
					_ = yield(-3) && yield(-4)
				}
			},
			func(n int) []int { return append(append([]int{-1, -2}, numbersTo(n)...), -3, -4) },
		},
		"first apart": { // a second range goes on where the first has stopped
			func(in iter.Seq[int]) iter.Seq[int] {
				return func(yield func(int) bool) {
					for v := range in {
						yield(-v)
						break
					}
					for v := range in {
						yield(v)
					}
				}
			},
			numbersTo,
		},
		"none of them": {
			func(iter.Seq[int]) iter.Seq[int] {
				return func(yield func(int) bool) {
					for i := range 300 {
						yield(i)
					}
				}
			},
			func(int) []int { return numbersTo(300) },
		},
		"no loop": {
			func(iter.Seq[int]) iter.Seq[int] { return func(func(int) bool) {} },
			func(int) []int { return []int{} },
		},
	} {
		for on, s := range schedulers {
			for _, n := range []int{0, 1, 2, 255, 256, 257, 700} {
				src := operators.Through(sources.Slice(numbersTo(n)), test.loop)
				got, err := sinks.Slice(scheduler.With(t.Context(), s()), src)
				require.NoError(t, err)
				require.Equal(t, append([]int{}, test.want(n)...), append([]int{}, got...), "%s of %d on %s", name, n, on)

				got = got[:0] // the same with a demand of one at a time
				for v, err := range sinks.Seq(scheduler.With(t.Context(), s()), src) {
					require.NoError(t, err)
					got = append(got, v)
				}
				require.Equal(t, append([]int{}, test.want(n)...), append([]int{}, got...), "%s of %d on %s, one by one", name, n, on)
			}
		}
	}
}

// TestThroughIsExact: the loop begins with the first demand, and asks for an
// element only when it needs one for what is demanded.
func TestThroughIsExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		begun := false
		p := flowtest.Subscribe(t, operators.Through(up, func(in iter.Seq[int]) iter.Seq[int] {
			begun = true
			return func(yield func(int) bool) {
				yield(-1)
				for v := range in {
					if v%2 == 0 {
						if yield(v) {
							yield(v)
						}
					}
				}
			}
		}))
		asked := func(n int64) {
			t.Helper()
			synctest.Wait()
			require.Equal(t, n, up.Requested())
		}
		asked(0)
		require.False(t, begun)
		p.Request(1)
		p.ExpectNext(-1)
		asked(0) // what was demanded has been yielded without an element
		p.Request(1)
		asked(1)
		up.Next(1) // it drops it, and reads on
		asked(2)
		up.Next(2)
		p.ExpectNext(2)
		asked(2)
		p.Request(1)
		p.ExpectNext(2)
		asked(2) // it has not come back to ask
		p.Request(3)
		asked(5)
		up.Next(4)
		p.ExpectNext(4, 4)
		up.Next(6, 8) // they were asked for
		p.ExpectNext(6)
		asked(5)
		p.Request(2)
		p.ExpectNext(6, 8)
		p.Request(10_000)
		p.ExpectNext(8)
		asked(5 + 256)
		up.Complete()
		p.ExpectComplete()
	})
}

// TestThroughThatReturnsEarly completes without demand and cancels upstream.
func TestThroughThatReturnsEarly(t *testing.T) {
	for on, s := range schedulers {
		for _, k := range positions {
			var w watched
			src := operators.Through(w.publisher(), loopOver(func(v int, yield func(int) bool) bool { return yield(v) && v != k }))
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), src)
			require.NoError(t, err, on)
			require.Equal(t, numbersTo(k+1), got)
			w.require(t)
		}
	}
	up := flowtest.NewManual[int](t)
	steps := flowtest.Expect(t, operators.Through(up, loopOver(func(v int, yield func(int) bool) bool { yield(v); return false })))
	steps.Request(1).Then(func() { up.Next(7) }).Next(7).NoSignal().Request(1).Complete()
	require.Equal(t, 1, up.Cancelled())
}

// TestThroughLeavesTheLoop: when the stream ends early, yield returns false and
// in ends, wherever the loop is suspended; its cleanup has run when the sink
// returns, and further calls are harmless.
func TestThroughLeavesTheLoop(t *testing.T) {
	for _, place := range []string{"in in", "in yield"} {
		for _, end := range []string{"cancel", "context", "invalid demand", "complete", "error"} {
			synctest.Test(t, func(t *testing.T) {
				up := flowtest.NewManual[int](t)
				ctx, cancel := context.WithCancelCause(t.Context())
				var said []bool
				cleaned := false
				p := flowtest.Subscribe(t, operators.Through(up, func(in iter.Seq[int]) iter.Seq[int] {
					return func(yield func(int) bool) {
						defer func() { cleaned = true }()
						for v := range in {
							said = append(said, yield(v))
						}
						for range in {
							t.Error("an element after the end")
						}
						said = append(said, yield(1), yield(2))
					}
				}), flowtest.WithContext(ctx))
				n := int64(2)
				if place == "in yield" {
					n = 1
				}
				p.Request(n)
				up.Next(7)
				p.ExpectNext(7)
				synctest.Wait()
				refused := []bool{n == 2 || end == "error" || end == "complete", false, false}
				switch end {
				case "cancel":
					p.Cancel()
				case "context":
					cancel(errStop)
					p.ExpectError(errStop)
				case "invalid demand":
					p.Request(0)
					p.ExpectError(flow.ErrInvalidDemand)
				case "error":
					up.Error(errStop)
					p.ExpectError(errStop) // it needs no demand
				case "complete":
					up.Complete()
					refused[1], refused[2] = true, true
					p.Request(5)
					p.ExpectNext(1, 2)
					p.ExpectComplete()
				}
				synctest.Wait()
				require.True(t, cleaned, "%s, %s", place, end)
				require.Equal(t, refused, said, "%s, %s", place, end)
				cancel(nil)
			})
		}
	}
}

// TestThroughDeliversAllBeforeAnError: what the loop makes of the last element
// comes before it, as it is demanded.
func TestThroughDeliversAllBeforeAnError(t *testing.T) {
	up := flowtest.NewManual[int](t)
	_ = flowtest.Expect(t, operators.Through(up, loopOver(func(v int, yield func(int) bool) bool {
		return yield(v) && yield(v+1) && yield(v+2)
	}))).Request(2).Then(func() { up.Next(1, 5); up.Error(errStop) }).
		Next(1, 2).NoSignal().Request(2).Next(3, 5).Request(1).Next(6).Request(1).Next(7).Error(errStop)
}

// TestThroughPaces: a loop that yields without end does not keep its island
// from others.
func TestThroughPaces(t *testing.T) {
	forever := func(v int) publisher {
		return operators.Through(sources.Of(v), loopOver(func(v int, yield func(int) bool) bool {
			for yield(v) {
			}
			return false
		}))
	}
	for on, s := range schedulers {
		seen := map[int]bool{}
		err := sinks.ForEach(scheduler.With(t.Context(), s()), operators.Merge(4, forever(1), forever(2)),
			func(_ context.Context, v int) error {
				if seen[v] = true; len(seen) == 2 {
					return errStop
				}
				return nil
			})
		require.ErrorIs(t, err, errStop, on)
	}
}

// TestThroughWithoutALoop: the function has returned nil.
func TestThroughWithoutALoop(t *testing.T) {
	_, err := sinks.Slice(t.Context(), operators.Through(sources.Of(1), func(iter.Seq[int]) iter.Seq[int] { return nil },
		operators.WithName("it")))
	require.EqualError(t, err, "it: flow: protocol violation: the function has returned no loop")
}

// TestThroughCallsFromElsewhere, while the loop is suspended, end the stream
// with an error that names the stage.
func TestThroughCallsFromElsewhere(t *testing.T) {
	for what, call := range map[string]func(in iter.Seq[int], yield func(int) bool){
		"in": func(in iter.Seq[int], _ func(int) bool) {
			for range in {
				t.Error("an element")
			}
		},
		"yield": func(_ iter.Seq[int], yield func(int) bool) { require.False(t, yield(5)) },
	} {
		synctest.Test(t, func(t *testing.T) {
			o := new(lateErrors)
			var theIn iter.Seq[int]
			var theYield func(int) bool
			cleaned := false
			p := flowtest.Subscribe(t, operators.Through(sources.Never[int](), func(in iter.Seq[int]) iter.Seq[int] {
				theIn = in
				return func(yield func(int) bool) {
					theYield = yield
					for range in {
					}
					cleaned = true
				}
			}, operators.WithName("it")), flowtest.WithContext(flow.WithObserver(t.Context(), o)))
			p.Request(1)
			synctest.Wait()
			call(theIn, theYield)
			err := p.ExpectError(flow.ErrProtocol)
			require.EqualError(t, err, "it: flow: protocol violation: "+what+" was called outside its loop")
			require.True(t, cleaned)
			require.Empty(t, o.all())

			call(theIn, theYield) // too late for the stream, but not unheard
			require.Len(t, o.all(), 1)
			require.ErrorIs(t, o.all()[0], flow.ErrProtocol)
		})
	}
}

// TestThroughPanicInCleanup: it comes too late for the stream.
func TestThroughPanicInCleanup(t *testing.T) {
	o := new(lateErrors)
	v, err := sinks.First(flow.WithObserver(t.Context(), o), operators.Through(sources.Of(1, 2), func(in iter.Seq[int]) iter.Seq[int] {
		return func(yield func(int) bool) {
			defer panic(errStop)
			for v := range in {
				if !yield(v) {
					return
				}
			}
		}
	}))
	require.NoError(t, err)
	require.Equal(t, 1, v)
	require.Len(t, o.all(), 1)
	require.ErrorIs(t, o.all()[0], errStop)
}

func TestThroughThatWasNeverAsked(t *testing.T) {
	never := func(iter.Seq[int]) iter.Seq[int] { t.Error("called"); return nil }
	flowtest.Expect(t, operators.Through(sources.Of(1), never)).NoSignal().Cancel().NoSignal()
	_ = flowtest.Expect(t, operators.Through(sources.Error[int](errStop), never)).Error(errStop)
}

// TestThroughIsCold: the function is called once for each subscription.
func TestThroughIsCold(t *testing.T) {
	calls := 0
	src := operators.Through(sources.Of(1, 2), func(in iter.Seq[int]) iter.Seq[int] { calls++; return in })
	for i := range 3 {
		got, err := sinks.Slice(t.Context(), src)
		require.NoError(t, err)
		require.Equal(t, []int{1, 2}, got)
		require.Equal(t, i+1, calls)
	}
}

// TestThroughReleases what the loop has not read and what its yield refuses.
func TestThroughReleases(t *testing.T) {
	for name, stages := range map[string]func(src tokens, use func(*token) *token) tokens{
		"one for one": func(src tokens, use func(*token) *token) tokens {
			return operators.Through(src, func(in iter.Seq[*token]) iter.Seq[*token] {
				return func(yield func(*token) bool) {
					for t := range in {
						if !yield(use(t)) {
							return
						}
					}
				}
			})
		},
		"more and later": func(src tokens, use func(*token) *token) tokens {
			return operators.Through(operators.Async(src, 32), func(in iter.Seq[*token]) iter.Seq[*token] {
				return func(yield func(*token) bool) {
					var held *token
					defer func() {
						if held != nil { // use has panicked
							held.consumed.Add(1)
						}
					}()
					for t := range in {
						if t.n%3 != 0 {
							yield(use(t))
							continue
						}
						if last := held; last != nil {
							held = nil
							yield(last)
						}
						held = t
					}
					if last := held; last != nil {
						held = nil
						yield(last) // the stage has it, also when it refuses
					}
				}
			})
		},
		"leaves early": func(src tokens, use func(*token) *token) tokens {
			return operators.Through(src, func(in iter.Seq[*token]) iter.Seq[*token] {
				return func(yield func(*token) bool) {
					n := 0
					for t := range in {
						if n++; !yield(use(t)) || n == 500 {
							return
						}
					}
				}
			})
		},
	} {
		for _, end := range tokenEnds {
			t.Run(fmt.Sprint(name, " ", end), func(t *testing.T) {
				t.Parallel()
				verifyTokens(t, tokenSources["Seq"], stages, end)
			})
		}
	}
}

// TestThroughReleasesWhatItHasNotRead when it returns behind the end of
// upstream.
func TestThroughReleasesWhatItHasNotRead(t *testing.T) {
	for _, end := range []error{nil, errStop} {
		var m mint
		up := flowtest.NewManual[*token](t)
		p := flowtest.Subscribe(t, operators.Through(up, func(in iter.Seq[*token]) iter.Seq[int] {
			return func(yield func(int) bool) {
				for tok := range in {
					tok.consumed.Add(1)
					_ = yield(1) && yield(2) && yield(3)
					return
				}
			}
		}))
		p.Request(2)
		up.WaitRequested(2)
		up.Next(m.token(0), m.token(1))
		p.ExpectNext(1, 2)
		if end == nil {
			up.Complete()
		} else {
			up.Error(end)
		}
		p.Request(2)
		p.ExpectNext(3)
		if end == nil {
			p.ExpectComplete()
		} else {
			p.ExpectError(end)
		}
		m.require(t, fmt.Sprint(end))
	}
}

func TestThroughArguments(t *testing.T) {
	require.PanicsWithValue(t, "operators.Through: nil source", func() { operators.Through(nil, loopOver(loopSame)) })
	require.PanicsWithValue(t, "operators.Through: nil function", func() { operators.Through[int, int](sources.Of(1), nil) })
}
