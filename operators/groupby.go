package operators

import (
	"context"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Group is the stream of the elements that have one key. It is a publisher of
// them, which may be subscribed once, on any island: read it with [FlatMap],
// or with a sink in a goroutine of its own, but not with a sink inside the
// function that receives it, which would hold up the stage that feeds it.
//
// A Group is a [flow.Releaser]: stages that let go of it let go of its
// elements. A function that receives one and does not subscribe to it should
// call Release.
type Group[K comparable, T any] struct {
	Key K
	flow.Publisher[T]
}

// Release lets go of the group, if nobody has subscribed to it: its elements
// are told, and the next element with its key opens a new group.
func (g Group[K, T]) Release(reason flow.Reason) {
	if r, ok := g.Publisher.(flow.Releaser); ok {
		r.Release(reason)
	}
}

// Unwrap returns the publisher of the elements.
func (g Group[K, T]) Unwrap() flow.Publisher[T] { return g.Publisher }

// Node describes the publisher of the elements.
func (g Group[K, T]) Node() *flow.Node { return flow.NodeOf(g.Publisher) }

// GroupBy emits a [Group] for each key that key finds in the elements of src,
// at most groups of them at once. Each group is a queue with a subscriber of
// its own, which may run anywhere. A group whose subscriber has cancelled is
// closed, and the next element with its key opens a new one. Groups can end
// early: see [WithMaxIdle] and [WithEviction].
//
//	source         --1--2--3--4--|
//	GroupBy(10, 8, v%2)
//	group 1          1-----3-----|
//	group 0             2-----4--|
//
// Demand: what is requested is groups. Requests capacity elements when the
// first group is, and again what has gone to groups when that is three
// quarters of it. An element waits, and all behind it, while the queue of its
// group is full, or while it needs a group that is not requested. So it does
// while it needs the place of a group that has ended early and is not read to
// its end.
//
// Buffer: at most capacity elements for each group, and as many that wait.
//
// Errors: passes upstream's on to all groups, and then as its own, after the
// elements before it. A panic in key does the same as a [flow.PanicError], an
// element for which there are too many groups as [flow.ErrTooManyGroups],
// unless [WithEviction] makes room.
//
// It ends with [flow.ErrGroupStalled] where a [FlatMap] reads the groups, and
// reads as many at once as it may, an element needs a further one, and it is
// certain that none of those will end: each leads from its group to the
// FlatMap through stages that only do what they are told to (Map, TryMap,
// Filter, Scan, Fold, Take, TakeWhile, Skip, SkipWhile, Async), and is empty.
// So it does when in this situation an element waits for a group that has had
// no subscriber for 5 s; and with [WithEviction] when none of the groups has had
// one for 5 s, so that none can make room. With [WithMaxIdle] groups do end, and
// the element waits for that. Other readers, and other stages between, are not
// seen through: have the reader read as many groups at once as there may be.
//
// Ends: completes all groups, the first one first, and then itself when
// upstream completes. It goes on for the groups when its subscriber cancels,
// and cancels upstream when the subscribers of all groups have as well, or the
// sink of the stream of groups returns. A group that is subscribed to after the
// end still has its elements, until that sink has returned, or all of its graph
// has ended: then they are let go. Panics if groups or capacity is less than 1.
func GroupBy[T any, K comparable](src flow.Publisher[T], groups, capacity int, key func(T) K, opts ...Option) flow.Publisher[Group[K, T]] {
	stage.Require(src != nil, "operators.GroupBy: nil source")
	stage.Require(groups > 0, "operators.GroupBy: %d groups, must be at least 1", groups)
	stage.Require(capacity > 0, "operators.GroupBy: capacity %d, must be at least 1", capacity)
	stage.Require(key != nil, "operators.GroupBy: nil function")
	c := stage.Configure(opts)
	p := &groupByOp[T, K]{stage.NewBlueprint("groupby", src, opts), stage.NewBlueprint("group", nil, nil), stage.Adapt(src), key, groups, capacity, c.MaxIdle, c.Evict}
	p.Node().Capacity = int64(capacity) * (int64(groups) + 1)
	p.group.Node().Capacity, p.group.Node().Boundary = int64(capacity), true
	return p
}

type groupByOp[T any, K comparable] struct {
	stage.Blueprint
	group    stage.Blueprint // of each group
	src      flow.Publisher[T]
	key      func(T) K
	groups   int
	capacity int
	idle     time.Duration // 0: no limit
	evict    bool
}

func (p *groupByOp[T, K]) Subscribe(ctx context.Context, down flow.Subscriber[Group[K, T]]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	own, stop := context.WithCancel(ctx) // it also ends when the sink returns
	s := &groupByStage[T, K]{plan: p, upstream: ctx, stop: stop, open: make(map[K]*groupLine[T, K])}
	s.release = flow.ReleaseFunc[T]()
	s.poll.reset()
	s.Begin(own, p.Node(), down, s, s)
}
