package operators_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestFuncReleasesWhatItHasTaken: an element for which emit returned true
// belongs to the stream, also when that ends at this moment. (Feed.Put looks
// at shut before Take, and Feed.Stop may empty the queue in between.)
func TestFuncReleasesWhatItHasTaken(t *testing.T) {
	source := func(m *mint) tokens {
		return sources.Func(func(_ context.Context, emit func(*token) bool) error {
			for n := range lawSize {
				if t := m.token(n); !emit(t) {
					t.consumed.Add(1) // it was not taken
					break
				}
			}
			return nil
		})
	}
	for through, stages := range tokenStages {
		for _, end := range tokenEnds {
			t.Run(through+" "+end, func(t *testing.T) {
				t.Parallel()
				verifyTokens(t, source, stages, end)
			})
		}
	}
}

// TestChanReleasesWhatItHasTaken: what was received from the channel is
// consumed or released, what was not is still in it.
func TestChanReleasesWhatItHasTaken(t *testing.T) {
	for _, end := range tokenEnds {
		t.Run(end, func(t *testing.T) {
			t.Parallel()
			for _, at := range positions {
				r := &tokenRun{at: at, end: end}
				r.ctx, r.cancel = context.WithCancelCause(t.Context())
				c := make(chan *token, lawSize)
				for n := range lawSize {
					c <- r.m.token(n)
				}
				close(c)
				_ = r.sink(operators.Map(sources.Chan(c), r.use))
				r.cancel(nil)
				for left := range c {
					left.consumed.Add(1)
				}
				r.m.require(t, fmt.Sprintf("end at %d", at))
			}
		})
	}
}

// TestFlatMapSliceReleasesItsResults when the context ends in the middle of a
// batch: results that have been gathered are handed on or released.
func TestFlatMapSliceReleasesItsResults(t *testing.T) {
	for on, s := range schedulers {
		for _, at := range positions {
			var m mint
			ctx, cancel := context.WithCancelCause(scheduler.With(t.Context(), s()))
			src := operators.FlatMapSlice(sources.Slice(numbersTo(lawSize)), func(v int) []*token {
				if v == at {
					cancel(errStop)
				}
				return []*token{m.token(v), m.token(v)}
			})
			_ = sinks.ForEach(ctx, src, func(_ context.Context, tok *token) error { tok.consumed.Add(1); return nil })
			cancel(nil)
			m.require(t, fmt.Sprintf("on %s, context ends at %d", on, at))
		}
	}
}
