package stage

import (
	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
)

// Port receives the elements of one source of a [Junction] and holds them, in
// order, until the stage takes them in a pass.
type Port[T any] struct {
	Inner
	Upstream
	head    arrivals
	at      int // its number, for the head
	queue   []T // held from first on; no memory before the first element
	first   int
	due     int64 // requested and not yet received
	release func(T, flow.Reason)
	one     [1]T
}

// arrivals is what a port knows of its head.
type arrivals interface {
	Ready()
	Over() bool
	arrived(at, n int)
	Lost(reason flow.Reason, n int64)
	run() *scheduler.Run
}

// Init ties the port, whose number is at, to the head.
func (p *Port[T]) Init(head arrivals, at int) {
	p.head, p.at, p.release = head, at, flow.ReleaseFunc[T]()
}

// OnSubscribe keeps the first subscription and refuses a second (rule 2.5).
func (p *Port[T]) OnSubscribe(sub flow.Subscription) {
	if p.Join(sub) {
		p.head.Ready() // to ask for elements
	}
}

// OnNext is OnNextBatch for one element.
func (p *Port[T]) OnNext(v T) {
	p.one[0] = v
	p.OnNextBatch(p.one[:])
	clear(p.one[:])
}

// OnNextBatch holds vs.
func (p *Port[T]) OnNextBatch(vs []T) {
	if p.due != flow.Unbounded {
		p.due -= int64(len(vs))
	}
	if p.Over() || p.head.Over() {
		p.Let(vs, p.Reason())
		return
	}
	if p.first > 0 && len(p.queue)+len(vs) > cap(p.queue) {
		n := copy(p.queue, p.queue[p.first:])
		clear(p.queue[n:])
		p.queue, p.first = p.queue[:n], 0
	}
	p.queue = append(p.queue, vs...)
	p.head.arrived(p.at, len(vs))
	p.head.Ready()
}

// OnError records the end.
func (p *Port[T]) OnError(err error) {
	if p.Fail(err, p.head.run()) {
		p.head.Ready()
	}
}

// OnComplete records the end.
func (p *Port[T]) OnComplete() {
	if p.Complete() {
		p.head.Ready()
	}
}

// Held returns how many elements wait.
func (p *Port[T]) Held() int { return len(p.queue) - p.first }

// Spent reports whether nothing will be held any more.
func (p *Port[T]) Spent() bool { return p.Over() && p.Held() == 0 }

// Front returns the first n elements that are held, or as many as there are.
func (p *Port[T]) Front(n int) []T { return p.queue[p.first : p.first+min(n, p.Held())] }

// Take takes the first n elements out. They stay where they are, and belong to
// the caller, until Tidy.
func (p *Port[T]) Take(n int) []T {
	vs := p.Front(n)
	p.first += len(vs)
	return vs
}

// Tidy forgets elements that have been taken.
func (p *Port[T]) Tidy(taken []T) {
	clear(taken)
	if p.first == len(p.queue) {
		p.queue, p.first = p.queue[:0], 0
	}
}

// Ahead asks the source for what is missing to n elements that are held or on
// their way, when that is three quarters of n.
func (p *Port[T]) Ahead(n int64) { p.ask(n, max(1, n*3/4), false) }

// Exactly asks the source for what is missing to n elements that are held or on
// their way. n follows the demand and is at most window.
func (p *Port[T]) Exactly(n, window int64) { p.ask(n, max(1, window*3/4), true) }

// ask requests what is missing, when it is worth a request; exactly, also while
// little else is there.
func (p *Port[T]) ask(want, enough int64, exactly bool) {
	there := p.due + int64(p.Held())
	if n := want - there; n >= enough || exactly && n > 0 && there < enough {
		p.request(n)
	}
}

// All asks the source for everything it has.
func (p *Port[T]) All() {
	if p.due != flow.Unbounded && p.Joined() {
		p.due = flow.Unbounded
		p.Request(flow.Unbounded)
	}
}

func (p *Port[T]) request(n int64) {
	if p.Joined() && !p.Over() {
		p.due += n
		p.Request(n)
	}
}

// Drop cancels the source and lets go of what is held.
func (p *Port[T]) Drop(reason flow.Reason) {
	p.Cancel()
	vs := p.queue[p.first:]
	p.queue, p.first = nil, 0
	p.Let(vs, reason)
}

// Let lets go of elements.
func (p *Port[T]) Let(vs []T, reason flow.Reason) {
	p.head.Lost(reason, int64(len(vs)))
	Tell(p.release, vs, reason)
}

// Tell tells elements that are accounted for that the stage lets go of them.
func (p *Port[T]) Tell(vs []T, reason flow.Reason) { Tell(p.release, vs, reason) }
