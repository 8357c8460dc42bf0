package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Race emits the elements of the source that signals first: an element, its
// completion or its error. The others are cancelled then.
//
//	a              ------1--2--|
//	b              ---x--y--z--|
//	Race(a, b)
//	result         ---x--y--z--|
//
// Demand: passed up to all sources until one has signalled, then to that one.
//
// Buffer: none.
//
// Errors: passes on that of the source that has won. An error is a signal as
// well.
//
// Ends: completes when the source does that has won; at once if there is no
// source.
func Race[T any](srcs ...flow.Publisher[T]) flow.Publisher[T] {
	p := &raceOp[T]{Blueprint: stage.NewBlueprint("race", nil, nil)}
	p.srcs = sourcesOf("operators.Race", p.Node(), srcs)
	return p
}

type raceOp[T any] struct {
	stage.Blueprint
	srcs []flow.Publisher[T]
}

func (p *raceOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	if len(p.srcs) == 0 {
		stage.Complete(ctx, p.Node(), down)
		return
	}
	s := &raceStage[T]{plan: p, racers: make([]racer[T], len(p.srcs)), release: flow.ReleaseFunc[T]()}
	for i := range s.racers {
		s.racers[i].stage, s.racers[i].head = s, s
	}
	s.Begin(ctx, p.Node(), down, s)
}

// raceStage is the head that all sources emit into. Elements have been demanded
// of their source, so that they wait for nothing.
type raceStage[T any] struct {
	stage.Junction[T]
	plan    *raceOp[T]
	racers  []racer[T]
	winner  *racer[T]
	release func(T, flow.Reason)
}

// Open subscribes to the sources.
func (s *raceStage[T]) Open() {
	for i, src := range s.plan.srcs {
		stage.Subscribe(s.Context(), src, &s.racers[i], s.Meter())
	}
}

// Cancel leaves the sources at once.
func (s *raceStage[T]) Cancel() {
	s.Junction.Cancel()
	s.leave(nil)
}

// leave cancels all sources but one.
func (s *raceStage[T]) leave(but *racer[T]) {
	for i := range s.racers {
		if r := &s.racers[i]; r != but {
			r.Cancel()
		}
	}
}

// Abandon leaves the sources.
func (s *raceStage[T]) Abandon(flow.Reason) { s.leave(nil) }

// Held is none.
func (*raceStage[T]) Held() int { return 0 }

// Flush looks whether the winner has ended.
func (s *raceStage[T]) Flush(int) (emitted int, next stage.Progress, err error) {
	if w := s.winner; w != nil && w.Ended() {
		return 0, stage.Last, w.Err()
	}
	return 0, stage.Wait, nil
}

// Ask requests what is demanded of those that are in the race.
func (s *raceStage[T]) Ask() {
	if s.winner != nil {
		s.winner.refill(s.Demand())
		return
	}
	for i := range s.racers {
		s.racers[i].refill(s.Demand())
	}
}

// racer receives the signals of one source.
type racer[T any] struct {
	exactly
	stage *raceStage[T]
	one   stage.One[T]
}

// wins reports whether the race is this one's, which it is with the first
// signal of all.
func (r *racer[T]) wins() bool {
	s := r.stage
	if s.winner == nil && !s.Over() {
		s.winner = r
		s.leave(r)
	}
	return s.winner == r
}

func (r *racer[T]) OnNext(v T) { r.OnNextBatch(r.one.One(v)) }

func (r *racer[T]) OnNextBatch(vs []T) {
	r.received(len(vs))
	s := r.stage
	if r.Over() || s.Over() || !r.wins() {
		s.Lost(r.Reason(), int64(len(vs)))
		stage.Tell(s.release, vs, r.Reason())
		return
	}
	s.Emit(vs)
	r.refill(r.stage.Demand())
}

func (r *racer[T]) OnError(err error) {
	if r.Fail(err, r.stage.Outlet.Run()) && r.wins() {
		r.stage.Ready()
	}
}

func (r *racer[T]) OnComplete() {
	if r.Complete() && r.wins() {
		r.stage.Ready()
	}
}
