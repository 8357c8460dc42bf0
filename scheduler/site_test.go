package scheduler_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// inners is an operator that makes one inner stream for each element of outer,
// one after another, and emits what that does.
type inners struct {
	node  flow.Node
	count int
	make  func(k int) flow.Publisher[int]
}

func (p *inners) Node() *flow.Node { return &p.node }

func (p *inners) Subscribe(ctx context.Context, s flow.Subscriber[int]) {
	inner := scheduler.Inner(scheduler.Enter(ctx), &p.node)
	for k := range p.count - 1 {
		p.make(k).Subscribe(inner, ignoring{})
	}
	p.make(p.count-1).Subscribe(inner, s)
}

type ignoring struct{}

func (ignoring) OnSubscribe(s flow.Subscription) { s.Request(flow.Unbounded) }
func (ignoring) OnNext(int)                      {}
func (ignoring) OnError(error)                   {}
func (ignoring) OnComplete()                     {}

// announced records the stages that a run announces.
type announced struct {
	mu     sync.Mutex
	stages []string
	stats  map[string]*flow.Stats
}

func (a *announced) OnStage(s flow.StageInfo, stats *flow.Stats) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.stats == nil {
		a.stats = make(map[string]*flow.Stats)
	}
	a.stages = append(a.stages, s.Stage)
	a.stats[s.Stage] = stats
}

func (*announced) OnUndeliverable(string, error) {}

func chain(int) flow.Publisher[int] {
	double := operators.Map(operators.Map(sources.Of(1, 2, 3), func(v int) int { return v }), func(v int) int { return 2 * v })
	return operators.Async(double, 4)
}

// TestInnerStreamsShareNamesAndCounters: however many inner streams a stage
// makes, an observer sees one stage for those that are made alike, with all
// counts added up, also above a boundary and two levels down.
func TestInnerStreamsShareNamesAndCounters(t *testing.T) {
	var a announced
	ctx := flow.WithObserver(t.Context(), &a)
	const n = 50
	two := &inners{node: flow.Node{Kind: "two"}, count: n, make: func(int) flow.Publisher[int] {
		return &inners{node: flow.Node{Kind: "one"}, count: 1, make: chain}
	}}
	all, err := sinks.Slice(ctx, two)
	require.NoError(t, err)
	require.Equal(t, []int{2, 4, 6}, all)
	require.ElementsMatch(t, []string{
		"slice#2", "two#1",
		"two#1/one#1/of#1", "two#1/one#1/map#2", "two#1/one#1/map#3", "two#1/one#1/async#4",
	}, a.stages)
	require.EqualValues(t, 3*n, a.stats["two#1/one#1/of#1"].Out.Load())
	require.Zero(t, a.stats["two#1/one#1/map#2"].Workers.Load())
}

// TestErrorsOfInnerStreamsNameWhereTheyArose, with and without an observer.
func TestErrorsOfInnerStreamsNameWhereTheyArose(t *testing.T) {
	cause := errors.New("cause")
	failing := &inners{node: flow.Node{Kind: "outer", Name: "orders"}, count: 1, make: func(int) flow.Publisher[int] {
		return operators.Async(operators.TryMap(sources.Of(1), func(context.Context, int) (int, error) { return 0, cause }), 1)
	}}
	for _, ctx := range []context.Context{t.Context(), flow.WithObserver(t.Context(), &announced{})} {
		_, err := sinks.Slice(ctx, failing)
		var s *flow.StageError
		require.ErrorAs(t, err, &s)
		require.ErrorIs(t, err, cause)
		require.Equal(t, "orders/trymap#2", s.Stage)
	}
}
