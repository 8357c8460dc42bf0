package sinks_test

import (
	"cmp"
	"context"
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
)

// TestProtocolOfAggregates holds the sinks that make one value of all elements
// against the rules of the protocol. Where they need an element they get one at
// the end.
func TestProtocolOfAggregates(t *testing.T) {
	type publisher = flow.Publisher[int]
	same := func(v int) int { return v }
	for name, run := range map[string]func(context.Context, publisher) error{
		"Sum": func(ctx context.Context, p publisher) error { _, err := sinks.Sum(ctx, p); return err },
		"Average": func(ctx context.Context, p publisher) error {
			_, err := sinks.Average(ctx, operators.EndWith(p, 1))
			return err
		},
		"Min": func(ctx context.Context, p publisher) error {
			_, err := sinks.Min(ctx, operators.EndWith(p, 1), cmp.Compare)
			return err
		},
		"Max": func(ctx context.Context, p publisher) error {
			_, err := sinks.Max(ctx, operators.EndWith(p, 1), cmp.Compare)
			return err
		},
		"Map": func(ctx context.Context, p publisher) error { _, err := sinks.Map(ctx, p, same, same); return err },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifySink(t, flowtest.SinkConfig[int]{Run: run})
		})
	}
}
