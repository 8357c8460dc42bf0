package operators_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// moreWithUserFunction are operators that call f as those in withUserFunction
// do, and need not keep all its laws: some call it concurrently, or look ahead.
var moreWithUserFunction = map[string]func(src publisher, f func(v int)) publisher{
	"MapAsync": func(src publisher, f func(int)) publisher {
		return operators.MapAsync(src, 3, func(_ context.Context, v int) (int, error) { f(v); return v, nil })
	},
	"MapAsync unordered": func(src publisher, f func(int)) publisher {
		return operators.MapAsync(src, 3, func(_ context.Context, v int) (int, error) { f(v); return v, nil }, operators.Unordered())
	},
	"SkipWhile": func(src publisher, f func(int)) publisher {
		return operators.SkipWhile(src, func(v int) bool { f(v); return true })
	},
	"FlatMap": func(src publisher, f func(int)) publisher {
		return operators.FlatMap(src, 3, func(v int) publisher { f(v); return sources.Of(v) })
	},
	"Fold": func(src publisher, f func(int)) publisher {
		return operators.Fold(src, 0, func(_, v int) int { f(v); return v })
	},
	"Conflate": func(src publisher, f func(int)) publisher {
		return operators.Conflate(src, func(_, v int) int { f(v); return v })
	},
	"OnDropped": func(src publisher, f func(int)) publisher {
		return operators.BufferWith(src, operators.BufferConfig[int]{
			Capacity: 1, Strategy: flow.DropOldest, OnDropped: func(v int, _ flow.Reason) { f(v) },
		})
	},
	"Zip2": func(src publisher, f func(int)) publisher {
		return operators.Zip2(src, sources.Slice(numbersTo(lawSize)), func(v, _ int) int { f(v); return v })
	},
	"Through": func(src publisher, f func(int)) publisher {
		return operators.Through(src, func(in iter.Seq[int]) iter.Seq[int] {
			return func(yield func(int) bool) {
				for v := range in {
					if f(v); !yield(v) {
						return
					}
				}
			}
		})
	},
}

// watch counts the calls of user functions that begin after the end.
type watch struct {
	at    int // the element at which the context ends
	stage int // and the stage whose function ends it
	end   func()
	ended atomic.Bool // that was called: MapAsync calls functions concurrently
	calls atomic.Int32
	over  atomic.Bool
	after [4]atomic.Int32
}

// function returns the user function of a stage.
func (w *watch) function(stage int) func(int) {
	if stage != w.stage {
		return func(int) { w.call(stage) }
	}
	return func(v int) {
		w.call(stage)
		if v >= w.at && w.ended.CompareAndSwap(false, true) {
			w.end()
			synctest.Wait() // everybody knows
			w.over.Store(true)
		}
	}
}

func (w *watch) call(stage int) {
	w.calls.Add(1)
	if w.over.Load() {
		w.after[stage].Add(1)
	}
}

// TestNoCallAfterTheEnd: when the run knows that its context has ended, no
// further call of a user's function begins, in no stage. What finishes is at
// most the one call that each stage is in.
func TestNoCallAfterTheEnd(t *testing.T) {
	for name, op := range withUserFunction {
		verifyNoCallAfterTheEnd(t, name, op)
	}
	for name, op := range moreWithUserFunction {
		verifyNoCallAfterTheEnd(t, name, op)
	}
}

func endPositions() []int {
	if underRace {
		return []int{0, 2, 255}
	}
	return []int{0, 1, 2, 5, 63, 200, 255, 256, 511}
}

func verifyNoCallAfterTheEnd(t *testing.T, name string, op func(publisher, func(int)) publisher) {
	cause := errors.New("cause")
	for where, place := range around {
		for _, on := range []string{"default", "inline"} {
			for stage, who := range []string{"above", "itself", "below", "sink"} {
				t.Run(fmt.Sprintf("%s %s on %s, ended by %s", name, where, on, who), func(t *testing.T) {
					for _, k := range endPositions() {
						synctest.Test(t, func(t *testing.T) {
							ctx, cancel := context.WithCancelCause(scheduler.With(t.Context(), schedulers[on]()))
							defer cancel(nil)
							w := &watch{at: k, stage: stage, end: func() { cancel(cause) }}
							above, below, sink := w.function(0), w.function(2), w.function(3)
							src := operators.Map(sources.Slice(numbersTo(lawSize)), func(v int) int { above(v); return v })
							src = operators.Map(place(op(src, w.function(1))), func(v int) int { below(v); return v })
							err := sinks.ForEach(ctx, src, func(_ context.Context, v int) error { sink(v); return nil })
							if w.over.Load() {
								require.ErrorIs(t, err, cause, "end at %d", k)
							}
							for stage := range w.after {
								most := int32(0)
								if name == "Func" && stage == 1 {
									most = 1 // its loop, on a goroutine of its own, learns of the end from emit
								}
								require.LessOrEqual(t, w.after[stage].Load(), most, "calls of stage %d that began after the end at %d", stage, k)
							}
						})
					}
				})
			}
		}
	}
}
