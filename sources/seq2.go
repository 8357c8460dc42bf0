package sources

import (
	"context"
	"iter"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Seq2 is [Seq] for an iterator that can fail: it emits the values, and the
// first error that is not nil ends the stream.
//
//	Seq2(rows)  --a--b--X
//
// Demand: takes from the iterator as many as are requested, one at a time.
//
// Buffer: none. A suspended iterator holds a coroutine.
//
// Errors: the first error that the iterator yields, as a [flow.StageError]; the
// value beside it is not emitted, and released if it is not the zero value.
// The iterator's yield then returns false. A panic in the iterator ends the
// stream with a [flow.PanicError].
//
// Ends: completes when the iterator returns, which it does only when asked for
// an element more. When the stream ends early, its yield returns false.
func Seq2[T any](seq iter.Seq2[T, error], opts ...Option) flow.Publisher[T] {
	stage.Require(seq != nil, "sources.Seq2: nil iterator")
	return &seq2Source[T]{stage.NewBlueprint("seq2", nil, opts), seq}
}

type seq2Source[T any] struct {
	stage.Blueprint
	seq iter.Seq2[T, error]
}

func (p *seq2Source[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &seq2Subscription[T]{pairs: p.seq, release: flow.ReleaseFunc[T]()}
	s.seq = s.values
	s.Begin(ctx, p.Node(), down, s)
}

// seq2Subscription is a seqSubscription whose iterator is made of another one.
type seq2Subscription[T any] struct {
	seqSubscription[T]
	pairs   iter.Seq2[T, error]
	release func(T, flow.Reason)
}

// values yields the values before the first error, and keeps the error.
func (s *seq2Subscription[T]) values(yield func(T) bool) {
	s.pairs(func(v T, err error) bool {
		switch {
		case s.over || s.err != nil:
			return false
		case err == nil:
			return yield(v)
		}
		if s.release != nil && !stage.IsZero(v) {
			s.release(v, flow.Failed)
		}
		s.err = s.UserError(err)
		return false
	})
}
