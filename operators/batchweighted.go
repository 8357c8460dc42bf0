package operators

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/demand"
	"github.com/weirgo/weir/internal/stage"
)

// BatchWeighted emits the elements in slices whose weights add up to at most
// limit, and at the end the rest. A slice is emitted when it has reached the
// limit, or when the next element would pass it: that begins another one. An
// element that weighs more than the limit has a slice of its own. With
// [WithMaxWait] a slice is also emitted when that time has passed since its
// first element. A slice belongs to whoever receives it.
//
//	source              --3--2--4----9--1-|
//	BatchWeighted(5, itself)
//	result              -----[3 2]-[4]-[9]-[1]|
//
// An element weighs at least 1, also where weight returns 0, so that there are
// never more than limit elements in a slice.
//
// Demand: at most as many elements at once as slices are demanded, since each
// may fill one. Nothing without demand.
//
// Buffer: elements that weigh at most limit, and the one that was too heavy to
// be added to them. A slice whose time has come while there is no demand goes
// on to fill, and is emitted at the next request.
//
// Errors: passes upstream's on, after slices that only lack demand. A panic in
// weight ends the stream with a [flow.PanicError], a negative weight with a
// [flow.StageError], both in the same way. The elements of an unfinished slice
// are let go.
//
// Ends: completes when upstream has, after the rest. Panics if limit is less
// than 1.
func BatchWeighted[T any](src flow.Publisher[T], limit int64, weight func(T) int64, opts ...Option) flow.Publisher[[]T] {
	stage.Require(src != nil, "operators.BatchWeighted: nil source")
	stage.Require(limit > 0, "operators.BatchWeighted: limit %d, must be at least 1", limit)
	stage.Require(weight != nil, "operators.BatchWeighted: nil function")
	p := &batchWeightedOp[T]{stage.NewBlueprint("batchweighted", src, opts), stage.Adapt(src), limit, weight, stage.Configure(opts).MaxWait}
	p.Node().Capacity = demand.Sum(limit, 1)
	return p
}

type batchWeightedOp[T any] struct {
	stage.Blueprint
	src    flow.Publisher[T]
	limit  int64
	weight func(T) int64
	wait   time.Duration
}

func (p *batchWeightedOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[[]T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &batchWeightedStage[T]{plan: p, batchStage: batchStage[T]{wait: p.wait}}
	s.Init(ctx, p.Node(), down, s)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type batchWeightedStage[T any] struct {
	batchStage[T]
	plan *batchWeightedOp[T]
	sum  int64 // of the weights of part
}

func (s *batchWeightedStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *batchWeightedStage[T]) OnNextBatch(vs []T) {
	if !s.Received(len(vs)) {
		s.Let(vs, flow.Cancelled)
		return
	}
	began := s.place(vs)
	if s.Over() { // it has failed
		return
	}
	if began && s.wait > 0 {
		s.start()
	}
	s.hand(s.Allowed(len(s.full)))
	s.Refill()
	s.count()
}

// place weighs the elements and puts them into slices. It reports whether the
// last slice, which is not full, has begun with one of them. Where weight does
// not return, the stream fails.
func (s *batchWeightedStage[T]) place(vs []T) (began bool) {
	at, returned := 0, false
	defer func() {
		if !returned {
			s.fail(vs[at:], s.Broken(recover()))
		}
	}()
	brake := s.Brake()
	for i, v := range vs {
		if atomic.LoadUint32(brake) != 0 {
			s.Let(vs[i:], flow.Cancelled)
			break
		}
		at = i
		w := s.plan.weight(v)
		if w < 0 {
			returned = true
			s.fail(vs[i:], s.UserError(fmt.Errorf("weight %d, must not be negative", w)))
			return false
		}
		w = max(1, w)
		if len(s.part) > 0 && w > s.plan.limit-s.sum {
			s.end()
		}
		if len(s.part) == 0 {
			began, s.sum = true, 0
			s.part = make([]T, 0, max(1, s.guess))
		}
		s.part = append(s.part, v)
		if s.sum = demand.Sum(s.sum, w); s.sum >= s.plan.limit {
			s.end()
			began = false
		}
	}
	returned = true
	return began
}

// fail ends the stream, and lets go of elements.
func (s *batchWeightedStage[T]) fail(vs []T, err error) {
	s.Let(vs, flow.Failed)
	s.Enough()
	s.OnError(err)
}

// Want has on its way what may be a slice each.
func (*batchWeightedStage[T]) Want(n int64) int64 { return n }
