package sinks_test

import (
	"context"
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
)

// TestProtocolOfSelectingSinks holds the sinks that return one value against
// the rules of the protocol. Where they need an element they get one at the
// end.
func TestProtocolOfSelectingSinks(t *testing.T) {
	type publisher = flow.Publisher[int]
	for name, run := range map[string]func(context.Context, publisher) error{
		"Last": func(ctx context.Context, p publisher) error {
			_, err := sinks.Last(ctx, operators.EndWith(p, 1))
			return err
		},
		"Count": func(ctx context.Context, p publisher) error { _, err := sinks.Count(ctx, p); return err },
		"Reduce": func(ctx context.Context, p publisher) error {
			_, err := sinks.Reduce(ctx, operators.EndWith(p, 1), add)
			return err
		},
		"Any": func(ctx context.Context, p publisher) error {
			_, err := sinks.Any(ctx, p, func(int) bool { return false })
			return err
		},
		"All": func(ctx context.Context, p publisher) error {
			_, err := sinks.All(ctx, p, func(int) bool { return true }, sinks.WithPrefetch(4))
			return err
		},
		"Contains": func(ctx context.Context, p publisher) error { _, err := sinks.Contains(ctx, p, -1); return err },
		"IsEmpty": func(ctx context.Context, p publisher) error {
			_, err := sinks.IsEmpty(ctx, operators.IgnoreElements(p))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifySink(t, flowtest.SinkConfig[int]{Run: run})
		})
	}
}
