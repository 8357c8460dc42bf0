package operators

import (
	"context"
	"fmt"
	"iter"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Through emits what a Go loop yields that reads the elements of src. loop is
// called once for each subscription; what it returns is the body of the loop:
//
//	func(in iter.Seq[In]) iter.Seq[Out] {
//		return func(yield func(Out) bool) {
//			for v := range in {
//				if !yield(f(v)) {
//					return
//				}
//			}
//		}
//	}
//
// The loop may yield any number of elements for one that it reads, before the
// first and after the last. It runs on the island of the stream, and is
// suspended while nothing is demanded and while it waits for an element; a loop
// that waits on anything else holds up its island. When the stream ends early,
// yield returns false and in ends: the loop should clean up and return. An
// element that it yields then is let go of. Ranging over in again goes on where
// the last time has stopped.
//
// in and yield belong to the goroutine that runs the loop. To call one from
// elsewhere while the loop is suspended, or after it has ended, ends the stream
// with an error that wraps [flow.ErrProtocol]; to do so while the loop runs is a
// data race.
//
//	source         --1--2--3--4--|
//	Through(pairs)
//	result         -----3-----7--|
//
// Demand: the loop begins when something is demanded. When it asks for an
// element and none is in hand, upstream is asked for as many as are demanded,
// at most 256; so a loop that drops elements reads on until what is demanded
// has been yielded, and while one element is demanded one is asked for at a
// time.
//
// Buffer: at most 256 elements of upstream, while there is no demand for them,
// and one that the loop yields after the end of upstream. The loop holds a
// coroutine.
//
// Errors: an error of upstream lets in end behind the elements before it; what
// the loop yields from then on is let go of, and when it has returned the error
// is passed on. A panic in the loop ends the stream with a [flow.PanicError].
//
// Ends: completes when the loop returns; if it does so early, upstream is
// cancelled. A loop that has yielded all that was demanded comes to return when
// more is, or when upstream has ended and all is read.
func Through[In, Out any](src flow.Publisher[In], loop func(in iter.Seq[In]) iter.Seq[Out], opts ...Option) flow.Publisher[Out] {
	stage.Require(src != nil, "operators.Through: nil source")
	stage.Require(loop != nil, "operators.Through: nil function")
	p := &throughOp[In, Out]{stage.NewBlueprint("through", src, opts), stage.Adapt(src), loop}
	p.Node().Capacity = stage.MaxBatch
	return p
}

type throughOp[In, Out any] struct {
	stage.Blueprint
	src  flow.Publisher[In]
	loop func(iter.Seq[In]) iter.Seq[Out]
}

func (p *throughOp[In, Out]) Subscribe(ctx context.Context, down flow.Subscriber[Out]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &throughStage[In, Out]{loop: p.loop, release: flow.ReleaseFunc[Out]()}
	s.Init(ctx, p.Node(), down, s)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

// throughStage runs the loop in a coroutine, which is resumed on the island and
// only there: by a batch that arrives, or by a pass. It emits directly, reads
// what is in hand without a switch, and gives control back when it needs what
// is not there.
type throughStage[In, Out any] struct {
	stage.Holder[In, Out]
	loop    func(iter.Seq[In]) iter.Seq[Out]
	release func(Out, flow.Reason)
	calls   calls

	resume  func() (struct{}, bool) // nil before the start
	discard func()
	suspend func(struct{}) bool
	where   where
	deaf    bool // what the loop yields counts no more
	ended   bool // upstream has ended
	failed  bool // with an error
	failure error

	input   []In // in hand, not yet read
	in      stage.One[In]
	out     stage.One[Out]
	owed    bool // the loop has read an element and has not yielded since
	room    int  // elements that the loop may yield in this pass
	emitted int  // that it has
}

// where says where the loop is suspended.
type where uint8

const (
	before   where = iota // it has not begun
	reading               // it waits for an element
	yielded               // behind an element that has used up demand or the pass
	offering              // with an element for which there is no demand
	behind                // it has returned
)

func (s *throughStage[In, Out]) OnNext(v In) { s.OnNextBatch(s.in.One(v)) }

func (s *throughStage[In, Out]) OnNextBatch(vs []In) {
	switch {
	case !s.Received(len(vs)):
		s.Let(vs, flow.Cancelled)
		return
	case s.where != reading || len(s.input) > 0:
		s.input = append(s.input, vs...)
	default:
		s.input = vs
		s.step(stage.MaxBatch)
		s.input = append([]In(nil), s.input...) // vs is the caller's
	}
	s.goOn()
	s.Refill()
}

func (s *throughStage[In, Out]) OnError(err error) {
	if !s.ended {
		s.ended, s.failed = true, true
		s.deaf = s.Cause() != nil // upstream knew first
	}
	s.Holder.OnError(err)
}

func (s *throughStage[In, Out]) OnComplete() {
	s.ended = true
	s.Holder.OnComplete()
}

// Flush resumes the loop if it can go on.
func (s *throughStage[In, Out]) Flush(n int) (emitted int, more bool) {
	if err := s.calls.mistake(); err != nil {
		s.end(err)
		return 0, false
	}
	s.emitted = 0
	if s.canGoOn() {
		held := s.input
		s.step(max(n, 1))
		clear(held[:len(held)-len(s.input)])
		s.goOn()
	}
	return s.emitted, s.where == yielded || s.where == offering
}

// canGoOn reports whether the loop can do something when it is resumed. Behind
// the last element it learns of the end without demand.
func (s *throughStage[In, Out]) canGoOn() bool {
	switch s.where {
	case before:
		return s.Demand() > 0 || s.ended && !s.failed
	case reading:
		return len(s.input) > 0 || s.ended
	case yielded:
		return s.Demand() > 0 || s.ended && len(s.input) == 0
	case offering:
		return s.Demand() > 0
	default:
		return false
	}
}

// goOn asks for another pass if the loop can use it, and publishes how many
// elements are held.
func (s *throughStage[In, Out]) goOn() {
	if s.canGoOn() {
		s.Ready()
	}
	if m := s.Meter(); m != nil {
		held := int64(len(s.input))
		if s.where == offering {
			held++
		}
		m.Buffered(held)
	}
}

// step lets the loop run until it needs what is not there, or has yielded room
// elements. Where it does not return, or ended the goroutine, step ends the
// stream.
func (s *throughStage[In, Out]) step(room int) {
	if s.resume == nil {
		s.resume, s.discard = iter.Pull(s.run)
	}
	s.room, s.emitted = room, 0
	returned := false
	defer func() { s.stepped(returned) }()
	s.calls.open()
	s.resume()
	returned = true
}

func (s *throughStage[In, Out]) stepped(returned bool) {
	if s.where != behind {
		s.calls.shut()
		return
	}
	s.late(s.calls.over())
	if s.failure != nil {
		if s.owed {
			s.Lost(flow.Failed, 1) // it is counted; the loop has it
		}
		s.end(s.failure)
		return
	}
	s.drop(flow.Cancelled)
	if returned && !s.ended && !s.Stopped() {
		s.end(nil)
	} // else a stage below has cancelled, or the head passes on how upstream ended
}

// drop lets go of what is in hand.
func (s *throughStage[In, Out]) drop(reason flow.Reason) {
	in := s.input
	s.input = nil
	s.Let(in, reason)
}

// end ends the stream before upstream has: with err, or because the loop
// wants no more.
func (s *throughStage[In, Out]) end(err error) {
	reason := flow.Cancelled
	if err != nil {
		reason = flow.Failed
	}
	s.Abandon(reason)
	s.End(err)
}

// run is the body of the coroutine.
func (s *throughStage[In, Out]) run(suspend func(struct{}) bool) {
	returned := false
	defer func() {
		s.where = behind
		if returned {
			return
		}
		switch r := recover(); {
		case !s.quit():
			s.failure = s.Broken(r)
		case r != nil:
			s.late(s.Broken(r))
		}
	}()
	s.suspend = suspend
	if seq := s.loop(s.read); seq != nil {
		seq(s.yield)
	} else {
		s.failure = s.UserError(errNilLoop)
	}
	returned = true
}

var errNilLoop = fmt.Errorf("%w: the function has returned no loop", flow.ErrProtocol)

// quit reports whether the loop is to end.
func (s *throughStage[In, Out]) quit() bool { return s.deaf || s.Stopped() }

// pause suspends the loop.
func (s *throughStage[In, Out]) pause(at where) {
	s.where = at
	if !s.suspend(struct{}{}) {
		s.deaf = true
	}
}

// read is what the loop ranges over.
func (s *throughStage[In, Out]) read(body func(In) bool) {
	for {
		if !s.calls.opened() {
			s.misused("in")
			return
		}
		for len(s.input) == 0 && !s.ended && !s.quit() {
			s.pause(reading)
		}
		if s.quit() {
			return
		}
		if len(s.input) == 0 {
			s.deaf = s.failed
			return
		}
		v := s.input[0]
		s.input = s.input[1:]
		s.owed = true
		if !body(v) {
			return
		}
	}
}

// yield emits v, once it is demanded.
func (s *throughStage[In, Out]) yield(v Out) bool {
	if !s.calls.opened() {
		s.lose(v, flow.AfterEnd)
		s.misused("yield")
		return false
	}
	s.owed = false
	for !s.quit() && s.Demand() == 0 {
		s.pause(offering)
	}
	if s.quit() {
		s.lose(v, flow.Cancelled)
		return false
	}
	s.room--
	s.emitted++
	s.Emit(s.out.One(v))
	if (s.room == 0 || s.Demand() == 0) && !s.quit() {
		s.pause(yielded)
	}
	return !s.quit()
}

// misused reports a call of what belongs to the loop, from elsewhere.
func (s *throughStage[In, Out]) misused(what string) {
	err := fmt.Errorf("%w: %s was called outside its loop", flow.ErrProtocol, what)
	if late := s.calls.report(&flow.StageError{Stage: s.Name(), Err: err}); late != nil {
		s.late(late)
		return
	}
	s.Ready()
}

// late reports an error that comes too late for the stream, if there is one.
func (s *throughStage[In, Out]) late(err error) {
	if err != nil {
		s.Outlet.Run().Undeliverable(err)
	}
}

// lose lets go of an element that the loop has yielded.
func (s *throughStage[In, Out]) lose(v Out, reason flow.Reason) {
	s.Lost(reason, 1)
	if s.release != nil {
		s.release(v, reason)
	}
}

// Want asks for input when the loop does.
func (s *throughStage[In, Out]) Want(demand int64) int64 {
	if s.where != reading || len(s.input) > 0 {
		return 0
	}
	return min(demand, stage.MaxBatch)
}

// Clear lets go of what is in hand, and ends the loop.
func (s *throughStage[In, Out]) Clear(reason flow.Reason) {
	s.drop(reason)
	if s.discard == nil || s.where == behind {
		return
	}
	defer func() { s.late(s.calls.over()) }()
	s.calls.open()
	s.discard()
}
