package operators_test

import (
	"context"
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

// TestOnDropped sees what does not come out, in order, with the reason.
func TestOnDropped(t *testing.T) {
	for _, test := range []struct {
		strategy flow.Overflow
		capacity int
		got      []int
		lost     []int
		reason   flow.Reason
	}{
		{flow.DropOldest, 2, []int{0, 1, 3, 5, 8, 9}, []int{2, 4, 6, 7}, flow.DroppedOld},
		{flow.DropIncoming, 2, []int{0, 1, 2, 3, 5, 7}, []int{4, 6, 8, 9}, flow.DroppedNew},
		{flow.Latest, 1, []int{0, 2, 4, 6, 9}, []int{1, 3, 5, 7, 8}, flow.Replaced},
		{flow.Fail, 2, []int{0, 1, 2, 3}, []int{4}, flow.DroppedNew},
		{flow.Block, 2, numbersTo(10), nil, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			var lost []int
			src := operators.BufferWith(ticking(10), operators.BufferConfig[int]{
				Capacity: test.capacity, Strategy: test.strategy,
				OnDropped: func(v int, r flow.Reason) {
					require.Equal(t, test.reason, r)
					lost = append(lost, v)
				},
			})
			got, err := slowly(t.Context(), src, 2300*time.Microsecond)
			if test.strategy == flow.Fail {
				require.ErrorIs(t, err, flow.ErrOverflow)
			} else {
				require.NoError(t, err)
			}
			require.Equal(t, test.got, got, test.strategy)
			require.Equal(t, test.lost, lost, test.strategy)
		})
	}
}

// undelivered collects the errors that an observer is told of.
type undelivered struct {
	stages
	errs []error
}

func (u *undelivered) OnUndeliverable(_ string, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.errs = append(u.errs, err)
}

// TestOnDroppedThatPanics is undeliverable; the stream goes on, and so do the
// calls.
func TestOnDroppedThatPanics(t *testing.T) {
	for on, s := range schedulers {
		o := &undelivered{stages: stages{all: map[string]*flow.Stats{}}}
		ctx := scheduler.With(flow.WithObserver(t.Context(), o), s())
		calls := 0
		src := operators.BufferWith(sources.Slice(numbersTo(lawSize)), operators.BufferConfig[int]{
			Capacity: 3, Strategy: flow.DropOldest,
			OnDropped: func(int, flow.Reason) {
				if calls++; calls%2 == 0 {
					panic(errStop)
				}
			},
		}, operators.WithName("it"))
		got, err := sinks.Slice(ctx, src)
		require.NoError(t, err)
		require.Equal(t, lawSize-1, got[len(got)-1])
		require.Equal(t, lawSize, len(got)+calls, on)
		require.Len(t, o.errs, calls/2)
		for _, err := range o.errs {
			var p *flow.PanicError
			require.ErrorAs(t, err, &p)
			require.ErrorIs(t, err, errStop)
			require.Equal(t, "it", p.Stage)
		}
	}
}

// TestOnDroppedThatEndsItsGoroutine ends the stream behind what is held: what
// the goroutine was about to do with the elements behind is lost with it.
func TestOnDroppedThatEndsItsGoroutine(t *testing.T) {
	for on, s := range schedulers {
		var w watched
		var err error
		var got []int
		var all sync.WaitGroup
		returned := false
		all.Go(func() {
			got, err = sinks.Slice(scheduler.With(t.Context(), s()), operators.BufferWith(w.publisher(), operators.BufferConfig[int]{
				Capacity: 3, Strategy: flow.DropIncoming, OnDropped: func(int, flow.Reason) { runtime.Goexit() },
			}))
			returned = true
		})
		all.Wait()
		w.require(t)
		if returned && len(got) < lawSize {
			require.ErrorIs(t, err, flow.ErrGoexit, on)
		}
	}
}

// TestOnDroppedIsNotCalledAfterTheEnd of the context or the subscriber: then
// nothing is dropped, it is let go.
func TestOnDroppedIsNotCalledAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		for _, leave := range []func(*flowtest.Probe[int]){
			func(p *flowtest.Probe[int]) { p.Cancel() },
			func(*flowtest.Probe[int]) { cancel(errStop); synctest.Wait() },
		} {
			up := flowtest.NewManual[int](t)
			p := flowtest.Subscribe(t, operators.BufferWith(up, operators.BufferConfig[int]{
				Capacity: 1, Strategy: flow.DropOldest, OnDropped: func(int, flow.Reason) { t.Error("called") },
			}), flowtest.WithContext(ctx))
			synctest.Wait()
			up.Next(1)
			synctest.Wait()
			leave(p)
			up.ForceNext(2, 3)
			synctest.Wait()
		}
	})
}

// TestOnDroppedConsumes: an element that it gets is not released besides, and
// every other one is dealt with once.
func TestOnDroppedConsumes(t *testing.T) {
	for _, strategy := range []flow.Overflow{flow.DropOldest, flow.DropIncoming, flow.Latest, flow.Fail} {
		for _, panics := range []bool{false, true} {
			for _, end := range tokenEnds {
				for on, s := range schedulers {
					for _, at := range []int{0, 1, 7, 254, 511} {
						r := &tokenRun{at: at, end: end}
						r.ctx, r.cancel = context.WithCancelCause(scheduler.With(t.Context(), s()))
						capacity := 8
						if strategy == flow.Latest {
							capacity = 1
						}
						_ = r.sink(operators.BufferWith(operators.Map(tokenSources["Seq"](&r.m), r.use), operators.BufferConfig[*token]{
							Capacity: capacity, Strategy: strategy,
							OnDropped: func(tok *token, _ flow.Reason) {
								if tok.consumed.Add(1); panics && tok.n%200 == 7 {
									panic(errStop)
								}
							},
						}))
						r.cancel(nil)
						r.m.require(t, fmt.Sprintf("%v, %s on %s, end at %d", strategy, end, on, at))
					}
				}
			}
		}
	}
}
