package stage

import "sync/atomic"

// brake tells a stage, before each call of a user's function, whether it may
// begin.
type brake struct{ state uint32 }

const (
	left  = 1 << iota // the subscriber has left, or the stage has failed
	ended             // the context has ended
)

// Brake returns a word that is zero while calls of user functions may begin.
// Read it with atomic.LoadUint32: that is an instruction also in code that is
// instantiated far from here, where a method would be a call.
func (b *brake) Brake() *uint32 { return &b.state }

// Stopped reports whether no further call of a user's function may begin.
func (b *brake) Stopped() bool { return atomic.LoadUint32(&b.state) != 0 }

// leave stops the stage and reports whether it was the first to do so.
func (b *brake) leave() bool { return atomic.OrUint32(&b.state, left)&left == 0 }

// Left reports whether the subscriber has left.
func (b *brake) Left() bool { return atomic.LoadUint32(&b.state)&left != 0 }

// halted reports whether the context has ended.
func (b *brake) halted() bool { return atomic.LoadUint32(&b.state)&ended != 0 }

// end stops the stage because the context has ended.
func (b *brake) end() { atomic.OrUint32(&b.state, ended) }

// receiver is a native subscriber. Halted says from any goroutine that the
// context of the head above has ended, before the signal comes down: a batch
// that is being worked on stops at the next element. It is passed down as far
// as the next head, which is told of its own context.
type receiver interface {
	native
	Halted()
	// Quit says on the island that the stage above has ended in silence,
	// because it was cancelled. It is passed down to whoever cancelled.
	Quit()
}

var (
	_ receiver = (*Link[int, int])(nil)
	_ receiver = (*Holder[int, int])(nil)
	_ receiver = (*Sink[int])(nil)
	_ receiver = (*edge[int])(nil)
	_ receiver = (*inlet[int])(nil)
	_ receiver = Inner{}
)
