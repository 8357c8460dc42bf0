package operators

import (
	"context"
	"sync"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// KillSwitch ends all streams that go through it: see [Killable]. The zero
// value is ready to be used; it must not be copied. It is thrown once.
type KillSwitch struct {
	mu      sync.Mutex
	thrown  bool
	err     error
	streams streamList
}

// Shutdown completes the streams and cancels what is above the switch. A stream
// that comes later completes at once. Any goroutine may call it, more than
// once; it does not wait.
func (k *KillSwitch) Shutdown() { k.throw(nil) }

// Abort is Shutdown, but lets the streams fail with err. Panics if err is nil.
func (k *KillSwitch) Abort(err error) {
	stage.Require(err != nil, "operators.KillSwitch.Abort: nil error")
	k.throw(err)
}

func (k *KillSwitch) throw(err error) {
	k.mu.Lock()
	var heads []*scheduler.Handle
	if !k.thrown {
		k.thrown, k.err = true, err
		heads = k.streams.heads()
	}
	k.mu.Unlock()
	for _, h := range heads {
		h.Ready()
	}
}

// state reports whether the switch was thrown, and with which error.
func (k *KillSwitch) state() (thrown bool, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.thrown, k.err
}

// add lets the switch mark the head of e when it is thrown.
func (k *KillSwitch) add(e *listed) {
	k.mu.Lock()
	k.streams.add(e)
	thrown := k.thrown
	k.mu.Unlock()
	if thrown {
		e.head.Ready()
	}
}

// remove forgets e.
func (k *KillSwitch) remove(e *listed) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.streams.remove(e)
}

// Killable emits the elements of src until the switch is thrown. One switch may
// stop any number of streams, in any graphs:
//
//	source         --1--2--3--4--
//	switch                   x
//	result         --1--2--3-|
//
// What is above the switch is cancelled, what is below it deals with what it
// has, and ends in order. To stop a whole graph gracefully, drain it.
//
// Demand: passed up as it is.
//
// Buffer: none. A batch that is on its way when the switch is thrown is handed
// on.
//
// Errors: that of [KillSwitch.Abort], as it is. Passes upstream's on.
//
// Ends: completes when upstream does, or with [KillSwitch.Shutdown], also
// without demand.
func Killable[T any](src flow.Publisher[T], k *KillSwitch, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Killable: nil source")
	stage.Require(k != nil, "operators.Killable: nil switch")
	return &killableOp[T]{stage.NewBlueprint("killable", src, opts), stage.Adapt(src), k}
}

type killableOp[T any] struct {
	stage.Blueprint
	src flow.Publisher[T]
	k   *KillSwitch
}

func (p *killableOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &killableStage[T]{k: p.k}
	s.Init(ctx, p.Node(), down, s)
	s.entry.head = &s.Handle
	p.k.add(&s.entry)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type killableStage[T any] struct {
	stage.Holder[T, T]
	k     *KillSwitch
	entry listed
	in    stage.One[T]
}

func (s *killableStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *killableStage[T]) OnNextBatch(vs []T) {
	if !s.Received(len(vs)) {
		s.Let(vs, flow.Cancelled)
		return
	}
	s.Emit(vs)
}

// Flush ends the stream if the switch was thrown.
func (s *killableStage[T]) Flush(int) (emitted int, more bool) {
	if s.Over() {
		return 0, false
	}
	if thrown, err := s.k.state(); thrown {
		s.Abandon(flow.Cancelled)
		s.End(err)
	}
	return 0, false
}

// Want passes the demand up.
func (*killableStage[T]) Want(demand int64) int64 { return demand }

// Clear leaves the switch.
func (s *killableStage[T]) Clear(flow.Reason) { s.k.remove(&s.entry) }

// OnError leaves the switch and passes the end on.
func (s *killableStage[T]) OnError(err error) {
	s.k.remove(&s.entry)
	s.Holder.OnError(err)
}

// OnComplete leaves the switch and passes the end on.
func (s *killableStage[T]) OnComplete() {
	s.k.remove(&s.entry)
	s.Holder.OnComplete()
}
