package stage

import (
	"context"
	"sync"

	"github.com/weirgo/weir/flow"
)

// Fanin is a head that any number of streams of its island emit into, which
// come and go. Each has an [Input] with a bounded queue: elements are handed
// straight on while they are demanded and nothing is held, else they are held.
//
// A stage embeds it, implements [Gathering], and calls Begin.
type Fanin[T any] struct {
	Core[T]
	Inner
	brake
	capacity int64 // of each input
	refill   int64 // so many elements are worth a request
	release  func(T, flow.Reason)
	links    sync.Mutex // of the list of inputs, where Cancel finds them
	oldest   *Input[T]  // of the inputs that are not done
	newest   *Input[T]
	turn     *Input[T] // of those that hold something: whose turn it is
	tail     *Input[T]
	free     *Input[T] // done, to be used again
	held     int       // elements in all queues
	spare    []T       // of a queue that has become empty while others have not
	err      error     // with which the stream ends, after what is held
	errs     *Errors   // which keeps those of inputs until all have ended, or nil
	opened   bool
	more     bool // further inputs may come
}

// Gathering is what a stage adds to a [Fanin].
type Gathering interface {
	Abandoner
	flow.Subscription
	// Open is called once, in the first pass: it adds inputs.
	Open()
	// Done says that an input has completed and holds nothing any more.
	Done()
	// Sever cancels what the stage listens to besides its inputs.
	Sever()
}

// Begin hands the subscription to the subscriber and starts the head. more
// says that inputs may come until Last.
func (f *Fanin[T]) Begin(ctx context.Context, node *flow.Node, down flow.Subscriber[T], self Gathering, capacity int, more bool) {
	f.capacity, f.refill, f.more = int64(capacity), max(1, int64(capacity)*3/4), more
	f.release = flow.ReleaseFunc[T]()
	f.Core.Begin(ctx, node, down, self, self)
}

// Keep has errs keep the errors of the inputs until all have ended. It is called
// before Begin, if at all.
func (f *Fanin[T]) Keep(errs *Errors) { f.errs = errs }

// Halt stops the stage and those below it: the context has ended.
func (f *Fanin[T]) Halt() {
	f.end()
	f.Outlet.Halt()
}

// Cancel ends the stream in silence. The inputs learn of it at once, so that no
// further function above is called.
func (f *Fanin[T]) Cancel() {
	f.leave()
	f.Core.Cancel()
	f.cut()
}

// cut cancels all inputs. What they hold stays.
func (f *Fanin[T]) cut() {
	var all []flow.Subscription
	f.links.Lock()
	for in := f.oldest; in != nil; in = in.follow {
		if sub := in.cut(); sub != nil {
			all = append(all, sub)
		}
	}
	f.links.Unlock()
	for _, sub := range all {
		sub.Cancel()
	}
}

// Add returns an input for one more stream. When nothing is wanted any more, it
// cancels that stream.
func (f *Fanin[T]) Add() *Input[T] {
	if f.Over() {
		in := &Input[T]{fan: f}
		in.Cancel()
		return in
	}
	in := f.free
	if in == nil {
		in = &Input[T]{fan: f}
		in.Keep(f.errs)
	} else {
		f.free, in.next = in.next, nil
		in.taken = 0
		in.reset()
	}
	f.link(in)
	return in
}

func (f *Fanin[T]) link(in *Input[T]) {
	in.linked = true
	f.links.Lock()
	defer f.links.Unlock()
	if in.prev = f.newest; in.prev != nil {
		in.prev.follow = in
	} else {
		f.oldest = in
	}
	f.newest = in
	if f.Left() {
		in.cut()
	}
}

func (f *Fanin[T]) unlink(in *Input[T]) {
	in.linked = false
	f.links.Lock()
	defer f.links.Unlock()
	if in.prev != nil {
		in.prev.follow = in.follow
	} else {
		f.oldest = in.follow
	}
	if in.follow != nil {
		in.follow.prev = in.prev
	} else {
		f.newest = in.prev
	}
	in.prev, in.follow = nil, nil
}

// Last says that no further inputs will come.
func (f *Fanin[T]) Last() {
	f.more = false
	f.look()
}

// look lets the stream end if nothing is left.
func (f *Fanin[T]) look() {
	if f.oldest == nil && !f.more {
		f.Ready()
	}
}

// Over reports whether nothing that comes now is wanted any more.
func (f *Fanin[T]) Over() bool { return f.err != nil || f.Stopped() || f.Closed() }

// Run does one pass: see [scheduler.Head].
func (f *Fanin[T]) Run(n int) (emitted int, again bool) {
	if !f.opened { // also for a subscriber that has left, see Decline
		f.opened = true
		f.Head().(Gathering).Open()
	}
	if f.Interrupted() {
		return 0, false
	}
	emitted = f.flush(f.Allowed(n))
	if f.Interrupted() {
		return emitted, false
	}
	if m := f.Meter(); m != nil {
		m.Buffered(int64(f.held))
	}
	if f.held > 0 {
		return emitted, f.Demand() > 0
	}
	f.spare = nil
	if f.err != nil || f.oldest == nil && !f.more {
		if f.err == nil {
			f.err = f.errs.Take()
		}
		f.End(f.err)
	}
	return emitted, false
}

// flush emits n held elements, a share of each input in turn.
func (f *Fanin[T]) flush(n int) (emitted int) {
	for emitted < n && f.turn != nil {
		in := f.turn
		f.turn, in.next = in.next, nil
		vs := in.pop(n - emitted)
		f.held -= len(vs)
		emitted += len(vs)
		if in.size() > 0 {
			f.line(in)
		} else {
			in.waits = false
		}
		in.emit(vs)
		clear(vs)
		if in.size() == 0 {
			f.spare, in.queue, in.first = in.queue[:0], nil, 0
			in.check()
		}
	}
	return emitted
}

// line puts an input that holds something at the end of the line.
func (f *Fanin[T]) line(in *Input[T]) {
	if f.turn == nil {
		f.turn = in
	} else {
		f.tail.next = in
	}
	f.tail = in
	in.waits = true
}

// Stop ends the stream with err, after what is held. Everything upstream is
// cancelled.
func (f *Fanin[T]) Stop(err error) {
	if err == nil {
		err = errNilError
	}
	if f.Over() {
		if !f.Stopped() {
			f.Outlet.Run().Undeliverable(err)
		}
		return
	}
	f.err = err
	f.sever()
	f.Ready()
}

// sever cancels everything upstream. What is held stays.
func (f *Fanin[T]) sever() {
	f.cut()
	f.links.Lock()
	for in := f.oldest; in != nil; {
		next := in.follow
		in.prev, in.follow, in.linked = nil, nil, false
		in = next
	}
	f.oldest, f.newest, f.free = nil, nil, nil
	f.links.Unlock()
	f.Head().(Gathering).Sever()
}

// Abandon cancels everything upstream and lets go of what is held.
func (f *Fanin[T]) Abandon(reason flow.Reason) {
	f.leave()
	f.sever()
	for in := f.turn; in != nil; in = in.next {
		f.let(in.queue[in.first:], reason)
		in.queue, in.first = nil, 0
	}
	f.turn, f.held, f.spare = nil, 0, nil
	f.errs.Report(f.Context(), f.Outlet.Run())
}

// let lets go of elements.
func (f *Fanin[T]) let(vs []T, reason flow.Reason) {
	f.Lost(reason, int64(len(vs)))
	Tell(f.release, vs, reason)
}
