package operators

import (
	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// zipSide receives the elements of one source of a [Zip2], and holds those
// whose partner has not come.
type zipSide[T any] struct {
	stage.Inner
	zip     zipping
	take    func(vs []T)
	release func(T, flow.Reason)
	up      flow.Subscription
	queue   []T // held from first on
	first   int
	asked   int64 // requested, and neither paired nor let go
	ended   bool  // the source has ended, or was cancelled
	in      stage.One[T]
}

// zipping is what a side knows of its stage.
type zipping interface {
	over() bool
	look()
	fail(err error)
	Ready()
	Lost(reason flow.Reason, n int64)
}

// OnSubscribe keeps the first subscription and refuses a second (rule 2.5).
func (z *zipSide[T]) OnSubscribe(sub flow.Subscription) {
	if z.up != nil || z.ended {
		sub.Cancel()
		return
	}
	z.up = sub
	z.zip.Ready()
}

func (z *zipSide[T]) OnNext(v T) { z.OnNextBatch(z.in.One(v)) }

func (z *zipSide[T]) OnNextBatch(vs []T) {
	if z.ended || z.zip.over() {
		z.let(vs, flow.Cancelled)
		return
	}
	z.take(vs)
}

func (z *zipSide[T]) OnError(err error) {
	if !z.ended {
		z.ended = true
		z.zip.fail(err)
	}
}

func (z *zipSide[T]) OnComplete() {
	if !z.ended {
		z.ended = true
		z.zip.look()
	}
}

// held returns how many elements wait for a partner.
func (z *zipSide[T]) held() int { return len(z.queue) - z.first }

// spent reports whether no further pair can come.
func (z *zipSide[T]) spent() bool { return z.ended && z.held() == 0 }

// most returns how many partners this side may still have for the other.
func (z *zipSide[T]) most() int64 {
	if z.ended {
		return int64(z.held())
	}
	return flow.Unbounded
}

// hold keeps vs.
func (z *zipSide[T]) hold(vs []T) {
	if z.first > 0 && len(z.queue)+len(vs) > cap(z.queue) {
		n := copy(z.queue, z.queue[z.first:])
		clear(z.queue[n:])
		z.queue, z.first = z.queue[:n], 0
	}
	z.queue = append(z.queue, vs...)
}

// pop takes the first n elements out. They stay where they are until tidy.
func (z *zipSide[T]) pop(n int) []T {
	vs := z.queue[z.first : z.first+n]
	z.first += n
	return vs
}

// tidy forgets what has been taken out.
func (z *zipSide[T]) tidy(popped []T) {
	clear(popped)
	if z.first == len(z.queue) {
		z.queue, z.first = z.queue[:0], 0
	}
}

// ask has want elements on their way or held, and no more than most.
func (z *zipSide[T]) ask(want, most int64) {
	const enough = zipWindow * 3 / 4 // to be worth a request
	n := min(want, most) - z.asked
	if z.up == nil || z.ended || n <= 0 || (n < enough && z.asked >= enough) {
		return
	}
	z.asked += n
	z.up.Request(n)
}

// leave cancels the source and lets go of what is held.
func (z *zipSide[T]) leave(reason flow.Reason) {
	if !z.ended {
		z.ended = true
		if z.up != nil {
			z.up.Cancel()
		}
	}
	z.let(z.queue[z.first:], reason)
	z.queue, z.first = nil, 0
}

// let lets go of elements.
func (z *zipSide[T]) let(vs []T, reason flow.Reason) {
	z.zip.Lost(reason, int64(len(vs)))
	stage.Tell(z.release, vs, reason)
}
