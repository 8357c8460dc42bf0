package sources

import (
	"context"
	"errors"
	"sync"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// Emission says what became of an element that was given to [Emitter.Emit].
type Emission uint8

// What becomes of an element.
const (
	// Accepted elements are in the stream: they will be delivered, or
	// released when the stream ends before that.
	Accepted Emission = iota + 1
	// Displaced is Accepted, and another element was lost to make room.
	Displaced
	// Dropped elements are lost, and released: there was no room.
	Dropped
	// Overflowed elements are lost, and released: there was no room, and the
	// stream ends with flow.ErrOverflow.
	Overflowed
	// Closed elements were not taken, since the stream takes none any more.
	// They still belong to the caller.
	Closed
	// Partial elements are in the streams of some subscribers of a [Hub]; to
	// others they are lost, since those had no room.
	Partial
	// Unheard elements had no subscriber, and are lost unless the [Hub] keeps
	// them for subscribers to come.
	Unheard
	// Full elements were not taken, since a subscriber of a [Hub] has no room
	// and its strategy is flow.Block, or the hub has not started. They still
	// belong to the caller.
	Full
)

var emissionNames = [...]string{"", "accepted", "displaced", "dropped", "overflowed", "closed", "partial", "unheard", "full"}

// Accepted reports whether the element is in the stream.
func (e Emission) Accepted() bool { return e == Accepted || e == Displaced }

// String returns the name of the result.
func (e Emission) String() string {
	if int(e) < len(emissionNames) {
		return emissionNames[e]
	}
	return "unknown"
}

// Emitter is the entrance to a stream of [Push]. All methods may be called from
// any goroutine, at any time.
type Emitter[T any] struct {
	ctx      context.Context
	cancel   context.CancelFunc
	run      *scheduler.Run
	release  func(T, flow.Reason)
	strategy flow.Overflow

	mu   sync.Mutex
	room sync.Cond            // there may be room, or shut is set
	head *pushSubscription[T] // nil when the stream is over
	shut bool                 // nothing is taken any more
	err  error                // with which the stream ends behind what is held
	ring stage.Ring[T]
}

func newEmitter[T any](head *pushSubscription[T], p *pushSource[T]) *Emitter[T] {
	e := &Emitter[T]{head: head, ring: stage.Ring[T]{Size: p.capacity}, strategy: p.strategy, release: flow.ReleaseFunc[T]()}
	e.room.L = &e.mu
	return e
}

// Emit gives v to the stream and says what became of it. Unless the result is
// Closed, v belongs to the stream from here on.
func (e *Emitter[T]) Emit(v T) Emission {
	head, result, lost, reason := e.put(v)
	if result == Closed {
		return result
	}
	if m := head.Meter(); m != nil {
		m.Stats().In.Add(1)
	}
	if reason != 0 {
		head.let([]T{lost}, reason)
	}
	if result == Overflowed {
		e.cancel()
	}
	if result != Dropped {
		head.Ready()
	}
	return result
}

// put puts v into the ring, as the strategy says. The element that is lost for
// it, or v itself, is returned with the reason.
func (e *Emitter[T]) put(v T) (head *pushSubscription[T], result Emission, lost T, reason flow.Reason) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for e.strategy == flow.Block && e.ring.Full() && !e.shut {
		e.room.Wait()
	}
	head = e.head
	switch {
	case e.shut:
		return nil, Closed, lost, 0
	case !e.ring.Full():
		e.ring.Push(v)
		return head, Accepted, lost, 0
	case e.strategy == flow.DropIncoming:
		return head, Dropped, v, flow.DroppedNew
	case e.strategy == flow.Fail:
		e.shut, e.err = true, head.overflow()
		return head, Overflowed, v, flow.DroppedNew
	}
	lost = e.ring.Pop()
	e.ring.Push(v)
	if e.strategy == flow.Latest {
		return head, Displaced, lost, flow.Replaced
	}
	return head, Displaced, lost, flow.DroppedOld
}

// Complete ends the stream behind the elements that it has accepted.
func (e *Emitter[T]) Complete() { e.close(nil) }

// Fail ends the stream with err behind the elements that it has accepted. An
// error that comes after the end is reported as undeliverable.
func (e *Emitter[T]) Fail(err error) {
	if err == nil {
		err = errNilFail
	}
	e.mu.Lock()
	head := e.head
	e.mu.Unlock()
	if head != nil {
		err = head.UserError(err)
	}
	e.fail(err)
}

var errNilFail = errors.Join(flow.ErrProtocol, errors.New("Fail with a nil error"))

// Done returns a channel that is closed when nothing is taken any more, as that
// of the context that start gets.
func (e *Emitter[T]) Done() <-chan struct{} { return e.ctx.Done() }

// fail ends the stream with err, or reports it as undeliverable.
func (e *Emitter[T]) fail(err error) {
	if !e.close(err) {
		e.run.Undeliverable(err)
	}
}

// close closes the entrance, and reports whether it was the first to do so.
func (e *Emitter[T]) close(err error) bool {
	e.mu.Lock()
	head, late := e.head, e.shut
	if !late {
		e.shut, e.err = true, err
		e.room.Broadcast()
	}
	e.mu.Unlock()
	if late {
		return false
	}
	e.cancel()
	head.Ready()
	return true
}

// take moves the n oldest elements to vs, if there are so many. It says how
// many are left, and whether there will be more.
func (e *Emitter[T]) take(vs []T, n int) (taken []T, held int, ended bool, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for range min(n, e.ring.Len()) {
		vs = append(vs, e.ring.Pop())
		e.room.Signal()
	}
	return vs, e.ring.Len(), e.shut, e.err
}

// stop closes the entrance, forgets the stream, and returns what it held.
func (e *Emitter[T]) stop() (left []T) {
	e.mu.Lock()
	left = e.ring.Take(nil, e.ring.Size)
	e.ring.Free()
	e.shut, e.head = true, nil
	e.room.Broadcast()
	e.mu.Unlock()
	e.cancel()
	return left
}
