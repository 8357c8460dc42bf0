package operators_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func TestTimeout(t *testing.T) {
	gap10 := func(p publisher) publisher { return operators.Timeout(p, 10*ms) }
	runTimed(t, []timedCase{
		{"in time", "1@0 2@9 3@18 |@27", "all@0", "1@0 2@9 3@18 |@27", gap10},
		{"before the boundary", "1@0 2@9.999999 |@15", "all@0", "1@0 2@9.999999 |@15", gap10},
		{"at the boundary", "1@0 2@10 |@20", "all@0", "1@0 2@10 |@20", gap10},
		{"after the boundary", "1@0 2@10.000001 |@15", "all@0", "1@0 timeout@10", gap10},
		{"no element at all", "|@50", "all@0", "timeout@10", gap10},
		{"from the first request", "|@50", "1@7", "timeout@17", gap10},
		{"not before there is a request", "1@9 |@19", "1@55", "1@64 |@74", gap10},
		{"not without a request", "1@0 2@0 3@0 |@99", "1@0 1@55 1@77", "1@0 2@55 3@77 |@99", gap10},
		{"the later of both: the element", "1@8 |@50", "2@0", "1@8 timeout@18", gap10},
		{"the later of both: the request", "1@1 |@50", "1@0 1@8", "1@1 timeout@18", gap10},
		{"a second request changes nothing", "|@50", "1@0 1@8", "timeout@10", gap10},
		{"requests that come in time", "1@9 2@18 3@27 |@50", "1@0 1@9 1@18", "1@9 2@18 3@27 |@50", gap10},
		{"fails after a pause", "1@0 |@99", "1@0 1@42", "1@0 timeout@52", gap10},
		{"an error passes", "1@0 !@5", "all@0", "1@0 !@5", gap10},
		{"completion at the boundary", "1@0 |@10", "all@0", "1@0 |@10", gap10},
		{"cancel", "1@0", "all@0 x@5", "1@0", gap10},
		{"the context ends", "1@0", "all@0 ctx@5", "1@0 !@5", gap10},
	})
}

// TestTimeoutSaysWhere: the error names the stage and the gap, the metrics
// count a timeout, and upstream is cancelled.
func TestTimeoutSaysWhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := &stages{all: map[string]*flow.Stats{}}
		var w watched
		src := flow.PublisherFunc[int](func(ctx context.Context, s flow.Subscriber[int]) {
			w.subscribed.Add(1)
			sources.Never[int]().Subscribe(ctx, &watcher{s, &w, nil})
		})
		quiet := operators.Timeout[int](src, 1500*ms, operators.WithName("answers"))
		err := sinks.Discard(flow.WithObserver(t.Context(), seen), quiet)
		require.EqualError(t, err, "answers: flow: timeout: no element for 1.5s")
		require.ErrorIs(t, err, flow.ErrTimeout)
		var at *flow.StageError
		require.ErrorAs(t, err, &at)
		require.Equal(t, "answers", at.Stage)
		require.Equal(t, int64(1), seen.all["timeout"].Errors[flow.TimeoutError].Load())
		require.Zero(t, seen.all["timeout"].Snapshot().Discarded(), "there was no element")
		require.Equal(t, int32(1), w.cancelled.Load())
	})
}

// TestTimeoutOfASlowReader, which is no false alarm: the reader is on the
// stage's island, or asks for one at a time.
func TestTimeoutOfASlowReader(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, ctx context.Context) {
		src := operators.Timeout(sources.Slice(numbersTo(30)), 10*ms)
		n := 0
		require.NoError(t, sinks.ForEach(ctx, src, func(context.Context, int) error {
			n++
			time.Sleep(time.Second)
			return nil
		}))
		require.Equal(t, 30, n)
		got, err := slowly(ctx, src, time.Second)
		require.NoError(t, err)
		require.Equal(t, numbersTo(30), got)
	})
}
