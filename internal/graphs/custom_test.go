package graphs

import (
	"context"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

func customRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{
		{"Handle", unknown, (*draw[T]).handle},
		{"Via", unknown, (*draw[T]).via},
	}
}

func customSources[T any]() []sourceRow[T] {
	return []sourceRow[T]{
		{"Push", (*draw[T]).push},
	}
}

// handle emits each element as often as its last digit says, up to three
// times, and the number of elements at the end.
func (d *draw[T]) handle(s stream[T]) stream[T] {
	call, atEnd := d.function(), d.function()
	var want []int
	for _, v := range s.want {
		for range v % 4 {
			want = append(want, v)
		}
	}
	out := s.then(operators.Handle(s.pub, 4, func() operators.Handler[T, T] {
		n := 0
		return operators.Handler[T, T]{
			Next: func(_ context.Context, e T, emit func(T)) error {
				v := d.use(e)
				n++
				if err := call(); err != nil {
					return err
				}
				for range v % 4 {
					emit(d.mint(v))
				}
				return nil
			},
			Complete: func(_ context.Context, emit func(T)) error {
				emit(d.mint(n % 100))
				return atEnd()
			},
		}
	}), append(want, len(s.want)%100), "Handle(%%4, count)")
	if s.mode >= lossy { // the count is not known
		return out.atLeast(unknown)
	}
	return out
}

// relay is a processor that hands everything on.
type relay[T any] struct{ to flow.Subscriber[T] }

func (r *relay[T]) Subscribe(_ context.Context, s flow.Subscriber[T]) { r.to = s }
func (r *relay[T]) OnSubscribe(sub flow.Subscription)                 { r.to.OnSubscribe(sub) }
func (r *relay[T]) OnNext(e T)                                        { r.to.OnNext(e) }
func (r *relay[T]) OnError(err error)                                 { r.to.OnError(err) }
func (r *relay[T]) OnComplete()                                       { r.to.OnComplete() }

func (d *draw[T]) via(s stream[T]) stream[T] {
	return s.then(operators.Via(s.pub, func() flow.Processor[T, T] { return new(relay[T]) }), s.want, "Via")
}

// push emits from several goroutines. The numbers of each keep their order.
func (d *draw[T]) push() stream[T] {
	strategy := oneOf(d, flow.Block, flow.DropOldest, flow.DropIncoming)
	c, n := d.capacity(), 1+d.intn(3)
	var want []int
	parts := make([][]int, n)
	waits := make([]time.Duration, n)
	for i := range parts {
		parts[i] = d.numbers()
		want = append(want, parts[i]...)
		if d.intn(2) == 0 {
			waits[i] = d.pause()
		}
	}
	calls := make([]func() error, n)
	for i := range calls {
		calls[i] = d.function()
	}
	src := sources.Push(c, strategy, func(ctx context.Context, out *sources.Emitter[T]) error {
		done := make(chan error, n)
		for i, part := range parts {
			go func() { done <- d.emit(out, part, waits[i], calls[i]) }()
		}
		var failed error
		for range parts {
			if err := <-done; err != nil {
				failed = err
			}
		}
		if failed == nil {
			out.Complete()
		}
		return failed
	})
	s := origin(src, want, "Push").atLeast(unsorted)
	if n == 1 {
		s.mode = exact
	}
	if strategy != flow.Block {
		return s.atLeast(lossy)
	}
	return s
}

func (d *draw[T]) emit(out *sources.Emitter[T], part []int, wait time.Duration, call func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errFault // this goroutine is not the stream's
		}
	}()
	for i, v := range part {
		if err := call(); err != nil {
			return err
		}
		if wait > 0 && i%10 == 0 {
			sleep(wait)
		}
		e := d.mint(v)
		switch out.Emit(e) {
		case sources.Closed:
			d.use(e) // it was not taken
			return nil
		}
	}
	return nil
}
