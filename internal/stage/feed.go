package stage

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/ring"
	"github.com/weirgo/weir/scheduler"
)

// feedCapacity is how many elements a goroutine may be ahead of its island.
const feedCapacity = 256

// Feed is a source whose elements come from a goroutine of its own, which may
// wait on the outside. The goroutine takes from the outside no more than is
// demanded: it needs credit for each element.
type Feed[T any] struct {
	Source[T]
	read    func(ctx context.Context) error
	ctx     context.Context
	cancel  context.CancelFunc
	release func(T, flow.Reason)
	wipe    bool

	queue   ring.SPSC[T]
	taken   int64        // elements emitted
	put     int64        // elements put; the goroutine's
	granted atomic.Int64 // put may grow up to here
	shut    atomic.Bool  // nothing is taken any more
	running atomic.Bool  // the goroutine is there
	waiting atomic.Bool  // it waits for credit
	wake    chan struct{}
	sweeps  sync.Mutex  // whoever empties the queue at the end
	swept   bool        // the island will not touch the queue again
	ended   atomic.Bool // read has returned for good
	err     error       // with which; set before ended
}

// Room sets how many elements the goroutine may be ahead of its island, where
// that is not the usual number. Call it before BeginFeed.
func (f *Feed[T]) Room(n int) { f.queue.Init(n) }

// ErrPause is returned by a read function that has used up its credit and can
// be called again for more.
var ErrPause = errors.New("no credit")

// BeginFeed starts the source. read runs on a goroutine of its own and calls
// Put, from start to end; or it calls Take while there is Credit, returns
// [ErrPause] when that is used up, and is called again when there is more.
//
// self is what embeds the feed, if that adds to Stop or Drain, else nil.
func (f *Feed[T]) BeginFeed(ctx context.Context, node *flow.Node, down flow.Subscriber[T], self producing, read func(context.Context) error) {
	f.read = read
	f.release = flow.ReleaseFunc[T]()
	f.wipe = HasPointers[T]()
	if f.queue.Cap() == 0 {
		f.queue.Init(feedCapacity)
	}
	f.wake = make(chan struct{}, 1)
	f.ctx, f.cancel = context.WithCancel(scheduler.Blocking(UserContext(ctx)))
	if self == nil {
		self = f
	}
	f.Begin(ctx, node, down, self)
}

// Credit returns how many elements may be put now. Only read may call it.
func (f *Feed[T]) Credit() int {
	if f.shut.Load() {
		return 0
	}
	return int(f.granted.Load() - f.put)
}

// Put hands v to the island. It waits for credit if there is none, and returns
// false when the stream is over and v was not taken. Only read may call it.
func (f *Feed[T]) Put(v T) bool {
	for f.put >= f.granted.Load() || f.shut.Load() {
		if f.shut.Load() {
			return false
		}
		f.waiting.Store(true)
		if f.put < f.granted.Load() || f.shut.Load() {
			f.waiting.Store(false)
			continue
		}
		<-f.wake
	}
	f.Take(v)
	return true
}

// Take hands v to the island, for which there is credit. Only read may call
// it.
func (f *Feed[T]) Take(v T) {
	f.queue.Push1(v)
	f.put++
	if f.shut.Load() {
		f.sweeps.Lock()
		if f.swept { // nobody else will come for it
			f.sweep()
		}
		f.sweeps.Unlock()
	}
	f.Ready()
}

// Produce emits what the goroutine has put, and gives it credit.
func (f *Feed[T]) Produce(n int) (emitted int, next Progress, err error) {
	ended := f.ended.Load() // before the queue: what came before the end is seen
	if vs := f.queue.Peek(n); len(vs) > 0 {
		emitted = len(vs)
		f.queue.Take(emitted)
		f.taken += int64(emitted)
		f.Batch(vs)
		f.queue.Free(f.wipe)
	}
	held := f.queue.Len()
	switch {
	case ended && held == 0:
		return emitted, Last, f.err
	case !ended:
		f.grant(f.Demand() - int64(emitted))
	}
	if held > 0 {
		return emitted, More, nil
	}
	return emitted, Wait, nil
}

// grant lets the goroutine put as many elements as are demanded and fit.
func (f *Feed[T]) grant(demand int64) {
	limit := f.taken + min(demand, int64(f.queue.Cap()))
	if limit <= f.granted.Load() {
		return
	}
	f.granted.Store(limit)
	f.rouse()
	f.start()
}

// rouse wakes the goroutine if it waits for credit.
func (f *Feed[T]) rouse() {
	if f.waiting.Swap(false) {
		select {
		case f.wake <- struct{}{}:
		default:
		}
	}
}

// start gives the read function a goroutine if it has none.
func (f *Feed[T]) start() {
	if !f.running.Swap(true) {
		f.Outlet.Run().Block(f.pump)
	}
}

// pump calls read until it pauses or ends.
func (f *Feed[T]) pump() {
	for {
		err := f.call()
		if !errors.Is(err, ErrPause) {
			f.finish(err)
			return
		}
		put := f.put // another goroutine may be at it from here on
		f.running.Store(false)
		if f.shut.Load() { // a drain that saw it run has left the end to it
			if !f.running.Swap(true) {
				f.finish(nil)
			}
			return
		}
		if f.granted.Load() == put || f.running.Swap(true) {
			return
		}
	}
}

// call runs read and makes an error of a panic.
func (f *Feed[T]) call() (err error) {
	returned := false
	defer func() {
		if returned {
			return
		}
		if r := recover(); r != nil {
			err = f.Broken(r)
		} else {
			f.finish(f.Broken(nil)) // the goroutine goes, this is the last chance
		}
	}()
	err = f.read(f.ctx)
	returned = true
	if err != nil && !errors.Is(err, ErrPause) && !f.shut.Load() {
		err = f.UserError(err)
	}
	return err
}

func (f *Feed[T]) finish(err error) {
	switch cause := f.Cause(); {
	case cause != nil:
		err = cause // read was told so as well, and may have been faster
	case f.shut.Load():
		err = nil // it was told to stop
	}
	f.err = err
	f.ended.Store(true)
	f.Ready()
}

// Drain closes the entrance. What has been put is still emitted.
func (f *Feed[T]) Drain() {
	if f.shut.Swap(true) {
		return
	}
	f.cancel()
	f.rouse()
	if !f.running.Swap(true) {
		f.ended.Store(true)
	}
}

// Stop closes the entrance and lets go of what is held.
func (f *Feed[T]) Stop() {
	f.shut.Store(true)
	f.cancel()
	f.rouse()
	f.sweeps.Lock()
	f.swept = true
	f.sweep()
	f.sweeps.Unlock()
}

// sweep lets go of what is in the queue. The lock is held.
func (f *Feed[T]) sweep() {
	for vs := f.queue.Peek(f.queue.Cap()); len(vs) > 0; vs = f.queue.Peek(f.queue.Cap()) {
		f.queue.Take(len(vs))
		f.Lost(flow.Cancelled, int64(len(vs)))
		Tell(f.release, vs, flow.Cancelled)
	}
	f.queue.Free(f.wipe)
}
