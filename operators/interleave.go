package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Interleave emits segment elements of the first source, as many of the second,
// and so on, and begins again with the first. It waits for the source whose turn
// it is; one that has completed has no turn any more.
//
//	a              --1--2--3--|
//	b              --------x--y--z--|
//	Interleave(1, a, b)
//	result         --1-----x2-y3-z--|
//
// Demand: requests segment elements of each source at once, and again what has
// been handed on when that is three quarters of it.
//
// Buffer: at most segment elements of each source.
//
// Errors: the first error of a source cancels the others and is passed on when
// it is that one's turn, or when nothing else goes on; what is held then is let
// go.
//
// Ends: completes when all sources have; at once if there is no source. Panics
// if segment is less than 1.
func Interleave[T any](segment int, srcs ...flow.Publisher[T]) flow.Publisher[T] {
	stage.Require(segment > 0, "operators.Interleave: segment %d, must be at least 1", segment)
	p := &interleaveOp[T]{Blueprint: stage.NewBlueprint("interleave", nil, nil), segment: segment}
	p.srcs = sourcesOf("operators.Interleave", p.Node(), srcs)
	p.Node().Capacity = int64(segment) * int64(len(srcs))
	return p
}

type interleaveOp[T any] struct {
	stage.Blueprint
	segment int
	srcs    []flow.Publisher[T]
}

func (p *interleaveOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &interleaveStage[T]{plan: p, left: p.segment}
	s.join(p.srcs)
	s.Begin(ctx, p.Node(), down, s)
}

type interleaveStage[T any] struct {
	portsStage[T, T]
	plan *interleaveOp[T]
	turn int // whose it is
	left int // elements of the segment
}

// Flush emits the segments whose turn it is.
func (s *interleaveStage[T]) Flush(n int) (emitted int, next stage.Progress, err error) {
	for spent := 0; spent < len(s.ports); {
		p := &s.ports[s.turn]
		if k := min(p.Held(), s.left, n-emitted); k > 0 {
			vs := p.Take(k)
			s.left -= k
			emitted += k
			s.Emit(vs)
			p.Tidy(vs)
			if s.Over() {
				return emitted, stage.Wait, nil
			}
		}
		switch {
		case s.left == 0:
			spent = 0
			s.pass()
		case p.Held() > 0:
			return emitted, stage.More, nil
		case p.Err() != nil:
			return emitted, stage.Last, p.Err()
		case !p.Ended():
			return emitted, stage.Wait, s.failure()
		default:
			spent++
			s.pass()
		}
	}
	return emitted, stage.Last, nil
}

// pass gives the turn to the next source.
func (s *interleaveStage[T]) pass() {
	s.turn = (s.turn + 1) % len(s.ports)
	s.left = s.plan.segment
}

// failure returns the error of a source that has failed while another one is
// waited for.
func (s *interleaveStage[T]) failure() error {
	for i := range s.ports {
		if err := s.ports[i].Err(); err != nil {
			return err
		}
	}
	return nil
}

// Ask keeps a segment of each source ready.
func (s *interleaveStage[T]) Ask() {
	for i := range s.ports {
		s.ports[i].Ahead(int64(s.plan.segment))
	}
}
