package operators_test

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"sync"
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

// after yields 10v+1 to 10v+n.
func after(n int) func(int) iter.Seq[int] {
	return func(v int) iter.Seq[int] {
		return func(yield func(int) bool) {
			for i := 1; i <= n && yield(10*v+i); i++ {
			}
		}
	}
}

// none yields nothing.
func none(int) iter.Seq[int] { return func(func(int) bool) {} }

func TestExtrapolate(t *testing.T) {
	ever := func(p publisher) publisher { return operators.Extrapolate(p, after(1000)) }
	two := func(p publisher) publisher { return operators.Extrapolate(p, after(2)) }
	runTimed(t, []timedCase{
		{"none", "|@5", "all@0", "|@5", ever},
		{"nothing before the first element", "1@5 |@9", "2@0", "1@5 11@5 |@9", ever},
		{"on demand", "1@1 2@9 |@20", "1@0 1@3 1@5 1@8.999999 1@11", "1@1 11@3 12@5 13@8.999999 2@11 |@20", ever},
		{"before the element", "1@1 2@9 |@20", "1@0 1@8.999999 1@10", "1@1 11@8.999999 2@10 |@20", ever},
		{"after the element", "1@1 2@9 |@20", "1@0 1@9.000001", "1@1 2@9.000001 |@20", ever},
		{"an iterator that returns", "1@1 2@9 |@20", "1@0 4@3 1@7", "1@1 11@3 12@3 2@9 21@9 22@9 |@20", two},
		{"all", "1@1 2@9 |@20", "all@0", "1@1 11@1 12@1 2@9 21@9 22@9 |@20", two},
		{"all, later", "1@1 2@9 |@20", "1@0 all@3", "1@1 11@3 12@3 2@9 21@9 22@9 |@20", two},
		{"completion while an element waits", "1@1 2@2 |@3", "1@0 2@5", "1@1 2@5 |@5", ever},
		{"completion while nothing waits", "1@1 |@3", "1@0 1@2", "1@1 11@2 |@3", ever},
		{"an error while an element waits", "1@1 2@2 !@3", "1@0 2@5", "1@1 2@5 !@5", ever},
		{"an error", "1@1 !@3", "1@0 1@2", "1@1 11@2 !@3", ever},
		{"cancel", "1@1 2@9", "1@0 1@3 x@5", "1@1 11@3", ever},
		{"cancel while an element waits", "1@1 2@2", "1@0 x@5", "1@1", ever},
		{"the context ends", "1@1", "1@0 1@3 ctx@5", "1@1 11@3 !@5", ever},
		{"a value before the first element", "1@5 |@9", "1@0 1@2 1@6", "7@0 71@2 1@6 |@9", func(p publisher) publisher {
			return ever(operators.StartWith(p, 7))
		}},
	})
}

// TestExtrapolateDemand: one element is on its way from the first request on,
// unless one waits.
func TestExtrapolateDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Extrapolate(up, after(1000)))
		requested := func(n int) {
			t.Helper()
			synctest.Wait()
			require.EqualValues(t, n, up.Requested())
		}
		requested(0)
		p.Request(3)
		requested(1)
		up.Next(1)
		requested(2)
		p.ExpectNext(1, 11, 12)
		up.Next(2)
		requested(2)
		require.Equal(t, 3, p.Count(), "nothing without demand")
		p.Request(1)
		requested(3)
		p.ExpectNext(2)
		p.Cancel()
	})
}

// TestExtrapolateWithoutEnd: an iterator that has no end, for a reader that asks
// for all, leaves the streams above their turn.
func TestExtrapolateWithoutEnd(t *testing.T) {
	for on, s := range schedulers {
		for where, above := range map[string]func(publisher) publisher{
			"the same island": func(p publisher) publisher { return p },
			"another island":  func(p publisher) publisher { return operators.Async(p, 4) },
		} {
			for where2, below := range around {
				src := operators.Extrapolate(above(sources.Slice(numbersTo(1000))), func(int) iter.Seq[int] {
					return func(yield func(int) bool) {
						for yield(-1) {
						}
					}
				})
				got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.Filter(below(src), func(v int) bool { return v >= 0 }))
				require.NoError(t, err)
				if where2 == "in a Merge" || where2 == "in a Broadcast" {
					continue // these have other elements beside
				}
				require.Equal(t, numbersTo(1000), got, "%s, %s, %s", on, where, where2)
			}
		}
	}
}

// TestExtrapolateStopsIterators, one at a time, however the stream goes on.
func TestExtrapolateStopsIterators(t *testing.T) {
	for what, end := range map[string]func(up *flowtest.Manual[int], p *flowtest.Probe[int], cancel func()){
		"element":  func(up *flowtest.Manual[int], _ *flowtest.Probe[int], _ func()) { up.Next(2) },
		"complete": func(up *flowtest.Manual[int], _ *flowtest.Probe[int], _ func()) { up.Complete() },
		"error":    func(up *flowtest.Manual[int], _ *flowtest.Probe[int], _ func()) { up.Error(errStop) },
		"cancel":   func(_ *flowtest.Manual[int], p *flowtest.Probe[int], _ func()) { p.Cancel() },
		"context":  func(_ *flowtest.Manual[int], _ *flowtest.Probe[int], cancel func()) { cancel() },
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			made, running := 0, 0
			up := flowtest.NewManual[int](t)
			p := flowtest.Subscribe(t, operators.Extrapolate(up, func(v int) iter.Seq[int] {
				made++
				return func(yield func(int) bool) {
					running++
					defer func() { running-- }()
					after(1000)(v)(yield)
				}
			}), flowtest.WithContext(ctx))
			p.Request(3)
			synctest.Wait()
			up.Next(1)
			p.ExpectNext(1, 11, 12)
			synctest.Wait()
			require.Equal(t, 1, running, what)
			end(up, p, cancel)
			synctest.Wait()
			require.Equal(t, 0, running, what)
			require.Equal(t, 1, made)
			require.Equal(t, 3, p.Count())
			if what == "element" {
				p.Cancel()
			}
		})
	}
}

// TestExtrapolateOfAFunctionThatFails: a panic or Goexit in f or in the iterator
// ends the stream.
func TestExtrapolateOfAFunctionThatFails(t *testing.T) {
	for place, f := range map[string]func(end func()) func(int) iter.Seq[int]{
		"function": func(end func()) func(int) iter.Seq[int] {
			return func(int) iter.Seq[int] { end(); return nil }
		},
		"iterator": func(end func()) func(int) iter.Seq[int] {
			return func(int) iter.Seq[int] { return func(func(int) bool) { end() } }
		},
	} {
		for what, end := range map[string]func(){"panic": func() { panic(errStop) }, "goexit": runtime.Goexit} {
			inVirtualTime(t, func(t *testing.T, ctx context.Context) {
				var got []int
				var err error
				var all sync.WaitGroup
				all.Go(func() {
					src := operators.Extrapolate(script("1@5 2@40 3@50"), f(end), operators.WithName("it"))
					err = sinks.ForEach(ctx, operators.Async(src, 2), func(_ context.Context, v int) error { got = append(got, v); return nil })
				})
				all.Wait()
				if what == "goexit" && err == nil { // it was the goroutine of the sink
					return
				}
				require.Equal(t, []int{1}, got, place)
				var p *flow.PanicError
				require.ErrorAs(t, err, &p, place)
				require.Equal(t, "it", p.Stage)
			})
		}
	}
}

// TestExtrapolateOfAnIteratorThatDoesNotStop: what goes wrong when an element
// replaces it ends the stream, and upstream is cancelled.
func TestExtrapolateOfAnIteratorThatDoesNotStop(t *testing.T) {
	for what, end := range map[string]func(){"panic": func() { panic(errStop) }, "goexit": runtime.Goexit} {
		synctest.Test(t, func(t *testing.T) {
			up := flowtest.NewManual[*sharedToken](t)
			p := flowtest.Subscribe(t, operators.Extrapolate(up, func(tok *sharedToken) iter.Seq[*sharedToken] {
				return func(yield func(*sharedToken) bool) {
					if !yield(tok) {
						end()
					}
				}
			}, operators.WithName("it")))
			p.Request(2)
			synctest.Wait()
			up.Next(&sharedToken{n: 1})
			synctest.Wait()
			require.Equal(t, 2, p.Count())
			second := &sharedToken{n: 2}
			up.Next(second)
			synctest.Wait()
			var broken *flow.PanicError
			require.ErrorAs(t, p.Err(), &broken, what)
			require.Equal(t, "it", broken.Stage)
			require.Equal(t, 1, up.Cancelled())
			require.EqualValues(t, 1, second.gone.Load())
			require.Equal(t, uint32(flow.Failed), second.lastReasonFor.Load())
		})
	}
}

// TestExtrapolateNilIterator is an error that names the stage.
func TestExtrapolateNilIterator(t *testing.T) {
	src := operators.Extrapolate(operators.Concat(sources.Of(1), sources.Never[int]()), func(int) iter.Seq[int] { return nil }, operators.WithName("it"))
	_, err := sinks.Slice(t.Context(), src)
	require.EqualError(t, err, "it: panic: the function has returned no iterator")
}

// TestExtrapolateLateError: an iterator that panics when it is stopped at the end
// of the stream comes too late for that.
func TestExtrapolateLateError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Extrapolate(up, func(int) iter.Seq[int] {
			return func(yield func(int) bool) {
				yield(2)
				panic(errStop)
			}
		}))
		p.Request(2)
		synctest.Wait()
		up.Next(1)
		p.ExpectNext(1, 2)
		up.Complete()
		p.ExpectComplete()
	})
}

// TestExtrapolateShares: each element is shared among downstream and f. f's
// share is used, or released as soon as there is a newer one, or an end.
func TestExtrapolateShares(t *testing.T) {
	for _, end := range []string{"complete", "fail", "cancel"} {
		synctest.Test(t, func(t *testing.T) {
			up := flowtest.NewManual[*sharedToken](t)
			p := flowtest.Subscribe(t, operators.Extrapolate(up, func(tok *sharedToken) iter.Seq[*sharedToken] {
				tok.Release(flow.Merged) // whatever f does with it
				return func(func(*sharedToken) bool) {}
			}))
			var all []*sharedToken
			for i, demand := range []int64{2, 1, 1, 0} {
				if demand > 0 {
					p.Request(demand)
				}
				synctest.Wait()
				all = append(all, &sharedToken{n: i})
				up.Next(all[i])
				synctest.Wait()
			}
			switch end {
			case "complete":
				up.Complete()
			case "fail":
				up.Error(errStop)
			case "cancel":
				p.Cancel()
			}
			synctest.Wait()
			last := map[string]flow.Reason{"complete": flow.Filtered, "fail": flow.Failed, "cancel": flow.Cancelled}[end]
			for i, want := range []flow.Reason{flow.Merged, flow.Merged, flow.Merged, last} {
				why := fmt.Sprintf("%d, %s", i, end)
				require.EqualValues(t, 2, all[i].shares.Load(), why)
				require.EqualValues(t, 1, all[i].gone.Load(), why)
				require.Equal(t, uint32(want), all[i].lastReasonFor.Load(), why)
			}
		})
	}
}

func TestWrongArgumentsOfExtrapolate(t *testing.T) {
	src := sources.Of(1)
	require.EqualValues(t, 1, flow.Describe(operators.Extrapolate(src, none)).MaxElements)
	for text, f := range map[string]func(){
		"operators.Extrapolate: nil source":   func() { operators.Extrapolate(nil, none) },
		"operators.Extrapolate: nil function": func() { operators.Extrapolate(src, nil) },
		"operators.Extrapolate: elements of type *operators_test.token have Release but no Fork, so they cannot be shared": func() {
			operators.Extrapolate(sources.Of(new(token)), func(*token) iter.Seq[*token] { return nil })
		},
	} {
		require.PanicsWithValue(t, text, f)
	}
}
