package sources_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// shared is an element of which each share must be dealt with exactly once.
type shared struct {
	producer, n int
	said        sources.Emission
	shares      atomic.Int32 // besides the first
	consumed    atomic.Int32
	released    atomic.Int32
	late        atomic.Int32 // released for want of room
}

func (s *shared) Fork(n int) { s.shares.Add(int32(n) - 1) }

func (s *shared) Release(r flow.Reason) {
	s.released.Add(1)
	if r == flow.DroppedNew {
		s.late.Add(1)
	}
}

// TestHubTellsTheTruth: many producers, and subscribers with every strategy
// that come and go. Each share of each element is consumed or released once;
// what was not taken is not; each subscriber gets the elements of a producer in
// order; one that was there all the time and blocks gets all, and all
// subscribers agree on the order.
func TestHubTellsTheTruth(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	rng := rand.New(rand.NewPCG(seed, 1))
	for round := range 15 {
		for on, s := range schedulers {
			r := &hubRun{t: t, hub: sources.NewHub[*shared](1+rng.IntN(8), flow.Block)}
			r.run(s, rng)
			if t.Failed() {
				t.Fatalf("round %d on %s, seed %d", round, on, seed)
			}
		}
	}
}

type hubRun struct {
	t    *testing.T
	hub  *sources.Hub[*shared]
	all  []*shared
	mu   sync.Mutex
	seen [][]*shared // of each subscriber
}

func (r *hubRun) run(s func() scheduler.Scheduler, rng *rand.Rand) {
	const producers, each, visitors = 4, 60, 6
	var producing, visiting, staying sync.WaitGroup
	for range 2 {
		ready := make(chan struct{})
		staying.Go(func() { r.stay(scheduler.With(r.t.Context(), s()), ready) })
		<-ready
	}
	for p := range producers {
		mine := make([]*shared, each)
		for n := range mine {
			mine[n] = &shared{producer: p, n: n}
		}
		r.all = append(r.all, mine...)
		try := rng.IntN(3) == 0
		producing.Go(func() {
			for _, e := range mine {
				if e.said = sources.Full; try {
					e.said = r.hub.TryEmit(e)
				}
				if e.said == sources.Full {
					e.said = r.hub.Emit(r.t.Context(), e)
				}
			}
		})
	}
	for range visitors {
		strategy := []flow.Overflow{flow.Block, flow.DropOldest, flow.DropIncoming, flow.Latest, flow.Fail}[rng.IntN(5)]
		capacity, visits := 1+rng.IntN(4), 1+rng.IntN(4)
		if strategy == flow.Latest {
			capacity = 1
		}
		ways := make([]int, visits)
		for i := range ways {
			ways[i] = rng.IntN(60)
		}
		visiting.Go(func() {
			for _, way := range ways {
				r.visit(scheduler.With(r.t.Context(), s()), r.hub.With(capacity, strategy), way)
			}
		})
	}
	producing.Wait()
	r.hub.Complete()
	visiting.Wait()
	staying.Wait()
	r.check()
}

// stay is a subscriber from the beginning to the end.
func (r *hubRun) stay(ctx context.Context, ready chan struct{}) {
	var got []*shared
	err := sinks.ForEach(ctx, announced{r.hub, ready}, func(_ context.Context, e *shared) error {
		e.consumed.Add(1)
		got = append(got, e)
		return nil
	})
	if err != nil || len(got) != len(r.all) {
		r.t.Errorf("%d of %d elements, %v", len(got), len(r.all), err)
	}
	r.saw(got)
}

// announced tells when it has been subscribed.
type announced struct {
	*sources.Hub[*shared]
	done chan struct{}
}

func (a announced) Subscribe(ctx context.Context, s flow.Subscriber[*shared]) {
	a.Hub.Subscribe(ctx, s)
	close(a.done)
}

// visit subscribes for a number of elements, and leaves in one of three ways.
func (r *hubRun) visit(ctx context.Context, src flow.Publisher[*shared], n int) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var got []*shared
	stop := errors.New("enough")
	if n%3 == 0 {
		src = operators.Take(src, int64(n+1))
	}
	err := sinks.ForEach(ctx, src, func(_ context.Context, e *shared) error {
		e.consumed.Add(1)
		got = append(got, e)
		switch {
		case len(got) <= n:
		case n%3 == 1:
			cancel()
		case n%3 == 2:
			return stop
		}
		return nil
	})
	if err != nil && !errors.Is(err, stop) && !errors.Is(err, context.Canceled) && !errors.Is(err, flow.ErrOverflow) {
		r.t.Errorf("visitor: %v", err)
	}
	r.saw(got)
}

func (r *hubRun) saw(got []*shared) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, got)
}

func (r *hubRun) check() {
	for _, e := range r.all {
		require.True(r.t, e.said == sources.Accepted || e.said == sources.Displaced || e.said == sources.Partial, "%v", e.said)
		require.Equal(r.t, e.said == sources.Partial, e.late.Load() > 0, "%v, and %d have not got it", e.said, e.late.Load())
		require.Equal(r.t, e.shares.Load()+1, e.consumed.Load()+e.released.Load(), "%v: %d consumed, %d released", e.said,
			e.consumed.Load(), e.released.Load())
	}
	order := map[*shared]int{} // as the first that saw all has it
	for _, got := range r.seen {
		if len(got) == len(r.all) {
			for i, e := range got {
				order[e] = i
			}
			break
		}
	}
	for _, got := range r.seen {
		for i := range got[min(1, len(got)):] {
			require.Less(r.t, order[got[i]], order[got[i+1]], "all agree on the order")
		}
	}
	last := map[int]int{}
	for _, got := range r.seen[:1] {
		for _, e := range got {
			require.GreaterOrEqual(r.t, e.n, last[e.producer])
			last[e.producer] = e.n
		}
	}
}
