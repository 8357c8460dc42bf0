package flowtest

import (
	"context"
	"strconv"
	"time"

	"github.com/weirgo/weir/flow"
)

const (
	// defaultTimeout is never spent when things are right.
	defaultTimeout = 5 * time.Second
	// defaultQuiet is how long to look for a signal that must not come.
	defaultQuiet = 20 * time.Millisecond
)

// A ProbeOption changes a probe.
type ProbeOption func(*probeOptions)

type probeOptions struct {
	ctx      context.Context
	demand   int64
	timeout  time.Duration
	batches  bool
	tolerant bool // of signals that are not ordered
}

func probeOptionsOf(opts []ProbeOption) probeOptions {
	o := probeOptions{ctx: context.Background(), timeout: defaultTimeout}
	for _, f := range opts {
		f(&o)
	}
	return o
}

// WithContext subscribes under ctx instead of the background context.
func WithContext(ctx context.Context) ProbeOption {
	return func(o *probeOptions) { o.ctx = ctx }
}

// WithDemand requests n inside OnSubscribe.
func WithDemand(n int64) ProbeOption {
	return func(o *probeOptions) { o.demand = n }
}

// WithTimeout sets how long to wait for what must happen, 5 seconds if not
// given.
func WithTimeout(d time.Duration) ProbeOption {
	return func(o *probeOptions) { o.timeout = d }
}

// InBatches subscribes the probe as a [BatchProbe].
func InBatches() ProbeOption {
	return func(o *probeOptions) { o.batches = true }
}

func demandString(n int64) string {
	if n == flow.Unbounded {
		return "unbounded"
	}
	return strconv.FormatInt(n, 10)
}
