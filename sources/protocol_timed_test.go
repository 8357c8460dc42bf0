package sources_test

import (
	"testing"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// TestProtocolOfTicker: endless, and bounded. What comes is not compared, since
// ticks without demand are left out.
func TestProtocolOfTicker(t *testing.T) {
	for name, period := range map[string]time.Duration{"fast": time.Nanosecond, "with timers": 10 * time.Microsecond} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyPublisher(t, flowtest.PublisherConfig[int64]{
				New:     func(int) flow.Publisher[int64] { return sources.Ticker(period) },
				Endless: true,
			})
		})
		t.Run(name+", bounded", func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyPublisher(t, flowtest.PublisherConfig[int64]{
				New: func(n int) flow.Publisher[int64] { return operators.Take(sources.Ticker(period), int64(n)) },
			})
		})
	}
}

// TestProtocolOfTickerWithFixedDelay, which leaves nothing out.
func TestProtocolOfTickerWithFixedDelay(t *testing.T) {
	for name, period := range map[string]time.Duration{"Ticker with a fixed delay, fast": time.Nanosecond, "Ticker with a fixed delay": 10 * time.Microsecond} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyPublisher(t, flowtest.PublisherConfig[int64]{
				New: func(n int) flow.Publisher[int64] {
					return operators.Take(sources.Ticker(period, sources.WithFixedDelay()), int64(n))
				},
				Want: func(i int) int64 { return int64(i) },
			})
		})
	}
}

func TestProtocolOfTimer(t *testing.T) {
	for name, d := range map[string]time.Duration{"at once": 0, "with timers": 10 * time.Microsecond} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyPublisher(t, flowtest.PublisherConfig[int64]{
				New: func(n int) flow.Publisher[int64] {
					if n == 0 {
						return sources.Empty[int64]()
					}
					return sources.Timer(d)
				},
				Want: func(int) int64 { return 0 }, Max: 1,
			})
		})
	}
}
