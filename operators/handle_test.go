package operators_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

type intHandler = operators.Handler[int, int]

// nextOnly is a handler without Complete.
func nextOnly(next func(v int, emit func(int)) error) func() intHandler {
	return func() intHandler {
		return intHandler{Next: func(_ context.Context, v int, emit func(int)) error { return next(v, emit) }}
	}
}

// repeat emits v times v.
func repeat(v int, emit func(int)) error {
	for range v {
		emit(v)
	}
	return nil
}

// TestHandleEmits what the functions emit, with much and with little demand.
func TestHandleEmits(t *testing.T) {
	for name, test := range map[string]struct {
		limit   int
		handler func() intHandler
		want    func(n int) []int
	}{
		"repeat": {700, nextOnly(repeat), func(n int) (all []int) {
			for v := range n {
				_ = repeat(v, func(v int) { all = append(all, v) })
			}
			return all
		}},
		"none": {1, nextOnly(func(int, func(int)) error { return nil }), func(int) []int { return nil }},
		"sum":  {1, handlerSum, func(n int) []int { return append(sums(n), 0)[max(0, n-1):][:1] }},
		"pairs": {2, func() intHandler {
			var held []int
			return intHandler{
				Next: func(_ context.Context, v int, emit func(int)) error {
					if held = append(held, v); len(held) == 2 {
						emit(held[0])
						emit(held[1])
						held = held[:0]
					}
					return nil
				},
				Complete: func(_ context.Context, emit func(int)) error {
					for _, v := range held {
						emit(v)
					}
					return nil
				},
			}
		}, numbersTo},
	} {
		for on, s := range schedulers {
			for _, n := range []int{0, 1, 2, 3, 40, 257} {
				src := operators.Handle(sources.Slice(numbersTo(n)), test.limit, test.handler)
				got, err := sinks.Slice(scheduler.With(t.Context(), s()), src)
				require.NoError(t, err)
				require.Equal(t, append([]int{}, test.want(n)...), append([]int{}, got...), "%s of %d on %s", name, n, on)

				if n > 100 && name == "repeat" {
					continue
				}
				got = got[:0]
				for v, err := range sinks.Seq(scheduler.With(t.Context(), s()), src) {
					require.NoError(t, err)
					got = append(got, v)
				}
				require.Equal(t, append([]int{}, test.want(n)...), append([]int{}, got...), "%s of %d on %s, one by one", name, n, on)
			}
		}
	}
}

// TestHandleIsExact: upstream is asked for what is demanded, and Next is not
// called while something is held.
func TestHandleIsExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		calls := 0
		p := flowtest.Subscribe(t, operators.Handle(up, 3, nextOnly(func(v int, emit func(int)) error { calls++; return repeat(v, emit) })))
		check := func(asked int64, called int) {
			t.Helper()
			synctest.Wait()
			require.Equal(t, asked, up.Requested())
			require.Equal(t, called, calls)
		}
		check(0, 0)
		p.Request(1)
		check(1, 0)
		up.Next(0)
		check(2, 1) // nothing was emitted for it
		up.Next(3)
		check(2, 2)
		p.ExpectNext(3)
		p.Request(1)
		p.ExpectNext(3)
		check(2, 2)
		p.Request(3)
		p.ExpectNext(3)
		check(4, 2)
		up.Next(3, 2)
		check(4, 3)
		p.ExpectNext(3, 3)
		p.Request(1)
		p.ExpectNext(3)
		up.Complete()
		check(4, 3)
		p.Request(1)
		p.ExpectNext(2)
		check(4, 4)
		p.Request(1)
		p.ExpectNext(2)
		p.ExpectComplete()
	})
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Handle(up, 3, nextOnly(repeat)))
		p.Request(flow.Unbounded)
		synctest.Wait()
		require.EqualValues(t, 256, up.Requested())
	})
}

// TestHandleEndsEarly with ErrDone, after what was emitted.
func TestHandleEndsEarly(t *testing.T) {
	for on, s := range schedulers {
		for _, k := range positions {
			var w watched
			src := operators.Handle(w.publisher(), 1, nextOnly(func(v int, emit func(int)) error {
				emit(v)
				if v == k {
					return fmt.Errorf("enough: %w", operators.ErrDone)
				}
				return nil
			}))
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), src)
			require.NoError(t, err, on)
			require.Equal(t, numbersTo(k+1), got)
			w.require(t)
		}
	}
	done := func(context.Context, func(int)) error { return operators.ErrDone }
	flowtest.Expect(t, operators.Handle(sources.Empty[int](), 1, func() intHandler {
		return intHandler{Next: func(_ context.Context, v int, emit func(int)) error { return nil }, Complete: done}
	})).Complete()
}

// TestHandleFails after what was emitted, also in the call that fails, and as
// it is demanded.
func TestHandleFails(t *testing.T) {
	for name, test := range map[string]struct {
		limit int
		fail  func() error
		err   error
		text  string
	}{
		"error":    {3, func() error { return errStop }, errStop, "it: stop"},
		"panic":    {3, func() error { panic(errStop) }, errStop, "it: panic: stop"},
		"overflow": {2, func() error { return nil }, flow.ErrOverflow, "it: flow: buffer full: more than 2 elements emitted in one call"},
	} {
		src := operators.Handle(sources.Of(2, 3, 1), test.limit, nextOnly(func(v int, emit func(int)) error {
			if _ = repeat(v, emit); v == 3 {
				return test.fail()
			}
			return nil
		}), operators.WithName("it"))
		want := []int{2, 2, 3, 3, 3}[:2+min(3, test.limit)]
		for on, s := range schedulers {
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), src)
			require.Equal(t, want, got, "%s on %s", name, on)
			require.EqualError(t, err, test.text)
			require.ErrorIs(t, err, test.err)
		}
		steps := flowtest.Expect(t, src).Request(3).Next(2, 2, 3).NoSignal().Request(1).Next(3)
		if test.limit == 3 {
			steps = steps.NoSignal().Request(1).Next(3)
		}
		_ = steps.Error(test.err)
	}
}

// TestHandleCompleteFails as Next does.
func TestHandleCompleteFails(t *testing.T) {
	for name, complete := range map[string]func() error{
		"error": func() error { return errStop },
		"panic": func() error { panic(errStop) },
	} {
		src := operators.Handle(sources.Of(1), 2, func() intHandler {
			return intHandler{
				Next: func(_ context.Context, v int, emit func(int)) error { emit(v); return nil },
				Complete: func(_ context.Context, emit func(int)) error {
					emit(7)
					return complete()
				},
			}
		})
		got, err := sinks.Slice(t.Context(), src)
		require.Equal(t, []int{1, 7}, got, name)
		require.ErrorIs(t, err, errStop)
		_ = flowtest.Expect(t, src).Request(1).Next(1).NoSignal().Request(1).Next(7).Error(errStop)
	}
	var err error
	var all sync.WaitGroup
	all.Go(func() {
		_, err = sinks.Slice(t.Context(), operators.Async(operators.Handle(sources.Of(1), 2, func() intHandler {
			return intHandler{
				Next:     func(context.Context, int, func(int)) error { return nil },
				Complete: func(context.Context, func(int)) error { runtime.Goexit(); return nil },
			}
		}), 1))
	})
	all.Wait()
	require.ErrorIs(t, err, flow.ErrGoexit)
}

// TestHandleErrorOfUpstream comes behind what is held, and Complete is not
// called.
func TestHandleErrorOfUpstream(t *testing.T) {
	up := flowtest.NewManual[int](t)
	_ = flowtest.Expect(t, operators.Handle(up, 3, func() intHandler {
		return intHandler{
			Next:     func(_ context.Context, v int, emit func(int)) error { return repeat(v, emit) },
			Complete: func(context.Context, func(int)) error { t.Error("called"); return nil },
		}
	})).Request(2).Then(func() { up.Next(3, 2); up.Error(errStop) }).
		Next(3, 3).NoSignal().Request(2).Next(3, 2).NoSignal().Request(1).Next(2).Error(errStop)
}

// TestHandleLateErrorOfUpstream: one that is behind the handler's own is not
// lost.
func TestHandleLateErrorOfUpstream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := new(lateErrors)
		up := flowtest.NewManual[int](t)
		own := errors.New("own")
		p := flowtest.Subscribe(t, operators.Handle(up, 2, nextOnly(func(v int, emit func(int)) error {
			emit(v)
			emit(v)
			if v == 2 {
				return own
			}
			return nil
		})), flowtest.WithContext(flow.WithObserver(t.Context(), o)))
		p.Request(2)
		up.WaitRequested(2)
		up.Next(1, 2)
		up.Error(errStop)
		synctest.Wait() // it is behind the elements now
		p.ExpectNext(1, 1)
		p.Request(9)
		p.ExpectNext(2, 2)
		p.ExpectError(own)
		require.Len(t, o.all(), 1)
		require.ErrorIs(t, o.all()[0], errStop)
	})
}

// TestHandleEmitAfterItsCall ends the stream with an error that names the
// stage.
func TestHandleEmitAfterItsCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := new(lateErrors)
		var late func(int)
		p := flowtest.Subscribe(t, operators.Handle(sources.Of(1, 2, 3), 5, nextOnly(func(v int, emit func(int)) error {
			late = emit
			emit(v)
			return nil
		}), operators.WithName("it")), flowtest.WithContext(flow.WithObserver(t.Context(), o)))
		p.Request(1)
		p.ExpectNext(1)
		synctest.Wait()
		late(9)
		require.EqualError(t, p.ExpectError(flow.ErrProtocol), "it: flow: protocol violation: emit was called outside its call")
		require.Empty(t, o.all())
		late(9)
		require.Len(t, o.all(), 1)
		require.ErrorIs(t, o.all()[0], flow.ErrProtocol)
	})
}

// TestHandleEmitFromManyGoroutines is an error, or harmless where each waits
// for the other; it is no data race.
func TestHandleEmitFromManyGoroutines(t *testing.T) {
	for range 20 {
		got, err := sinks.Slice(t.Context(), operators.Handle(sources.Of(1, 2, 3), 10_000, nextOnly(func(_ int, emit func(int)) error {
			for range 4 {
				go func() {
					for v := range 500 {
						emit(v)
					}
				}()
			}
			for v := range 500 {
				emit(v)
			}
			return nil
		})))
		if err == nil {
			require.LessOrEqual(t, len(got), 3*2500)
			continue
		}
		require.ErrorIs(t, err, flow.ErrProtocol)
	}
}

// TestHandleWithoutAHandler: the function that makes it panics, or leaves out
// Next.
func TestHandleWithoutAHandler(t *testing.T) {
	for name, newHandler := range map[string]func() intHandler{
		"panic":   func() intHandler { panic(errStop) },
		"no Next": func() intHandler { return intHandler{} },
	} {
		for _, src := range []publisher{sources.Of(1, 2), sources.Empty[int]()} {
			_, err := sinks.Slice(t.Context(), operators.Handle(src, 1, newHandler, operators.WithName("it")))
			var p *flow.PanicError
			require.ErrorAs(t, err, &p, name)
			require.Equal(t, "it", p.Stage)
		}
	}
}

// TestHandleIsCold: each subscription has a handler of its own, made for its
// first element.
func TestHandleIsCold(t *testing.T) {
	made := 0
	src := operators.Handle(sources.Of(1, 2, 3), 1, func() intHandler { made++; return handlerSum() })
	for i := range 3 {
		got, err := sinks.Slice(t.Context(), src)
		require.NoError(t, err)
		require.Equal(t, []int{6}, got)
		require.Equal(t, i+1, made)
	}
	flowtest.Expect(t, src).NoSignal().Cancel()
	require.Equal(t, 3, made)
}

// TestHandleAndTheContext: the functions get it, and what is held is let go
// when it ends.
func TestHandleAndTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errStop)
		defer cancel()
		var m mint
		calls := 0
		p := flowtest.Subscribe(t, operators.Handle(sources.Of(1, 2), 4, func() operators.Handler[int, *token] {
			return operators.Handler[int, *token]{Next: func(ctx context.Context, v int, emit func(*token)) error {
				calls++
				emit(m.token(v))
				emit(m.token(v))
				if v == 1 {
					return nil
				}
				<-ctx.Done()
				emit(m.token(v))
				return context.Cause(ctx)
			}}
		}), flowtest.WithContext(ctx))
		p.Each(func(tok *token) { tok.consumed.Add(1) })
		p.Request(2)
		synctest.Wait()
		require.Equal(t, 1, calls)
		p.Request(1)
		synctest.Wait()
		require.Equal(t, 2, calls)
		time.Sleep(2 * time.Second)
		require.ErrorIs(t, p.Err(), errStop)
		m.require(t, "all")
	})
}

// TestHandleReleases what it holds, and the input behind it.
func TestHandleReleases(t *testing.T) {
	stages := func(src tokens, use func(*token) *token) tokens {
		return operators.Handle(operators.Async(src, 32), 3, func() operators.Handler[*token, *token] {
			return operators.Handler[*token, *token]{
				Next: func(_ context.Context, v *token, emit func(*token)) error {
					if v.n%3 == 1 {
						emit(use(v))
						return nil
					}
					mine := use(v)
					other := use(mine) // of which use makes another one
					emit(other)
					return nil
				},
			}
		})
	}
	for _, end := range tokenEnds {
		t.Run(end, func(t *testing.T) {
			t.Parallel()
			verifyTokens(t, tokenSources["Seq"], stages, end)
		})
	}
	t.Run("overflow", func(t *testing.T) {
		var m mint
		err := sinks.ForEach(t.Context(), operators.Handle(sources.Range(0, 9), 2, func() operators.Handler[int64, *token] {
			return operators.Handler[int64, *token]{Next: func(_ context.Context, v int64, emit func(*token)) error {
				for range v {
					emit(m.token(int(v)))
				}
				return nil
			}}
		}), func(_ context.Context, tok *token) error { tok.consumed.Add(1); return nil })
		require.ErrorIs(t, err, flow.ErrOverflow)
		m.require(t, "all")
	})
}

func TestHandleArguments(t *testing.T) {
	one := nextOnly(repeat)
	for text, f := range map[string]func(){
		"operators.Handle: nil source":                   func() { operators.Handle(nil, 1, one) },
		"operators.Handle: limit 0, must be at least 1":  func() { operators.Handle(sources.Of(1), 0, one) },
		"operators.Handle: limit -1, must be at least 1": func() { operators.Handle(sources.Of(1), -1, one) },
		"operators.Handle: nil function":                 func() { operators.Handle[int, int](sources.Of(1), 1, nil) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}

// TestHandleOverfillsABatch: the last element of a batch makes more than a pass
// may emit. The rest comes, though upstream does not go on (random graph
// 70273908).
func TestHandleOverfillsABatch(t *testing.T) {
	const each, size = 33, 15 // a batch of 8 comes last, and makes 264
	for on, s := range schedulers {
		synctest.Test(t, func(t *testing.T) {
			src := operators.Concat(sources.Slice(numbersTo(size)), sources.Never[int]())
			many := operators.Handle(src, each, func() operators.Handler[int, int] {
				return operators.Handler[int, int]{Next: func(_ context.Context, v int, emit func(int)) error {
					for i := range each {
						emit(v*each + i)
					}
					return nil
				}}
			})
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.TakeUntil(many, func(v int) bool { return v == each*size-1 }))
			require.NoError(t, err, "on %s", on)
			require.Equal(t, numbersTo(each*size), got, "on %s", on)
		})
	}
}
