package sources

import (
	"context"
	"errors"
	"io"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Generate emits what next returns, from a state that open has made: it calls
// open once for each subscription, next once for each element, and finish once
// at the end. It suits whatever is opened, read one by one and closed: a
// decoder, a cursor, a service that answers page by page.
//
//	open           x
//	next            a--b--c--EOF
//	finish                      x
//	Generate       -a--b--c------|
//
// The functions run one after another on a goroutine of the stream, so they may
// wait on the outside. The context that they get ends when the stream does, or
// when its graph drains. finish may be nil where there is nothing to do. Values
// that next only computes are better made with [Seq].
//
// Demand: one call of next for each element that is requested. open is called
// with the first of them, and not at all where nothing is requested.
//
// Buffer: at most 256 demanded elements, on their way to the island.
//
// Errors: what open, next and finish return, as a [flow.StageError]; a panic as
// a [flow.PanicError]. An error of finish is joined with that of next. finish
// is called after every end, but not where open has failed.
//
// Ends: completes when next returns io.EOF itself, as a Reader does, and not an
// error that wraps it. finish has returned before the end is signalled. After a
// cancel, a drain or the end of the context it is called when the present call
// has returned, and the run waits for it; its error goes to the observer and
// the log where the stream has ended before.
func Generate[S, T any](
	open func(ctx context.Context) (S, error), next func(ctx context.Context, state S) (T, error), finish func(state S) error,
	opts ...Option,
) flow.Publisher[T] {
	stage.Require(open != nil, "sources.Generate: nil open function")
	stage.Require(next != nil, "sources.Generate: nil next function")
	return &generateSource[S, T]{stage.NewBlueprint("generate", nil, opts), open, next, finish}
}

type generateSource[S, T any] struct {
	stage.Blueprint
	open   func(context.Context) (S, error)
	next   func(context.Context, S) (T, error)
	finish func(S) error
}

func (p *generateSource[S, T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &generateSubscription[S, T]{next: p.next}
	s.state.host, s.state.opener, s.state.closer = &s.Outlet, p.open, p.finish
	s.BeginFeed(ctx, p.Node(), down, s, s.read)
}

type generateSubscription[S, T any] struct {
	stage.Feed[T]
	next  func(context.Context, S) (T, error)
	state resource[S]
}

// read takes elements while there is credit. It is called again when there is
// more.
func (s *generateSubscription[S, T]) read(ctx context.Context) (err error) {
	if !s.state.enter() {
		return nil // the stream is over
	}
	defer func() { // also if a function does not return
		if errors.Is(err, stage.ErrPause) {
			if s.state.leave() {
				return
			}
			err = nil
		}
		s.state.end()
	}()
	if err := s.state.start(ctx); err != nil {
		return err
	}
	for s.Credit() > 0 {
		v, err := s.next(ctx, s.state.value)
		switch {
		case err == io.EOF: //nolint:errorlint // as io.Reader says; what wraps it is an error
			return nil
		case err != nil:
			return err
		}
		s.Take(v)
	}
	return stage.ErrPause
}

// Produce emits what read has taken. The end comes with the error of finish.
func (s *generateSubscription[S, T]) Produce(n int) (emitted int, next stage.Progress, err error) {
	emitted, next, err = s.Feed.Produce(n)
	if next == stage.Last && !s.Stopped() {
		err = joined(err, s.state.failure())
	}
	return emitted, next, err
}

// joined is errors.Join that leaves a single error as it is.
func joined(first, second error) error {
	switch {
	case second == nil:
		return first
	case first == nil:
		return second
	}
	return errors.Join(first, second)
}

// Stop has the state finished.
func (s *generateSubscription[S, T]) Stop() {
	s.Feed.Stop()
	s.state.abandon()
}
