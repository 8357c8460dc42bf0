package sources

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Range emits the count integers start, start+1, and so on.
//
//	Range(5, 3)  --5--6--7--|
//
// Demand: emits as many as are requested. Cold: each subscription starts anew.
//
// Buffer: none.
//
// Errors: none of its own.
//
// Ends: completes with the last integer, without further demand; at once for a
// count of 0. Panics if count is negative or the last integer would overflow.
func Range(start, count int64, opts ...Option) flow.Publisher[int64] {
	stage.Require(count >= 0, "sources.Range: negative count %d", count)
	stage.Require(count == 0 || start+(count-1) >= start, "sources.Range: %d integers from %d overflow int64", count, start)
	return &rangeSource{stage.NewBlueprint("range", nil, opts), start, count}
}

type rangeSource struct {
	stage.Blueprint
	start, count int64
}

func (p *rangeSource) Subscribe(ctx context.Context, down flow.Subscriber[int64]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &rangeSubscription{next: p.start, left: p.count}
	s.Begin(ctx, p.Node(), down, s)
}

type rangeSubscription struct {
	stage.Source[int64]
	buf        stage.Scratch[int64]
	next, left int64
}

func (s *rangeSubscription) Produce(n int) (emitted int, p stage.Progress, err error) {
	n = int(min(int64(n), s.left))
	if n > 0 {
		vs := s.buf.Get(n)
		for i := range vs {
			vs[i] = s.next + int64(i)
		}
		n = s.Offer(vs)
		s.next += int64(n)
		s.left -= int64(n)
	}
	if s.left == 0 {
		return n, stage.Last, nil
	}
	return n, stage.More, nil
}

// Offers implements [stage.Chooser].
func (*rangeSubscription) Offers() {}

func (*rangeSubscription) Stop() {}
