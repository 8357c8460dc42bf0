package sources_test

import (
	"context"
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/sources"
)

func TestProtocolOfDefer(t *testing.T) {
	made := func(f func(n int) flow.Publisher[int]) func(n int) flow.Publisher[int] {
		return func(n int) flow.Publisher[int] {
			return sources.Defer(func(context.Context) (flow.Publisher[int], error) { return f(n), nil })
		}
	}
	flowtest.VerifyPublisher(t, flowtest.PublisherConfig[int]{
		New: made(func(n int) flow.Publisher[int] { return sources.Slice(numbers(n)) }),
		Failed: func() flow.Publisher[int] {
			return sources.Defer(func(context.Context) (flow.Publisher[int], error) { return nil, errTest })
		},
		Err: errTest, Want: func(i int) int { return i }, Max: 100000,
	})
	t.Run("foreign", func(t *testing.T) {
		flowtest.VerifyPublisher(t, flowtest.PublisherConfig[int]{
			New: made(func(n int) flow.Publisher[int] { return flowtest.Just(numbers(n)...) }),
			Failed: func() flow.Publisher[int] {
				return made(func(int) flow.Publisher[int] { return flowtest.Fail[int](errTest) })(0)
			},
			Err: errTest, Want: func(i int) int { return i }, Max: 100000,
		})
	})
}
