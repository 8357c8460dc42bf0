package sources

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// WithClose lets [Lines] or [Scan] close its reader, if that is an io.Closer,
// when the stream ends or is cancelled. A Read that is waiting then returns, if
// the reader is one whose Close has that effect.
func WithClose() Option { return func(c *stage.Config) { c.Close = true } }

// readerSource emits the parts of a reader. It is hot: subscriptions take turns
// at the reader.
type readerSource[T any] struct {
	stage.Blueprint
	closer io.Closer // nil if the reader is not to be closed
	part   string    // what a part is called in errors
	next   func() (v T, some bool, err error)
	turn   chan struct{} // held by the subscription that reads a part
}

// readerOf makes a source of next, which reads a part of r. There may be one
// beside [io.EOF], and is none beside another error.
func readerOf[T any](kind, part string, r io.Reader, next func() (v T, some bool, err error), opts []Option) flow.Publisher[T] {
	p := &readerSource[T]{
		Blueprint: stage.NewBlueprint(kind, nil, opts), part: part, next: next, turn: make(chan struct{}, 1),
	}
	if c, ok := r.(io.Closer); ok && stage.Configure(opts).Close {
		p.closer = c
	}
	return p
}

func (p *readerSource[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &readerSubscription[T]{readerSource: p}
	s.BeginFeed(ctx, p.Node(), down, s, s.read)
}

// take reads a part when it is the subscription's turn. A reader that panics
// leaves that to the others.
func (p *readerSource[T]) take() (v T, some bool, err error) {
	p.turn <- struct{}{}
	defer func() { <-p.turn }()
	return p.next()
}

type readerSubscription[T any] struct {
	stage.Feed[T]
	*readerSource[T]
	number int
	closed sync.Once
}

// Stop closes the reader if the source owns it, and does so on a goroutine of
// its own, since the reader may be waiting.
func (s *readerSubscription[T]) Stop() {
	s.Feed.Stop()
	s.abandon()
}

// Drain closes the reader, too: nothing more is read.
func (s *readerSubscription[T]) Drain() {
	s.Feed.Drain()
	s.abandon()
}

func (s *readerSubscription[T]) abandon() {
	if s.closer != nil {
		s.Outlet.Run().Block(func() { _ = s.close(nil) })
	}
}

// read puts parts while there is credit.
func (s *readerSubscription[T]) read(context.Context) error {
	for s.Credit() > 0 {
		s.number++
		v, some, err := s.take()
		if err != nil && !errors.Is(err, io.EOF) {
			return s.close(fmt.Errorf("%s %d: %w", s.part, s.number, err))
		}
		if some {
			s.Take(v)
		}
		if err != nil {
			return s.close(nil)
		}
	}
	return stage.ErrPause
}

// close closes the reader, once, if the source owns it, and adds what Close
// returns to err.
func (s *readerSubscription[T]) close(err error) error {
	if s.closer != nil {
		s.closed.Do(func() { err = errors.Join(err, s.closer.Close()) })
	}
	return err
}
