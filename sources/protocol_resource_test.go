package sources_test

import (
	"context"
	"io"
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// upTo counts.
type upTo struct{ next, n int }

func (c *upTo) read(context.Context) (int, error) {
	if c.next == c.n {
		return 0, io.EOF
	}
	c.next++
	return c.next - 1, nil
}

func generated(n int) flow.Publisher[int] {
	return sources.Generate(
		func(context.Context) (*upTo, error) { return &upTo{0, n}, nil },
		func(ctx context.Context, c *upTo) (int, error) { return c.read(ctx) },
		func(*upTo) error { return nil })
}

// TestProtocolOfResources holds the sources that call functions which may wait
// against the rules of the protocol.
func TestProtocolOfResources(t *testing.T) {
	same := func(i int) int { return i }
	open := func(context.Context) (int, error) { return 0, nil }
	fail := func(context.Context) (int, error) { return 0, errTest }
	finish := func(int) error { return nil }
	using := func(open func(context.Context) (int, error), p flow.Publisher[int]) flow.Publisher[int] {
		return sources.Using(open, func(int) flow.Publisher[int] { return p }, finish)
	}
	tests := map[string]flowtest.PublisherConfig[int]{
		"Generate": {
			New: generated, Want: same, Lazy: true,
			Failed: func() flow.Publisher[int] {
				return sources.Generate(open, func(context.Context, int) (int, error) { return 0, errTest }, finish)
			}, Err: errTest,
		},
		"Generate not opened": {
			New: generated, Want: same, Lazy: true,
			Failed: func() flow.Publisher[int] {
				return sources.Generate(fail, func(context.Context, int) (int, error) { return 0, nil }, nil)
			}, Err: errTest,
		},
		"Call": {
			New:  func(n int) flow.Publisher[int] { return operators.Take(sources.Call(open), int64(n)) },
			Want: same, Max: 1,
			Failed: func() flow.Publisher[int] { return sources.Call(fail) }, Err: errTest, Lazy: true,
		},
		"Using": {
			New:  func(n int) flow.Publisher[int] { return using(open, sources.Slice(numbers(n))) },
			Want: same, Max: 100000,
			Failed: func() flow.Publisher[int] { return using(fail, sources.Of(1)) }, Err: errTest,
		},
		"Using foreign": {
			New:  func(n int) flow.Publisher[int] { return using(open, flowtest.Just(numbers(n)...)) },
			Want: same, Max: 100000,
			Failed: func() flow.Publisher[int] { return using(open, sources.Error[int](errTest)) }, Err: errTest,
		},
	}
	for name, cfg := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyPublisher(t, cfg)
		})
	}
}
