package graphs

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
)

func callingSinks[T any]() []sinkRow[T] {
	return []sinkRow[T]{
		{"ForEach with workers", (*draw[T]).workersSink},
		{"TryFold", (*draw[T]).tryFoldSink},
		{"Chan", (*draw[T]).chanSink},
	}
}

type running[T any] = func(ctx context.Context, g *scheduler.Graph, s *sink[T])

// workersSink calls its function from several goroutines, in no order.
func (d *draw[T]) workersSink() (running[T], string) {
	call, n := d.function(), oneOf(d, 1, 2, 8, 64)
	wait, every := time.Duration(0), 1+d.intn(40)
	if d.intn(3) == 0 {
		wait = d.pause()
	}
	return func(ctx context.Context, g *scheduler.Graph, s *sink[T]) {
		if n > 1 {
			s.from = s.from.atLeast(unsorted)
		}
		var mu sync.Mutex
		g.Go(func() error {
			s.err = sinks.ForEach(ctx, s.from.pub, func(_ context.Context, e T) error {
				v := d.use(e)
				mu.Lock()
				s.got = append(s.got, v)
				mu.Unlock()
				if wait > 0 && v%every == 0 {
					sleep(wait)
				}
				return call()
			}, sinks.WithWorkers(n))
			s.ended.Store(true)
			return s.err
		})
	}, fmt.Sprintf("ForEach with %d workers", n)
}

// tryFoldSink counts, and looks whether the count that it is given is right.
func (d *draw[T]) tryFoldSink() (running[T], string) {
	call := d.function()
	return func(ctx context.Context, g *scheduler.Graph, s *sink[T]) {
		g.Go(func() error {
			n, err := sinks.TryFold(ctx, s.from.pub, 0, func(_ context.Context, n int, e T) (int, error) {
				if n != len(s.got) {
					s.wrong = fmt.Sprintf("the function was given %d after %d elements", n, len(s.got))
				}
				s.got = append(s.got, d.use(e))
				return n + 1, call()
			})
			if d := len(s.got) - n; d < 0 || d > 1 || (d == 1 && err == nil) {
				s.wrong = fmt.Sprintf("the result is %d after %d elements, error %v", n, len(s.got), err)
			}
			s.err = err
			s.ended.Store(true)
			return err
		})
	}, "TryFold"
}

// chanSink sends into a channel that somebody else receives from, who takes
// time now and then.
func (d *draw[T]) chanSink() (running[T], string) {
	room, prefetch := oneOf(d, 0, 0, 1, 7, 300), oneOf(d, 1, 1, 2, 7, 300)
	wait, every := time.Duration(0), 1+d.intn(40)
	if d.intn(3) == 0 {
		wait = d.pause()
	}
	return func(ctx context.Context, g *scheduler.Graph, s *sink[T]) {
		c := make(chan T, room)
		received := make(chan struct{})
		go func() {
			defer close(received)
			for e := range c {
				if s.got = append(s.got, d.use(e)); wait > 0 && len(s.got)%every == 0 {
					sleep(wait)
				}
			}
		}()
		g.Go(func() error {
			err := sinks.Chan(ctx, s.from.pub, c, sinks.WithPrefetch(prefetch))
			close(c)
			<-received
			s.err = err
			s.ended.Store(true)
			return err
		})
	}, fmt.Sprintf("Chan(%d) with room for %d", prefetch, room)
}
