package sinks

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Chan runs the stream and sends each element into c. It does not close c,
// which is the caller's.
//
// Demand: one element at a time, or what [WithPrefetch] says: it asks for
// another one when one has been sent.
//
// Errors: the stream's error, after the elements before it have been sent. When
// the context ends, what has not been sent is let go: with a demand of one
// that is at most the element in hand. A channel that somebody has closed ends
// the stream with a [flow.PanicError].
//
// Ends: returns when the stream has ended and its goroutines have returned.
func Chan[T any](ctx context.Context, src flow.Publisher[T], c chan<- T, opts ...Option) error {
	stage.Require(ctx != nil, "sinks.Chan: nil context")
	stage.Require(src != nil, "sinks.Chan: nil source")
	stage.Require(c != nil, "sinks.Chan: nil channel")
	prefetch := max(1, stage.Configure(opts).Prefetch)
	node := stage.NewSink("chan", src, opts)
	node.Capacity = prefetch
	s := &chanSink[T]{c: c}
	return s.Drive(ctx, node, src, s, prefetch)
}

// chanSink sends what there is room for on its island. For the rest it has a
// goroutine, which waits for room and ends when nothing is held: neither the
// island nor the scheduler is held up by whoever does not receive.
type chanSink[T any] struct {
	stage.Sink[T]
	in    stage.One[T]
	c     chan<- T
	short atomic.Bool // something has not been sent: nothing behind it will be

	mu    sync.Mutex
	held  []T    // received and not yet taken by the goroutine
	count int    // received and not yet sent
	busy  bool   // the goroutine is there
	end   func() // signals the end of upstream, which has come
}

func (s *chanSink[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *chanSink[T]) OnNextBatch(vs []T) {
	if s.Stopped() || s.short.Load() {
		s.Discard(vs)
		return
	}
	s.mu.Lock()
	waits := s.busy
	s.mu.Unlock()
	if !waits {
		vs = s.try(vs)
	}
	if len(vs) == 0 {
		return
	}
	s.mu.Lock()
	s.held = append(s.held, vs...)
	s.count += len(vs)
	s.Buffered(s.count)
	start := !s.busy
	s.busy = true
	s.mu.Unlock()
	if start {
		s.Block(s.pump)
	}
}

// try sends what there is room for, asks for as much again, and returns the
// rest.
func (s *chanSink[T]) try(vs []T) (rest []T) {
	at, returned := 0, false
	defer func() {
		if !returned {
			s.Broken(recover()) // c has been closed
			s.Discard(vs[at:])
		}
		s.Deal(at)
	}()
	for room := true; room && at < len(vs); {
		select {
		case s.c <- vs[at]:
			at++
		default:
			room = false
		}
	}
	returned = true
	if at > 0 {
		s.Request(int64(at))
	}
	return vs[at:]
}

// pump sends what is held, until there is nothing, and ends the sink if upstream
// has ended.
func (s *chanSink[T]) pump() {
	var vs []T
	for {
		clear(vs)
		s.mu.Lock()
		vs, s.held = s.held, vs[:0]
		s.busy = len(vs) > 0
		goesOn, end := s.busy, s.end
		s.mu.Unlock()
		if goesOn {
			s.send(vs)
			continue
		}
		if end != nil {
			end()
		}
		return
	}
}

// send sends vs, and lets go of what cannot be sent any more.
func (s *chanSink[T]) send(vs []T) {
	at, returned := 0, false
	defer func() {
		if !returned {
			s.Broken(recover()) // c has been closed
		}
		s.Discard(vs[at:])
		s.leave(len(vs) - at)
	}()
	for done := s.Context().Done(); at < len(vs) && !s.Stopped() && !s.short.Load(); at++ {
		select {
		case <-done: // also where there is room
			returned = true
			return
		default:
		}
		select {
		case s.c <- vs[at]:
			s.Sent(1)
			s.hold(-1)
			s.Request(1)
		case <-done:
			returned = true
			return
		}
	}
	returned = true
}

// hold counts n elements more that are held.
func (s *chanSink[T]) hold(n int) {
	s.mu.Lock()
	s.count += n
	s.Buffered(s.count)
	s.mu.Unlock()
}

// leave counts n elements that are held no longer, and have not been sent.
func (s *chanSink[T]) leave(n int) {
	if n > 0 {
		s.short.Store(true)
		s.hold(-n)
	}
}

// OnError ends the stream with err, when what is held has been sent.
func (s *chanSink[T]) OnError(err error) { s.last(func() { s.Sink.OnError(err) }) }

// OnComplete ends the stream, when what is held has been sent. Upstream does
// not know of the end of the context any more: that is then the end of the
// stream, if something could not be sent because of it.
func (s *chanSink[T]) OnComplete() {
	s.last(func() {
		if cause := context.Cause(s.Context()); s.short.Load() && cause != nil {
			s.Sink.OnError(cause)
			return
		}
		s.Sink.OnComplete()
	})
}

func (s *chanSink[T]) last(end func()) {
	s.mu.Lock()
	waits := s.busy
	if waits && s.end == nil {
		s.end = end
	}
	s.mu.Unlock()
	if !waits {
		end()
	}
}
