package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/demand"
	"github.com/weirgo/weir/internal/stage"
)

// SkipLast emits all elements but the last n. An element is emitted when n
// others have come behind it.
//
//	source         --1--2--3--4--|
//	SkipLast(2)
//	result         --------1--2--|
//
// Demand: passed up, the first request with n more.
//
// Buffer: at most n elements. Its memory grows with them.
//
// Errors: passes upstream's on, and lets go of what it holds.
//
// Ends: completes when upstream does, and lets go of what it holds as
// [flow.Filtered]. Panics if n is negative.
func SkipLast[T any](src flow.Publisher[T], n int, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.SkipLast: nil source")
	stage.Require(n >= 0, "operators.SkipLast: negative count %d", n)
	p := &skipLastOp[T]{stage.NewBlueprint("skiplast", src, opts), stage.Adapt(src), n}
	p.Node().Capacity = int64(n)
	return p
}

type skipLastOp[T any] struct {
	stage.Blueprint
	src flow.Publisher[T]
	n   int
}

func (p *skipLastOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &skipLastStage[T]{n: p.n}
	s.more.Store(int64(p.n))
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type skipLastStage[T any] struct {
	stage.Link[T, T]
	more  atomic.Int64 // elements to ask for besides what is demanded
	n     int
	queue []T // held from first on
	first int
	in    stage.One[T]
}

func (s *skipLastStage[T]) OnSubscribe(sub flow.Subscription) { s.Join(sub, s) }

// Request passes demand up, and asks for what will be held.
func (s *skipLastStage[T]) Request(n int64) {
	s.Wanted(n)
	if n > 0 && s.more.Load() > 0 {
		n = demand.Sum(n, s.more.Swap(0))
	}
	s.Upstream().Request(n)
}

func (s *skipLastStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *skipLastStage[T]) OnNextBatch(vs []T) {
	if s.Stopped() || s.Done() {
		s.Discard(vs)
		return
	}
	if s.first > 0 && len(s.queue)+len(vs) > cap(s.queue) {
		k := copy(s.queue, s.queue[s.first:])
		clear(s.queue[k:])
		s.queue, s.first = s.queue[:k], 0
	}
	s.queue = append(s.queue, vs...)
	k := max(0, len(s.queue)-s.first-s.n)
	out := s.queue[s.first : s.first+k]
	s.first += k
	s.count()
	s.Batch(out)
	clear(out)
}

// count publishes how many elements the stage holds.
func (s *skipLastStage[T]) count() {
	if m := s.Meter(); m != nil {
		m.Buffered(int64(len(s.queue) - s.first))
	}
}

// drop lets go of what is held.
func (s *skipLastStage[T]) drop(reason flow.Reason) {
	held := s.queue[s.first:]
	s.queue, s.first = nil, 0
	s.Let(held, reason)
	s.count()
}

// OnError passes the end on.
func (s *skipLastStage[T]) OnError(err error) {
	s.drop(flow.Failed)
	s.Fail(err)
}

// OnComplete passes the end on.
func (s *skipLastStage[T]) OnComplete() {
	s.drop(flow.Filtered)
	s.Complete()
}

// Quit ends the stage in silence: the subscriber has left.
func (s *skipLastStage[T]) Quit() {
	s.drop(flow.Cancelled)
	s.Link.Quit()
}
