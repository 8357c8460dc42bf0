package operators

import (
	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/demand"
	"github.com/weirgo/weir/internal/stage"
)

// BatchWeightedWhileBusy emits the elements in slices of what has come while the
// reader was busy, as [BatchWhileBusy] does, whose weights add up to at most
// limit. An element that weighs more has a slice of its own. Everything above it
// runs concurrently with everything below, as with [Async]; weight runs above.
//
//	source                             --3-1-1-4-2--------9-|
//	BatchWeightedWhileBusy(5, itself)
//	result                             --[3]-[1 1]-[4]-[2]--[9]|      with a slow reader
//
// An element weighs at least 1, also where weight returns 0, so that there are
// never more than limit elements in a slice.
//
// Demand: one element at a time, while what is held weighs less than limit: a
// source that listens to demand waits then. Nothing is lost.
//
// Buffer: elements that weigh at most limit, and the one that was too heavy to
// be added to them.
//
// Errors: passes upstream's on, after the elements before it. A panic in weight
// ends the stream with a [flow.PanicError], a negative weight with a
// [flow.StageError], both in the same way.
//
// Ends: completes when upstream has and nothing is held. Panics if limit is less
// than 1.
//
// A slice belongs to whoever receives it. To wait for slices that are full, use
// [BatchWeighted].
func BatchWeightedWhileBusy[T any](src flow.Publisher[T], limit int64, weight func(T) int64, opts ...Option) flow.Publisher[[]T] {
	stage.Require(src != nil, "operators.BatchWeightedWhileBusy: nil source")
	stage.Require(limit > 0, "operators.BatchWeightedWhileBusy: limit %d, must be at least 1", limit)
	stage.Require(weight != nil, "operators.BatchWeightedWhileBusy: nil function")
	p := &gatherOp[T]{stage.NewBlueprint("batchweightedwhilebusy", src, opts), stage.Adapt(src), limit, weight}
	p.Node().Capacity, p.Node().Boundary = demand.Sum(limit, 1), true
	return p
}
