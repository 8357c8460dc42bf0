package sources

import (
	"context"
	"iter"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Seq emits what the iterator yields. The iterator's loop runs on the island
// of the stream and is suspended while there is no demand; one that waits on
// the outside holds up its island, for which [Func] is made.
//
//	Seq(slices.Values([a b]))  --a--b--|
//
// Demand: takes from the iterator as many as are requested, one at a time.
//
// Buffer: none. A suspended iterator holds a coroutine.
//
// Errors: a panic in the iterator ends the stream with a [flow.PanicError].
//
// Ends: completes when the iterator returns, which it does only when asked for
// an element more. When the stream ends early, its yield returns false.
func Seq[T any](seq iter.Seq[T], opts ...Option) flow.Publisher[T] {
	stage.Require(seq != nil, "sources.Seq: nil iterator")
	return &seqSource[T]{stage.NewBlueprint("seq", nil, opts), seq}
}

type seqSource[T any] struct {
	stage.Blueprint
	seq iter.Seq[T]
}

func (p *seqSource[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &seqSubscription[T]{seq: p.seq}
	s.Begin(ctx, p.Node(), down, s)
}

// seqSubscription runs the iterator in a coroutine that emits directly and
// gives control back when the pass is used up, not for each element.
type seqSubscription[T any] struct {
	stage.Source[T]
	seq     iter.Seq[T]
	resume  func() (struct{}, bool) // nil before the start
	discard func()
	budget  int
	emitted int
	over    bool
	err     error
}

func (s *seqSubscription[T]) Produce(n int) (emitted int, next stage.Progress, err error) {
	if n == 0 {
		return 0, stage.More, nil
	}
	if s.resume == nil {
		s.resume, s.discard = iter.Pull(s.loop)
	}
	s.budget, s.emitted = n, 0
	if !s.step() {
		return s.emitted, stage.Last, s.err
	}
	return s.emitted, stage.More, nil
}

// step lets the iterator run until the budget is used up, and reports whether
// it can go on. Where the iterator has ended the goroutine, it ends the stream.
func (s *seqSubscription[T]) step() (alive bool) {
	returned := false
	defer func() {
		if !returned && s.err != nil {
			s.Crash(s.err)
		}
	}()
	_, alive = s.resume()
	returned = true
	return alive
}

// loop is the body of the coroutine.
func (s *seqSubscription[T]) loop(suspend func(struct{}) bool) {
	returned := false
	defer func() {
		s.over = true
		if returned || s.Stopped() {
			return
		}
		switch err := s.Broken(recover()); s.err {
		case nil:
			s.err = err
		default: // it had failed before: see Seq2
			s.Outlet.Run().Undeliverable(err)
		}
	}()
	s.seq(func(v T) bool {
		if s.over {
			return false
		}
		s.emitted++
		if s.OfferNext(v) || s.emitted == s.budget || s.Stopped() {
			s.over = !suspend(struct{}{})
		}
		return !s.over
	})
	returned = true
}

// Offers implements [stage.Chooser].
func (*seqSubscription[T]) Offers() {}

// Stop ends a suspended iterator: its yield returns false. What goes wrong in
// it then comes too late for the stream.
func (s *seqSubscription[T]) Stop() {
	if s.discard == nil || s.over {
		return
	}
	defer func() {
		if r := recover(); r != nil {
			s.Outlet.Run().Undeliverable(s.Broken(r))
		}
	}()
	s.discard()
}
