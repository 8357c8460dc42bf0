package stage

import (
	"github.com/weirgo/weir/flow"
)

// Input receives the elements of one stream of a [Fanin].
type Input[T any] struct {
	Inner
	Upstream
	fan    *Fanin[T]
	queue  []T // held from first on; no memory while nothing is held
	first  int
	taken  int64     // handed on and not yet requested again
	next   *Input[T] // in the line of those that hold something
	prev   *Input[T] // among those that are not done
	follow *Input[T]
	one    [1]T
	linked bool // not done
	waits  bool // in the line
}

// OnSubscribe asks for as many elements as the queue holds.
func (in *Input[T]) OnSubscribe(sub flow.Subscription) {
	if in.Join(sub) {
		in.Request(in.fan.capacity)
	}
}

// OnNext is OnNextBatch for one element.
func (in *Input[T]) OnNext(v T) {
	in.one[0] = v
	in.OnNextBatch(in.one[:])
	clear(in.one[:])
}

// OnNextBatch hands on what is demanded, unless something is held, and holds
// the rest.
func (in *Input[T]) OnNextBatch(vs []T) {
	f := in.fan
	if in.Over() || f.Over() {
		f.let(vs, flow.Cancelled)
		return
	}
	k := 0
	if f.held == 0 {
		k = f.Allowed(len(vs))
	}
	if k < len(vs) {
		in.hold(vs[k:]) // first: a function below may end the goroutine
	}
	if k > 0 {
		in.emit(vs[:k])
	}
}

// OnError ends the whole stream, after what is held, or this one alone where
// errors are kept.
func (in *Input[T]) OnError(err error) {
	switch {
	case !in.Fail(err, in.fan.Outlet.Run()):
	case in.Err() != nil:
		in.fan.Stop(in.Err())
	default:
		in.check()
	}
}

// OnComplete ends this stream.
func (in *Input[T]) OnComplete() {
	if in.Complete() {
		in.check()
	}
}

// Leave takes out the input of a stream that has broken off in Subscribe. What
// has come of it stays.
func (in *Input[T]) Leave() {
	in.Upstream.Leave()
	in.check()
}

func (in *Input[T]) size() int { return len(in.queue) - in.first }

// hold puts vs into the queue.
func (in *Input[T]) hold(vs []T) {
	f := in.fan
	switch {
	case in.queue == nil:
		in.queue, f.spare = f.spare, nil
	case in.first > 0 && len(in.queue)+len(vs) > cap(in.queue):
		n := copy(in.queue, in.queue[in.first:])
		clear(in.queue[n:])
		in.queue, in.first = in.queue[:n], 0
	}
	in.queue = append(in.queue, vs...)
	f.held += len(vs)
	if !in.waits {
		f.line(in)
	}
	f.Ready()
}

// pop takes at most n elements out of the queue. They stay where they are
// until the queue is used again.
func (in *Input[T]) pop(n int) []T {
	n = min(n, in.size())
	vs := in.queue[in.first : in.first+n]
	in.first += n
	return vs
}

// emit hands on vs, for which there is demand, and asks for more.
func (in *Input[T]) emit(vs []T) {
	in.fan.Emit(vs)
	in.taken += int64(len(vs))
	if in.taken >= in.fan.refill && !in.Over() {
		n := in.taken
		in.taken = 0
		in.Request(n)
	}
}

// check takes the input out when the stream has ended and nothing is held.
func (in *Input[T]) check() {
	if !in.linked || !in.Ended() || in.size() > 0 {
		return
	}
	f := in.fan
	f.unlink(in)
	if f.more {
		in.next, f.free = f.free, in
	}
	f.Head().(Gathering).Done()
	f.look()
}
