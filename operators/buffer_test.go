package operators_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// ticking emits 0, 1, 2 … n-1, the first after a millisecond, then one each
// millisecond. It does not wait for demand, as long as that is unbounded.
func ticking(n int) publisher {
	return sources.Func(func(_ context.Context, emit func(int) bool) error {
		for i := range n {
			if time.Sleep(time.Millisecond); !emit(i) {
				return nil
			}
		}
		return nil
	})
}

// slowly takes one element at a time and needs d for each.
func slowly(ctx context.Context, src publisher, d time.Duration) (got []int, err error) {
	for v, err := range sinks.Seq(ctx, src) {
		if err != nil {
			return got, err
		}
		got = append(got, v)
		time.Sleep(d)
	}
	return got, nil
}

// stages collects the statistics of stages by kind.
type stages struct {
	mu  sync.Mutex
	all map[string]*flow.Stats
}

func (s *stages) OnStage(i flow.StageInfo, stats *flow.Stats) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[i.Kind] = stats
}

func (s *stages) OnUndeliverable(string, error) {}

// TestStrategiesWithASlowSink, which comes for an element at 1, 3.3, 5.6, 7.9,
// 10.2 … milliseconds.
func TestStrategiesWithASlowSink(t *testing.T) {
	for strategy, test := range map[flow.Overflow]struct {
		capacity int
		want     []int
		lost     flow.Reason
		dropped  int64
	}{
		flow.DropOldest:   {2, []int{0, 1, 3, 5, 8, 9}, flow.DroppedOld, 4},
		flow.DropIncoming: {2, []int{0, 1, 2, 3, 5, 7}, flow.DroppedNew, 4},
		flow.Latest:       {1, []int{0, 2, 4, 6, 9}, flow.Replaced, 5},
		flow.Block:        {2, numbersTo(10), flow.Filtered, 0},
	} {
		t.Run(strategy.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := &stages{all: map[string]*flow.Stats{}}
				src := operators.Buffer(ticking(10), test.capacity, strategy)
				got, err := slowly(flow.WithObserver(t.Context(), o), src, 2300*time.Microsecond)
				require.NoError(t, err)
				require.Equal(t, test.want, got)
				s := o.all["buffer"].Snapshot()
				require.EqualValues(t, 10, s.In)
				require.EqualValues(t, len(test.want), s.Out)
				require.Equal(t, test.dropped, s.Dropped())
				require.Equal(t, test.dropped, s.Lost[test.lost])
				require.Equal(t, s.In, s.Out+s.Dropped(), "the sum closes")
				require.Zero(t, s.Discarded())
			})
		})
	}
}

// TestStrategiesWithAHungSink, which takes the first element and comes again
// when all are there.
func TestStrategiesWithAHungSink(t *testing.T) {
	for _, test := range []struct {
		strategy flow.Overflow
		capacity int
		want     []int
	}{
		{flow.DropOldest, 3, []int{0, 7, 8, 9}},
		{flow.DropOldest, 1, []int{0, 9}},
		{flow.DropOldest, 9, numbersTo(10)},
		{flow.DropOldest, 100, numbersTo(10)},
		{flow.DropIncoming, 3, []int{0, 1, 2, 3}},
		{flow.DropIncoming, 1, []int{0, 1}},
		{flow.DropIncoming, 9, numbersTo(10)},
		{flow.Latest, 1, []int{0, 9}},
		{flow.Fail, 9, numbersTo(10)},
		{flow.Block, 1, numbersTo(10)},
	} {
		synctest.Test(t, func(t *testing.T) {
			got, err := slowly(t.Context(), operators.Buffer(ticking(10), test.capacity, test.strategy), time.Second)
			require.NoError(t, err)
			require.Equal(t, test.want, got, "%v %d", test.strategy, test.capacity)
		})
	}
}

// TestFailEndsBehindWhatIsHeld, with an error that names the stage, and ends
// the source.
func TestFailEndsBehindWhatIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &stages{all: map[string]*flow.Stats{}}
		src := operators.Buffer(ticking(1000), 2, flow.Fail, operators.WithName("queue"))
		start := time.Now()
		got, err := slowly(flow.WithObserver(t.Context(), o), src, 2300*time.Microsecond)
		require.Equal(t, []int{0, 1, 2, 3}, got)
		require.ErrorIs(t, err, flow.ErrOverflow)
		var stage *flow.StageError
		require.ErrorAs(t, err, &stage)
		require.Equal(t, "queue", stage.Stage)
		require.Less(t, time.Since(start), 50*time.Millisecond, "the source goes on")
		s := o.all["buffer"].Snapshot()
		require.Equal(t, map[flow.ErrorKind]int64{flow.OverflowError: 1}, s.Errors)
		require.Equal(t, s.In, s.Out+s.Dropped()+s.Discarded(), "the sum closes")
	})
}

// TestBufferPassesErrorsOnBehindWhatIsHeld, for all strategies.
func TestBufferPassesErrorsOnBehindWhatIsHeld(t *testing.T) {
	for _, strategy := range []flow.Overflow{flow.Block, flow.DropOldest, flow.DropIncoming, flow.Fail} {
		synctest.Test(t, func(t *testing.T) {
			src := operators.TryMap(ticking(100), func(_ context.Context, v int) (int, error) {
				if v == 5 {
					return 0, errStop
				}
				return v, nil
			})
			got, err := slowly(t.Context(), operators.Buffer(src, 8, strategy), time.Second)
			require.Equal(t, numbersTo(5), got, strategy)
			require.ErrorIs(t, err, errStop)
		})
	}
}

// TestBufferDoesNotHoldUpItsSource, unless it is told to block.
func TestBufferDoesNotHoldUpItsSource(t *testing.T) {
	for _, strategy := range []flow.Overflow{flow.DropOldest, flow.DropIncoming, flow.Latest} {
		synctest.Test(t, func(t *testing.T) {
			var last time.Duration
			start := time.Now()
			src := operators.Map(ticking(100), func(v int) int { last = time.Since(start); return v })
			_, err := slowly(t.Context(), operators.Buffer(src, 1, strategy), time.Hour)
			require.NoError(t, err)
			require.Equal(t, 100*time.Millisecond, last)
		})
	}
}
