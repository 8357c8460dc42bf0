package operators

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// cutFunc says of an element, which comes behind held others of its slice,
// whether it begins another slice instead, and whether its slice ends with it.
type cutFunc[T any] func(v T, held int) (before, after bool, err error)

// batchCutOp makes slices of at most size elements that begin and end where a
// function says.
type batchCutOp[T any] struct {
	stage.Blueprint
	src  flow.Publisher[T]
	size int
	cut  func() cutFunc[T] // for a subscription
	wait time.Duration
}

func newBatchCut[T any](kind string, src flow.Publisher[T], size int, cut func() cutFunc[T], opts []Option) *batchCutOp[T] {
	p := &batchCutOp[T]{stage.NewBlueprint(kind, src, opts), stage.Adapt(src), size, cut, stage.Configure(opts).MaxWait}
	p.Node().Capacity = int64(size)
	return p
}

func (p *batchCutOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[[]T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &batchCutStage[T]{cut: p.cut(), batchStage: batchStage[T]{size: p.size, wait: p.wait}}
	s.Init(ctx, p.Node(), down, s)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type batchCutStage[T any] struct {
	batchStage[T]
	cut cutFunc[T]
}

func (s *batchCutStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *batchCutStage[T]) OnNextBatch(vs []T) {
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

// place puts the elements into slices. It reports whether the last slice, which
// has not ended, has begun with one of them. Where the function does not return,
// the stream fails.
func (s *batchCutStage[T]) place(vs []T) (began bool) {
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
		before, after, err := s.cut(v, len(s.part))
		if err != nil {
			returned = true
			s.fail(vs[i:], s.UserError(err))
			return false
		}
		if before && len(s.part) > 0 {
			s.end()
		}
		if len(s.part) == 0 {
			began = true
			s.part = make([]T, 0, max(1, s.guess))
		}
		s.part = append(s.part, v)
		if after || len(s.part) == s.size {
			s.end()
			began = false
		}
	}
	returned = true
	return began
}

// fail ends the stream, and lets go of elements.
func (s *batchCutStage[T]) fail(vs []T, err error) {
	s.Let(vs, flow.Failed)
	s.Enough()
	s.OnError(err)
}

// Want has on its way what may be a slice each.
func (*batchCutStage[T]) Want(n int64) int64 { return n }
