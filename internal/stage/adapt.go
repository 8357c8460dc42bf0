package stage

import (
	"context"

	"github.com/weirgo/weir/flow"
)

// edgeCapacity is how many elements of a publisher from elsewhere may be on
// their way into an island.
const edgeCapacity = 256

// Adapt returns a publisher whose signals come from the island that it is
// subscribed on: src itself if it is native, else src behind a queue that
// takes the signals of whatever goroutine src emits on.
func Adapt[T any](src flow.Publisher[T]) flow.Publisher[T] {
	if w, ok := src.(wrapper[T]); ok {
		src = w.Unwrap()
	}
	if _, ok := src.(native); ok {
		return src
	}
	return &adapter[T]{node: flow.NodeOf(src), src: src}
}

// wrapper is a value that carries a publisher and serves as one.
type wrapper[T any] interface{ Unwrap() flow.Publisher[T] }

// adapter stands before a publisher from elsewhere. It describes itself as
// that publisher.
type adapter[T any] struct {
	node *flow.Node
	src  flow.Publisher[T]
}

func (*adapter[T]) native() {}

func (a *adapter[T]) Node() *flow.Node { return a.node }

func (a *adapter[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = Enter(ctx, a.node, down)
	new(Boundary[T]).Open(ctx, a.node, a.src, down, edgeCapacity, true)
}
