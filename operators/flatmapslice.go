package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// FlatMapSlice emits the elements of the slice f(v) for each element v. The
// slice belongs to the stage: f must not change it afterwards.
//
//	source         --"a b"-----"c"--|
//	FlatMapSlice(strings.Fields)
//	result         --"a"-"b"---"c"--|
//
// Demand: asks upstream for one element while little is demanded, and for more
// while much is, at most 256; unbounded demand is passed up as it is.
//
// Buffer: the rest of one slice and up to 255 elements of upstream, while
// there is no demand for them.
//
// Errors: passes upstream's on, after what is held. A panic in f ends the
// stream with a [flow.PanicError], after the elements before it.
//
// Ends: completes when upstream has and nothing is held.
func FlatMapSlice[In, Out any](src flow.Publisher[In], f func(In) []Out, opts ...Option) flow.Publisher[Out] {
	stage.Require(src != nil, "operators.FlatMapSlice: nil source")
	stage.Require(f != nil, "operators.FlatMapSlice: nil function")
	p := &flatSliceOp[In, Out]{stage.NewBlueprint("flatmapslice", src, opts), stage.Adapt(src), f}
	p.Node().Capacity = flow.UnknownCapacity // f's slice may have any length
	return p
}

type flatSliceOp[In, Out any] struct {
	stage.Blueprint
	src flow.Publisher[In]
	f   func(In) []Out
}

func (p *flatSliceOp[In, Out]) Subscribe(ctx context.Context, down flow.Subscriber[Out]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &flatSliceStage[In, Out]{f: p.f, release: flow.ReleaseFunc[Out]()}
	s.Init(ctx, p.Node(), down, s)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type flatSliceStage[In, Out any] struct {
	stage.Holder[In, Out]
	f       func(In) []Out
	release func(Out, flow.Reason)
	in      stage.One[In]
	out     []Out // results gathered for one batch
	rest    []Out // results without demand
	waiting []In  // input behind them
}

func (s *flatSliceStage[In, Out]) OnNext(v In) { s.OnNextBatch(s.in.One(v)) }

func (s *flatSliceStage[In, Out]) OnNextBatch(vs []In) {
	switch {
	case !s.Received(len(vs)):
		s.Let(vs, flow.Cancelled)
		return
	case s.holds():
		s.waiting = append(s.waiting, vs...)
	default:
		if n := s.expand(vs, stage.MaxBatch); n < len(vs) && !s.Closed() {
			s.waiting = append(s.waiting, vs[n:]...)
			s.Ready()
		}
		s.Refill()
	}
	s.count()
}

func (s *flatSliceStage[In, Out]) holds() bool { return len(s.rest) > 0 || len(s.waiting) > 0 }

// count publishes how many elements the stage holds.
func (s *flatSliceStage[In, Out]) count() {
	if m := s.Meter(); m != nil {
		m.Buffered(int64(len(s.rest) + len(s.waiting)))
	}
}

// expand calls f while there is demand, and hands the results on when about
// batch of them have come together and at the end. It returns how many
// elements f has seen.
func (s *flatSliceStage[In, Out]) expand(vs []In, batch int) (seen int) {
	out := s.out[:0]
	at, below, returned := 0, false, false
	defer func() {
		switch {
		case returned:
		case below: // the goroutine ends there, and whoever it was ends the stream
			s.Let(vs[at+1:], flow.Failed)
		default:
			s.FailAt(out, vs[at+1:], s.Broken(recover()))
			seen = len(vs)
		}
	}()
	f, brake := s.f, s.Brake()
	for i, v := range vs {
		if atomic.LoadUint32(brake) != 0 {
			returned = true
			s.Let(vs[i:], flow.Cancelled)
			s.hand(out)
			return len(vs)
		}
		at = i
		out = append(out, f(v)...)
		if room := s.Demand(); int64(len(out)) >= room {
			below = true
			s.keep(out, int(room))
			returned = true
			return i + 1
		}
		if len(out) >= batch {
			below = true
			s.hand(out)
			out, below = out[:0], false
		}
	}
	returned = true
	s.hand(out)
	return len(vs)
}

// keep hands on the first n of out and holds the rest.
func (s *flatSliceStage[In, Out]) keep(out []Out, n int) {
	s.rest = append(s.rest[:0], out[n:]...)
	clear(out[n:])
	s.hand(out[:n])
}

// hand emits out and keeps its memory for the next batch.
func (s *flatSliceStage[In, Out]) hand(out []Out) {
	s.Emit(out)
	clear(out)
	s.out = out[:0]
}

// Flush emits what is held, and goes on with the input behind it.
func (s *flatSliceStage[In, Out]) Flush(n int) (emitted int, more bool) {
	emitted = s.flush(n)
	s.count()
	return emitted, s.holds()
}

func (s *flatSliceStage[In, Out]) flush(n int) (emitted int) {
	if k := min(n, len(s.rest)); k > 0 {
		head := s.rest[:k]
		s.rest = s.rest[k:]
		s.Emit(head)
		clear(head)
		return k
	}
	if n > 0 && len(s.waiting) > 0 {
		vs := s.waiting
		k := min(n, len(vs))
		s.waiting = vs[k:] // expand deals with the others, whatever happens
		before := s.Demand()
		seen := s.expand(vs[:k], n)
		if !s.Closed() {
			s.waiting = vs[seen:]
			clear(vs[:seen])
		}
		return int(min(int64(n), before-s.Demand()))
	}
	return 0
}

// Want has more input on its way the more is demanded, and none while results
// are held.
func (s *flatSliceStage[In, Out]) Want(demand int64) int64 {
	switch {
	case demand == flow.Unbounded:
		return demand
	case demand == 0 || s.holds():
		return 0
	}
	return max(1, min(demand/8, stage.MaxBatch))
}

func (s *flatSliceStage[In, Out]) Clear(reason flow.Reason) {
	s.Let(s.waiting, reason)
	s.Lost(reason, int64(len(s.rest)))
	stage.Tell(s.release, s.rest, reason)
	s.rest, s.waiting, s.out = nil, nil, nil
}
