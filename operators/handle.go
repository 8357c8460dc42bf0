package operators

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Handler is a stage written as callbacks; see [Handle]. The functions may
// share variables: they are called one at a time.
//
// emit belongs to the call that it is given to. To call it after that has
// returned, or from two goroutines at once, ends the stream with an error that
// wraps [flow.ErrProtocol].
type Handler[In, Out any] struct {
	// Next is called with each element.
	Next func(ctx context.Context, v In, emit func(Out)) error
	// Complete, if not nil, is called when upstream has completed and all its
	// elements have been handled.
	Complete func(ctx context.Context, emit func(Out)) error
}

// ErrDone is returned by the functions of a [Handler] to complete the stream
// after what has been emitted.
var ErrDone = errors.New("operators: done")

// Handle emits what the functions of a [Handler] give to emit: in each call
// none, one or several, but at most limit. newHandler is called for each
// subscription, before the first element.
//
//	source         --1--2-----3--|
//	Handle(2, v times v)
//	result         --1--2--2--3--X
//
// Demand: asks upstream for as many elements as are demanded, at most 256, and
// for none while something is held.
//
// Buffer: what one call has emitted and is not demanded, at most limit, and up
// to 256 elements of upstream that wait behind it.
//
// Errors: an error that a function returns ends the stream as a
// [flow.StageError], a panic as a [flow.PanicError], and more than limit
// elements in one call with an error that wraps [flow.ErrOverflow]; always after
// what was emitted before. An error of upstream is passed on after what is held,
// without a call of Complete.
//
// Ends: completes when upstream has and what Complete has emitted is handed on,
// or when a function returns [ErrDone], which cancels upstream. Panics if limit
// is less than 1.
func Handle[In, Out any](src flow.Publisher[In], limit int, newHandler func() Handler[In, Out], opts ...Option) flow.Publisher[Out] {
	stage.Require(src != nil, "operators.Handle: nil source")
	stage.Require(limit > 0, "operators.Handle: limit %d, must be at least 1", limit)
	stage.Require(newHandler != nil, "operators.Handle: nil function")
	p := &handleOp[In, Out]{stage.NewBlueprint("handle", src, opts), stage.Adapt(src), limit, newHandler}
	p.Node().Capacity = int64(limit) + stage.MaxBatch
	return p
}

type handleOp[In, Out any] struct {
	stage.Blueprint
	src        flow.Publisher[In]
	limit      int
	newHandler func() Handler[In, Out]
}

func (p *handleOp[In, Out]) Subscribe(ctx context.Context, down flow.Subscriber[Out]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &handleStage[In, Out]{plan: p, user: stage.UserContext(ctx), release: flow.ReleaseFunc[Out]()}
	s.emit = s.take
	s.Init(ctx, p.Node(), down, s)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type handleStage[In, Out any] struct {
	stage.Holder[In, Out]
	plan    *handleOp[In, Out]
	user    context.Context
	release func(Out, flow.Reason)
	handler Handler[In, Out]
	emit    func(Out)
	calls   calls

	in      stage.One[In]
	out     []Out // emitted and not handed on
	had     int   // len(out) when the present call began
	over    bool  // the present call has emitted too many
	waiting []In  // input behind out
	upErr   error // with which upstream has ended
	done    bool  // no further call will be made
	err     error // then, the end of the stream
}

func (s *handleStage[In, Out]) OnNext(v In) { s.OnNextBatch(s.in.One(v)) }

func (s *handleStage[In, Out]) OnNextBatch(vs []In) {
	switch {
	case !s.Received(len(vs)):
		s.Let(vs, flow.Cancelled)
		return
	case len(s.out) > 0 || len(s.waiting) > 0 || s.Demand() == 0:
		s.waiting = append(s.waiting, vs...)
		s.count()
		return
	}
	seen := s.handle(vs, s.Allowed(stage.MaxBatch))
	s.waiting = append(s.waiting, vs[seen:]...)
	s.hand(stage.MaxBatch)
	if len(s.out)+len(s.waiting) > 0 && s.Demand() > 0 {
		s.Ready()
	}
	s.count()
	s.Refill()
}

func (s *handleStage[In, Out]) OnError(err error) {
	if s.upErr == nil {
		s.upErr = err
	}
	s.Holder.OnError(err)
}

// Flush emits what is held, and goes on with the input behind it.
func (s *handleStage[In, Out]) Flush(n int) (emitted int, more bool) {
	if err := s.calls.mistake(); err != nil {
		s.StopWith(err)
		return 0, false
	}
	emitted = s.hand(n)
	for emitted < n && len(s.out) == 0 && len(s.waiting) > 0 {
		all := s.waiting
		k := min(n-emitted, len(all))
		s.waiting = all[k:] // what handle has been given is its own
		seen := s.handle(all[:k], n-emitted)
		if clear(all[:seen]); seen < k {
			s.waiting = all[seen:]
		}
		emitted += s.hand(n - emitted)
	}
	if len(s.out) == 0 && len(s.waiting) == 0 && s.Completed() && !s.done {
		s.complete()
		emitted += s.hand(n - emitted)
	}
	s.count()
	if s.done && len(s.out) == 0 && !s.Closed() {
		s.End(s.err)
	}
	return emitted, len(s.out) > 0 || len(s.waiting) > 0
}

// handle calls Next until room elements have been emitted. It returns how many
// elements it has dealt with.
func (s *handleStage[In, Out]) handle(vs []In, room int) (seen int) {
	at, returned := -1, false
	defer func() {
		if !returned {
			s.calls.close()
			s.owes(at >= 0)
			s.stop(vs[at+1:], s.Broken(recover()))
			seen = len(vs)
		}
	}()
	next, emit, brake := s.next(), s.emit, s.Brake()
	for i, v := range vs {
		if atomic.LoadUint32(brake) != 0 {
			returned = true
			s.Let(vs[i:], flow.Cancelled)
			return len(vs)
		}
		at, s.had = i, len(s.out)
		s.calls.open()
		err := next(s.user, v, emit)
		if err = s.outcome(err); err != nil {
			returned = true
			s.owes(!errors.Is(err, ErrDone))
			s.stop(vs[i+1:], err)
			return len(vs)
		}
		if len(s.out) >= room {
			returned = true
			return i + 1
		}
	}
	returned = true
	return len(vs)
}

// owes counts the element of a call that has failed and emitted nothing for it.
func (s *handleStage[In, Out]) owes(failed bool) {
	if failed && len(s.out) == s.had {
		s.Lost(flow.Failed, 1)
	}
}

// next returns the handler's Next, and makes the handler first if there is
// none.
func (s *handleStage[In, Out]) next() func(context.Context, In, func(Out)) error {
	if s.handler.Next == nil {
		s.handler = s.plan.newHandler()
		stage.Require(s.handler.Next != nil, "operators.Handle: nil Next")
	}
	return s.handler.Next
}

// complete calls Complete.
func (s *handleStage[In, Out]) complete() {
	returned := false
	defer func() {
		if !returned {
			s.calls.close()
			s.stop(nil, s.Broken(recover()))
		}
	}()
	s.next()
	s.had = len(s.out)
	s.calls.open()
	err := ErrDone
	if f := s.handler.Complete; f != nil {
		if e := f(s.user, s.emit); e != nil {
			err = e
		}
	}
	err = s.outcome(err)
	returned = true
	s.stop(nil, err)
}

// outcome ends a call that has returned err, and says how it went.
func (s *handleStage[In, Out]) outcome(err error) error {
	alone := s.calls.close()
	switch {
	case !alone:
		return s.wrong()
	case s.over:
		if m := s.Meter(); m != nil {
			m.Failed(flow.OverflowError)
		}
		return s.named(fmt.Errorf("%w: more than %d elements emitted in one call", flow.ErrOverflow, s.plan.limit))
	case err == nil || errors.Is(err, ErrDone):
		return err
	}
	return s.UserError(err)
}

// stop ends the stream behind what has been emitted.
func (s *handleStage[In, Out]) stop(behind []In, err error) {
	reason := flow.Failed
	if errors.Is(err, ErrDone) {
		reason, err = flow.Cancelled, nil
	}
	s.done, s.err = true, err
	s.Let(behind, reason)
	s.Let(s.waiting, reason)
	s.waiting = nil
	s.Enough()
	s.late(s.upErr)
	s.late(s.calls.over())
	s.Ready()
}

// take is the emit of the functions.
func (s *handleStage[In, Out]) take(v Out) {
	if !s.calls.enter() {
		s.lose(v, flow.AfterEnd)
		if late := s.calls.report(s.wrong()); late != nil {
			s.late(late)
			return
		}
		s.Ready()
		return
	}
	over := len(s.out)-s.had >= s.plan.limit
	if over {
		s.over = true
	} else {
		s.out = append(s.out, v)
	}
	s.calls.leave()
	if over {
		s.lose(v, flow.DroppedNew)
	}
}

func (s *handleStage[In, Out]) wrong() error {
	return s.named(fmt.Errorf("%w: emit was called outside its call", flow.ErrProtocol))
}

func (s *handleStage[In, Out]) named(err error) error {
	return &flow.StageError{Stage: s.Name(), Err: err}
}

// late reports an error that comes too late for the stream, if there is one.
func (s *handleStage[In, Out]) late(err error) {
	if err != nil {
		s.Outlet.Run().Undeliverable(err)
	}
}

// hand hands on at most n of what is held, and returns how many.
func (s *handleStage[In, Out]) hand(n int) int {
	vs := s.out[:min(s.Allowed(n), len(s.out))]
	s.out = s.out[len(vs):]
	s.Emit(vs)
	clear(vs)
	if len(s.out) == 0 {
		s.out = vs[:0] // its memory
	}
	return len(vs)
}

// lose lets go of an element that was emitted.
func (s *handleStage[In, Out]) lose(v Out, reason flow.Reason) {
	s.Lost(reason, 1)
	if s.release != nil {
		s.release(v, reason)
	}
}

// count publishes how many elements are held.
func (s *handleStage[In, Out]) count() {
	if m := s.Meter(); m != nil {
		m.Buffered(int64(len(s.out) + len(s.waiting)))
	}
}

// Want asks for as much as is demanded, and for nothing while results are held.
func (s *handleStage[In, Out]) Want(demand int64) int64 {
	if len(s.out) > 0 || len(s.waiting) > 0 {
		return 0
	}
	return min(demand, stage.MaxBatch)
}

func (s *handleStage[In, Out]) Clear(reason flow.Reason) {
	s.Let(s.waiting, reason)
	out := s.out
	s.waiting, s.out = nil, nil
	for _, v := range out {
		s.lose(v, reason)
	}
	s.late(s.calls.over())
}
