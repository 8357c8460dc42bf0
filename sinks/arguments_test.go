package sinks_test

import (
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestWrongArgumentsPanicAtAssembly: the text names package, function and
// value.
func TestWrongArgumentsPanicAtAssembly(t *testing.T) {
	ctx := t.Context()
	var none context.Context
	src, text := sources.Of(1), sources.Of("a")
	each := func(context.Context, int) error { return nil }
	add := func(a, b int) int { return a + b }
	for text, f := range map[string]func(){
		"sinks.ForEach: nil context":  func() { _ = sinks.ForEach(none, src, each) },
		"sinks.ForEach: nil source":   func() { _ = sinks.ForEach(ctx, nil, each) },
		"sinks.ForEach: nil function": func() { _ = sinks.ForEach(ctx, src, nil) },
		"sinks.Discard: nil context":  func() { _ = sinks.Discard(none, src) },
		"sinks.Discard: nil source":   func() { _ = sinks.Discard[int](ctx, nil) },
		"sinks.Slice: nil context":    func() { _, _ = sinks.Slice(none, src) },
		"sinks.Slice: nil source":     func() { _, _ = sinks.Slice[int](ctx, nil) },
		"sinks.First: nil context":    func() { _, _ = sinks.First(none, src) },
		"sinks.First: nil source":     func() { _, _ = sinks.First[int](ctx, nil) },
		"sinks.Fold: nil context":     func() { _, _ = sinks.Fold(none, src, 0, add) },
		"sinks.Fold: nil source":      func() { _, _ = sinks.Fold(ctx, nil, 0, add) },
		"sinks.Fold: nil function":    func() { _, _ = sinks.Fold[int, int](ctx, src, 0, nil) },
		"sinks.Seq: nil context":      func() { sinks.Seq(none, src) }, // before the loop
		"sinks.Seq: nil source":       func() { sinks.Seq[int](ctx, nil) },
		"sinks.Lines: nil context":    func() { _ = sinks.Lines(none, text, io.Discard) },
		"sinks.Lines: nil source":     func() { _ = sinks.Lines(ctx, nil, io.Discard) },
		"sinks.Lines: nil writer":     func() { _ = sinks.Lines(ctx, text, nil) },

		"sinks.WithPrefetch: 0 elements, must be at least 1":  func() { sinks.WithPrefetch(0) },
		"sinks.WithPrefetch: -1 elements, must be at least 1": func() { sinks.WithPrefetch(-1) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
