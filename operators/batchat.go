package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// BatchAt emits the elements of src in slices, each time that other emits an
// element, and when there are size of them. Where no element has come since the
// last slice, there is none. A slice belongs to whoever receives it. The two
// run on one island; other is subscribed first.
//
//	source         -1-2-3---4-----5-|
//	other          ------x----x-x---
//	BatchAt(other, 10)
//	result         ------[1 2 3]-[4]--[5]|
//
// Demand: size elements of src for the slice that is demanded, less what is
// held; all elements of other.
//
// Buffer: at most size elements. A slice that other has ended while there is no
// demand goes on to fill, and is emitted at the next request.
//
// Errors: passes those of src on, after a slice that only lacks demand, and
// those of other in the same way, which cancel src. The elements of an
// unfinished slice are let go.
//
// Ends: completes when src or other has, after the rest; the one that has not
// is cancelled. Panics if size is less than 1.
func BatchAt[T, N any](src flow.Publisher[T], other flow.Publisher[N], size int, opts ...Option) flow.Publisher[[]T] {
	stage.Require(src != nil, "operators.BatchAt: nil source")
	stage.Require(other != nil, "operators.BatchAt: nil other")
	stage.Require(size > 0, "operators.BatchAt: size %d, must be at least 1", size)
	p := &batchAtOp[T, N]{stage.NewBlueprint("batchat", src, opts), stage.Adapt(src), stage.Adapt(other), size}
	p.Node().More = &flow.NodeList{flow.NodeOf(other)}
	p.Node().Capacity = int64(size)
	return p
}

type batchAtOp[T, N any] struct {
	stage.Blueprint
	src   flow.Publisher[T]
	other flow.Publisher[N]
	size  int
}

func (p *batchAtOp[T, N]) Subscribe(ctx context.Context, down flow.Subscriber[[]T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &batchAtStage[T, N]{batchStage: batchStage[T]{size: p.size, early: true}}
	s.Init(ctx, p.Node(), down, s)
	// In this order, as in SampleOn: other may end at once, and cancels src.
	stage.Subscribe(ctx, p.src, s, s.Meter())
	s.other.watch(ctx, p.other, s)
}

type batchAtStage[T, N any] struct {
	batchStage[T]
	other moments[N]
}

func (s *batchAtStage[T, N]) OnSubscribe(sub flow.Subscription) { s.Join(sub, s) }

// Cancel ends the stream in silence.
func (s *batchAtStage[T, N]) Cancel() {
	s.batchStage.Cancel()
	s.other.Cancel()
}

// Clear lets go of what is held, and leaves other.
func (s *batchAtStage[T, N]) Clear(reason flow.Reason) {
	s.other.Cancel()
	s.batchStage.Clear(reason)
}

// Moment implements [atMoments].
func (s *batchAtStage[T, N]) Moment() {
	if len(s.part) == 0 || s.Over() || s.Stopped() {
		return
	}
	if s.due = s.Demand() == 0; s.due {
		return
	}
	s.close()
	s.hand(1)
	s.Refill()
	s.count()
}

// Outside implements [atMoments].
func (s *batchAtStage[T, N]) Outside() *scheduler.Run { return s.Outlet.Run() }

func (s *batchAtStage[T, N]) OnError(err error) {
	s.other.Cancel()
	s.batchStage.OnError(err)
}

func (s *batchAtStage[T, N]) OnComplete() {
	s.other.Cancel()
	s.batchStage.OnComplete()
}
