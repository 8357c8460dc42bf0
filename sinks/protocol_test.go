package sinks_test

import (
	"context"
	"io"
	"log/slog"
	"strconv"
	"testing"

	"go.uber.org/goleak"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/sinks"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // late errors are provoked on purpose
	goleak.VerifyTestMain(m)
}

// TestProtocol holds every sink against the rules of the protocol.
func TestProtocol(t *testing.T) {
	type publisher = flow.Publisher[int]
	tests := map[string]flowtest.SinkConfig[int]{
		"ForEach": {Run: func(ctx context.Context, p publisher) error {
			return sinks.ForEach(ctx, p, func(context.Context, int) error { return nil })
		}},
		"Discard": {Run: func(ctx context.Context, p publisher) error { return sinks.Discard(ctx, p) }},
		"Slice": {Run: func(ctx context.Context, p publisher) error {
			_, err := sinks.Slice(ctx, p)
			return err
		}},
		"Fold": {Run: func(ctx context.Context, p publisher) error {
			_, err := sinks.Fold(ctx, p, 0, func(a, b int) int { return a + b })
			return err
		}},
		"First": {
			Run: func(ctx context.Context, p publisher) error {
				_, err := sinks.First(ctx, p)
				return err
			},
			Stops: 1, Empty: flow.ErrEmpty,
		},
		"Seq": {Run: func(ctx context.Context, p publisher) error {
			for _, err := range sinks.Seq(ctx, p) {
				if err != nil {
					return err
				}
			}
			return nil
		}},
		"Seq that stops": {
			Run: func(ctx context.Context, p publisher) error {
				n := 0
				for _, err := range sinks.Seq(ctx, p, sinks.WithPrefetch(2)) {
					if n++; err != nil || n == 3 {
						return err
					}
				}
				return nil
			},
			Stops: 3,
		},
	}
	for name, cfg := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifySink(t, cfg)
		})
	}
}

func TestProtocolOfLines(t *testing.T) {
	flowtest.VerifySink(t, flowtest.SinkConfig[string]{
		Run: func(ctx context.Context, p flow.Publisher[string]) error { return sinks.Lines(ctx, p, io.Discard) },
		In:  strconv.Itoa,
	})
}
