package flowtest

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
)

// Just returns a publisher of vs. It emits inside Request, on the goroutine of
// whoever requests, completes without further demand, and may be subscribed
// any number of times. Subscribers that take batches get single elements.
func Just[T any](vs ...T) flow.Publisher[T] {
	return &source[T]{n: len(vs), at: func(i int) T { return vs[i] }}
}

// Fail returns a publisher of vs that then fails with err. It emits as [Just]
// does.
func Fail[T any](err error, vs ...T) flow.Publisher[T] {
	if err == nil {
		panic("flowtest.Fail: nil error")
	}
	return &source[T]{n: len(vs), at: func(i int) T { return vs[i] }, err: err}
}

// Never returns a publisher that signals nothing after OnSubscribe, unless its
// context ends.
func Never[T any]() flow.Publisher[T] { return &source[T]{never: true} }

// source is the reference publisher: n elements, then the end.
type source[T any] struct {
	n     int
	at    func(i int) T
	err   error   // with which it ends
	never bool    // it does not end
	batch int     // largest batch for those who take batches
	async bool    // it emits on a goroutine of its own
	in    *intake // holds elements back and keeps the books, if it is not nil
}

func (p *source[T]) Subscribe(ctx context.Context, s flow.Subscriber[T]) {
	if s == nil {
		panic("flowtest: nil subscriber")
	}
	e := &emission[T]{source: p, ctx: ctx, to: s}
	if p.batch > 1 {
		e.batches, _ = s.(flow.BatchSubscriber[T])
	}
	e.work.Store(1) // nothing is emitted before OnSubscribe has returned
	if p.in != nil {
		e.line = p.in.join(e.wake)
	}
	if ctx.Done() != nil {
		e.stop = context.AfterFunc(ctx, func() { e.note(ctxEnded) })
	}
	s.OnSubscribe(e)
	e.start()
}

// What an emission is told from outside, as bits.
const (
	ctxEnded uint32 = 1 << iota
	badRequest
	cancelled
)

// emission is one subscription of a source. Whoever moves work off zero drains
// it; everybody else leaves a note and returns.
type emission[T any] struct {
	*source[T]
	ctx     context.Context
	to      flow.Subscriber[T]
	batches flow.BatchSubscriber[T]
	stop    func() bool // of the watch of ctx
	line    *intakeLine // in the books, or nil

	work   atomic.Int64
	notes  atomic.Uint32
	demand atomic.Int64

	next  int // what follows belongs to the drain
	ended bool
}

func (e *emission[T]) Request(n int64) {
	if e.line != nil {
		e.line.request(n)
	}
	if n < 1 {
		e.note(badRequest)
		return
	}
	for {
		old := e.demand.Load()
		sum := old + n
		if sum < 0 {
			sum = flow.Unbounded
		}
		if e.demand.CompareAndSwap(old, sum) {
			break
		}
	}
	e.wake()
}

func (e *emission[T]) Cancel() {
	if e.line != nil {
		e.line.cancel()
	}
	e.note(cancelled)
}

func (e *emission[T]) note(bit uint32) {
	e.notes.Or(bit)
	e.wake()
}

func (e *emission[T]) wake() {
	if e.work.Add(1) == 1 {
		e.start()
	}
}

// start drains. The caller has claimed the work.
func (e *emission[T]) start() {
	if e.async {
		go e.drain()
	} else {
		e.drain()
	}
}

func (e *emission[T]) drain() {
	for {
		seen := e.work.Load()
		e.pass()
		if e.work.Add(-seen) == 0 {
			return
		}
	}
}

// pass emits what it may.
func (e *emission[T]) pass() {
	for !e.ended {
		switch notes := e.notes.Load(); {
		case notes&cancelled != 0:
			e.release()
			return
		case notes&ctxEnded != 0:
			e.release().OnError(context.Cause(e.ctx))
			return
		case notes&badRequest != 0:
			e.release().OnError(fmt.Errorf("flowtest: %w", flow.ErrInvalidDemand))
			return
		case e.next == e.n && (e.never || e.line != nil && e.line.waits()):
			return
		case e.next == e.n && e.err != nil:
			e.release().OnError(e.err)
			return
		case e.next == e.n:
			e.release().OnComplete()
			return
		}
		n := e.allowed()
		if n == 0 {
			return
		}
		e.emit(n)
	}
}

// allowed returns how many elements may be sent now, as one batch.
func (e *emission[T]) allowed() int {
	batch := 1
	if e.batches != nil {
		batch = e.batch
	}
	n := int(min(int64(batch), int64(e.n-e.next), e.demand.Load()))
	if e.line != nil {
		n = e.line.take(e.next, n)
	}
	return n
}

// emit sends n elements, as a batch where those are taken.
func (e *emission[T]) emit(n int) {
	if e.demand.Load() != flow.Unbounded {
		e.demand.Add(-int64(n))
	}
	first := e.next
	e.next += n
	if e.batches == nil {
		e.to.OnNext(e.at(first))
		return
	}
	vs := make([]T, n)
	for i := range vs {
		vs[i] = e.at(first + i)
	}
	e.batches.OnNextBatch(vs)
	clear(vs) // who keeps a batch is found out
}

// release ends the emission, which drops the subscriber, and returns it.
func (e *emission[T]) release() flow.Subscriber[T] {
	e.ended = true
	if e.line != nil {
		e.line.end(e.notes.Load())
	}
	to := e.to
	e.to, e.batches = nil, nil
	if e.stop != nil {
		e.stop()
	}
	return to
}
