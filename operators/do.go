package operators

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// ErrCancelled is what [Hooks].Finally gets where the subscriber has left. No
// stream ends with it.
var ErrCancelled = errors.New("operators: the subscriber has left")

// Hooks are functions that watch a stream without changing it: see [Do]. Those
// that are nil are left out.
type Hooks[T any] struct {
	// OnSubscribe is called once, before the subscriber gets its subscription.
	OnSubscribe func()
	// OnRequest is called with each demand before it is passed up, on the
	// goroutine that requests: at the same time as another hook, perhaps, and
	// inside OnNext of the subscriber. It must not wait.
	OnRequest func(n int64)
	// OnNext is called with each element before it goes on. The element is not
	// its own: it must not change it, or keep it.
	OnNext func(v T)
	// OnError is called with the error that ends the stream before that goes
	// on; the end of the context is one.
	OnError func(err error)
	// OnComplete is called before the completion goes on.
	OnComplete func()
	// OnCancel is called once where the subscriber has left before the stream
	// had ended: when the stage above has stopped, so that no other hook is
	// called after it but Finally.
	OnCancel func()
	// Finally is called exactly once, last of all, and after the end was
	// signalled: with nil, the error, or [ErrCancelled].
	Finally func(err error)
}

// Do emits the elements of src and calls the hooks for what happens to the
// stream. Of OnComplete, OnError and OnCancel one is called, once. All but
// OnRequest are called one after another. Where several of these stages follow
// each other, the OnCancel and the Finally of the last one comes first.
//
//	source         --1-----2-----|
//	OnNext           x     x
//	result         --1-----2-----|
//
// Elements travel in batches: OnNext is called for all of a batch before that
// goes on, so that the subscriber may leave without having seen them all.
//
// Demand: passed up as it is.
//
// Buffer: none.
//
// Errors: passes upstream's on. A panic in a hook ends the stream with a
// [flow.PanicError]: in OnNext after the elements before it, in OnComplete in
// place of the completion, in OnError joined with that error. One in OnCancel
// or Finally comes too late, and goes to the observer and the log.
//
// Ends: when upstream does. Finally has returned when the sink that runs the
// stream returns.
func Do[T any](src flow.Publisher[T], hooks Hooks[T], opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Do: nil source")
	return &doOp[T]{stage.NewBlueprint("do", src, opts), stage.Adapt(src), hooks}
}

// DoOnNext is [Do] with OnNext alone: it emits the elements of src, and calls f
// with each of them before it goes on.
//
//	source         --1--2--3--|
//	f                x  x  x
//	result         --1--2--3--|
//
// Demand: passed up as it is.
//
// Buffer: none.
//
// Errors: passes upstream's on. A panic in f ends the stream with a
// [flow.PanicError], after the elements before it.
//
// Ends: when upstream does.
func DoOnNext[T any](src flow.Publisher[T], f func(v T), opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.DoOnNext: nil source")
	stage.Require(f != nil, "operators.DoOnNext: nil function")
	return Do(src, Hooks[T]{OnNext: f}, opts...)
}

// DoFinally is [Do] with Finally alone: it emits the elements of src, and calls
// f exactly once when the stream is over, whatever has ended it: with nil, the
// error, or [ErrCancelled].
//
//	source         --1--2--X
//	f                       x
//	result         --1--2--X
//
// Demand: passed up as it is.
//
// Buffer: none.
//
// Errors: passes upstream's on. A panic in f comes too late, and goes to the
// observer and the log.
//
// Ends: when upstream does. f has returned when the sink that runs the stream
// returns.
func DoFinally[T any](src flow.Publisher[T], f func(err error), opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.DoFinally: nil source")
	stage.Require(f != nil, "operators.DoFinally: nil function")
	return Do(src, Hooks[T]{Finally: f}, opts...)
}

type doOp[T any] struct {
	stage.Blueprint
	src   flow.Publisher[T]
	hooks Hooks[T]
}

func (p *doOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &doStage[T]{hooks: p.hooks}
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

// doStage learns of a cancel twice: Cancel comes from any goroutine and only
// passes up; Quit comes down on the island when the head above has stopped, and
// there the hooks are called.
type doStage[T any] struct {
	stage.Link[T, T]
	hooks Hooks[T]
	in    stage.One[T]
	fault atomic.Pointer[error] // of OnSubscribe or OnRequest, until Quit comes
	over  bool                  // the end has been dealt with
}

// OnSubscribe calls the hook, and then passes the subscription on, also where
// the hook has failed: the error follows.
func (s *doStage[T]) OnSubscribe(sub flow.Subscription) {
	if s.Upstream() != nil || s.hooks.OnSubscribe == nil {
		s.Join(sub, s)
		return
	}
	s.guard(s.hooks.OnSubscribe, func(err error) {
		s.Join(sub, s)
		if err != nil {
			s.stop(err)
		}
	})
}

// Request calls the hook and passes demand up.
func (s *doStage[T]) Request(n int64) {
	if f := s.hooks.OnRequest; f == nil || n < 1 || s.Stopped() || s.requests(f, n) {
		s.Link.Request(n)
	}
}

// requests calls the hook and reports whether it has returned.
func (s *doStage[T]) requests(f func(int64), n int64) (returned bool) {
	defer func() {
		if !returned {
			s.stop(s.Broken(recover()))
		}
	}()
	f(n)
	return true
}

// stop ends the stream with err from wherever Request was called. The error is
// signalled on the island, when the head above says that it has stopped.
func (s *doStage[T]) stop(err error) {
	s.fault.CompareAndSwap(nil, &err)
	s.Cancel()
}

func (s *doStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *doStage[T]) OnNextBatch(vs []T) {
	if s.hooks.OnNext != nil {
		vs = vs[:s.look(vs)]
	}
	s.Batch(vs)
}

// look calls OnNext and returns for how many elements it has returned. Where it
// does not return, it hands on what came before and ends the stream.
func (s *doStage[T]) look(vs []T) (n int) {
	at, returned := 0, false
	defer func() {
		if !returned {
			s.fail(vs[:at], vs[at:], s.Broken(recover()))
		}
	}()
	f, brake := s.hooks.OnNext, s.Brake()
	for i, v := range vs {
		if atomic.LoadUint32(brake) != 0 {
			returned = true
			s.Discard(vs[i:])
			return i
		}
		at = i
		f(v)
	}
	returned = true
	return len(vs)
}

// fail is [stage.Link.FailFrom] with the hooks for the end.
func (s *doStage[T]) fail(before, from []T, err error) {
	defer func() { // also if the code below does not return
		s.Cancel()
		s.Let(from, flow.Failed)
		s.end(err)
	}()
	s.Batch(before)
}

// OnError calls the hook and passes the end on.
func (s *doStage[T]) OnError(err error) {
	if err == nil {
		err = flow.ErrProtocol
	}
	s.end(err)
}

// OnComplete calls the hook and passes the end on.
func (s *doStage[T]) OnComplete() { s.end(nil) }

// Quit says that the stage above has stopped because it was cancelled.
func (s *doStage[T]) Quit() { s.end(ErrCancelled) }

// end deals with the first end of the stream.
func (s *doStage[T]) end(err error) {
	switch fault := s.fault.Load(); {
	case s.over:
		if err != nil && err != ErrCancelled { //nolint:errorlint // it is our own, as it is
			s.Outlet.Run().Undeliverable(err)
		}
		return
	case fault != nil && (err == nil || err == ErrCancelled): //nolint:errorlint // as above
		err = *fault
	case err == nil && s.Left():
		err = ErrCancelled // it completed before it heard of that
	}
	s.over = true
	switch err {
	case nil:
		s.last(s.hooks.OnComplete, func(failed error) {
			s.settle(failed)
		})
	case ErrCancelled: //nolint:errorlint // as above
		s.Outlet.Quit()
		s.last(s.hooks.OnCancel, func(failed error) {
			s.late(failed)
			s.finally(err)
		})
	default:
		var hook func()
		if f := s.hooks.OnError; f != nil {
			hook = func() { f(err) }
		}
		s.last(hook, func(failed error) {
			if failed != nil {
				err = errors.Join(failed, err)
			}
			s.settle(err)
		})
	}
}

// settle signals the end.
func (s *doStage[T]) settle(err error) {
	defer s.finally(err) // also if the code below does not return
	if err != nil {
		s.Fail(err)
	} else {
		s.Complete()
	}
}

// finally calls the last hook.
func (s *doStage[T]) finally(err error) {
	if f := s.hooks.Finally; f != nil {
		s.guard(func() { f(err) }, s.late)
	}
}

// late reports the failure of a hook for which the stream is over.
func (s *doStage[T]) late(err error) {
	if err != nil {
		s.Outlet.Run().Undeliverable(err)
	}
}

// last is guard for a hook that may be nil.
func (s *doStage[T]) last(hook func(), then func(failed error)) {
	if hook == nil {
		then(nil)
		return
	}
	s.guard(hook, then)
}

// guard calls a hook, and then goes on, also where the hook has panicked or
// ended the goroutine.
func (s *doStage[T]) guard(hook func(), then func(failed error)) {
	returned := false
	defer func() {
		var err error
		if !returned {
			err = s.Broken(recover())
		}
		then(err)
	}()
	hook()
	returned = true
}
