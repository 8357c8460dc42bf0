package sources

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// UnicastHub is a publisher for one subscriber, and any number of goroutines
// give it elements, also before that has come. Make one with [NewUnicastHub].
type UnicastHub[T any] struct {
	stage.Blueprint
	core     stage.Hub[T]
	capacity int
	strategy flow.Overflow
	taken    atomic.Bool // by its subscriber
}

// NewUnicastHub returns a hub with a queue for capacity elements, which wait
// there for its subscriber, and the strategy says what happens to an element for
// which there is no room: with [flow.Block], [UnicastHub.Emit] waits; with
// [flow.Fail] the stream ends with an error; with the others elements are lost.
// A second subscriber gets [flow.ErrAlreadySubscribed]. [Push] has a function
// that emits, which is called for each subscriber; here it is there before.
//
//	Emit           --1--2--------3--4--|
//	NewUnicastHub(4, flow.Block)
//	late           ----------^12-3--4--|
//
// Demand: whoever emits does not know of it, but for Emit that waits.
//
// Buffer: at most capacity elements; [flow.Latest] keeps one, so its capacity
// must be 1.
//
// Errors: the error of [UnicastHub.Fail], after the elements before it. With
// [flow.Fail] an element without room ends the stream with an error that wraps
// [flow.ErrOverflow], after the elements before it.
//
// Ends: completes when the hub is told Complete and what is held has been
// emitted, or when its graph drains. The hub is closed when its subscriber has
// left. Panics if capacity is less than 1 or the strategy is unknown.
func NewUnicastHub[T any](capacity int, strategy flow.Overflow, opts ...Option) *UnicastHub[T] {
	stage.RequireQueue("sources.NewUnicastHub", capacity, strategy)
	h := &UnicastHub[T]{Blueprint: stage.NewBlueprint("unicasthub", nil, opts), capacity: capacity, strategy: strategy}
	h.core.InitOnly(capacity, strategy)
	n := h.Node()
	n.Capacity, n.Strategy = int64(capacity), strategy
	return h
}

// Emit gives v to the subscriber, or holds it until that comes, and says what
// became of it. With [flow.Block] it waits while there is no room, unless ctx
// ends: then v is not taken, and the result is Full. Full and Closed elements
// still belong to the caller.
func (h *UnicastHub[T]) Emit(ctx context.Context, v T) Emission {
	if ctx == nil {
		panic("sources.UnicastHub.Emit: nil Context")
	}
	return emission(h.core.Emit(ctx, v))
}

// TryEmit is [UnicastHub.Emit], and does not wait: where it would have to, the
// result is Full.
func (h *UnicastHub[T]) TryEmit(v T) Emission { return emission(h.core.Emit(nil, v)) } //nolint:staticcheck // nil says that it does not wait

// Complete ends the stream behind what is held.
func (h *UnicastHub[T]) Complete() { h.core.Shut(nil) }

// Fail is [UnicastHub.Complete] with an error. It reports whether the hub was
// open: an error that comes after the end is not delivered.
func (h *UnicastHub[T]) Fail(err error) bool {
	if err == nil {
		err = errNilFail
	}
	return h.core.Shut(err)
}

// Subscribe lets the subscriber in, and refuses any other.
func (h *UnicastHub[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, h.Node(), down)
	if h.taken.Swap(true) {
		stage.Refuse(ctx, h.Node(), down, &flow.StageError{Stage: "unicasthub", Err: flow.ErrAlreadySubscribed})
		return
	}
	l := new(stage.Line[T])
	l.Prepare(ctx, h.Node(), down, h.capacity, h.strategy, true)
	h.core.Join(l)
	l.Open()
}
