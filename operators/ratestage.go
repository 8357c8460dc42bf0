package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// limiter knows who has tokens left.
type limiter[T any] interface {
	// admit takes the tokens of an element that comes now, if there are enough.
	// It calls the user's functions.
	admit(v T, now int64) (ok bool, err error)
}

// rateOp is a [ThrottleWith] or a [ThrottleKeyed] that lets nothing wait.
type rateOp[T any] struct {
	stage.Blueprint
	src      flow.Publisher[T]
	strategy flow.Overflow
	limiter  func() limiter[T]
}

func (p *rateOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &rateStage[T]{limiter: p.limiter(), strict: p.strategy == flow.Fail}
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type rateStage[T any] struct {
	stage.Link[T, T]
	limiter limiter[T]
	strict  bool // an element without tokens ends the stream
	in      stage.One[T]
	out     stage.Scratch[T]
}

func (s *rateStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *rateStage[T]) OnNextBatch(vs []T) {
	out := s.out.Get(len(vs))
	n := s.apply(vs, out)
	s.Batch(out[:n])
	s.out.Put(out[:n])
}

// apply copies to out the elements that have tokens, returns how many that is,
// and asks upstream for as many as have none. Where the stream fails at one, it
// hands on what came before.
func (s *rateStage[T]) apply(vs, out []T) (n int) {
	at, returned := 0, false
	var err error
	defer func() {
		if returned && err == nil {
			return
		}
		if !returned {
			err = s.Broken(recover())
		}
		s.Lost(flow.DroppedNew, int64(at-n))
		s.FailFrom(out[:n], vs[at:], err)
		n = 0
	}()
	release, brake, now := s.Releaser(), s.Brake(), flow.Now()
	for i, v := range vs {
		if atomic.LoadUint32(brake) != 0 {
			returned = true
			s.Discard(vs[i:])
			s.again(i - n)
			return n
		}
		at = i
		ok, bad := s.limiter.admit(v, now)
		switch {
		case bad == nil && ok:
			out[n] = v
			n++
			continue
		case bad == nil && s.strict:
			bad = flow.ErrRateExceeded
		}
		if bad != nil {
			err, returned = s.UserError(bad), true
			return n
		}
		if release != nil {
			release(v, flow.DroppedNew)
		}
	}
	returned = true
	s.again(len(vs) - n)
	return n
}

// again counts n elements that were dropped, and asks for as many others.
func (s *rateStage[T]) again(n int) {
	s.Lost(flow.DroppedNew, int64(n))
	s.Again(n)
}
