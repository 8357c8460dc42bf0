package operators

import (
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// TimeoutTotal emits the elements of src, and fails when it has not completed
// before the time d after the subscription.
//
//	source         -1--2----3-----4-|
//	TimeoutTotal(10 columns)
//	result         -1--2----3!
//
// The clock does not stand still: the time in which the reader works or asks
// for nothing counts. An element or an end that comes exactly when the time is
// up is too late.
//
// Demand: passed up as it is.
//
// Buffer: none.
//
// Errors: passes upstream's on. When the time is up, it cancels upstream and
// ends the stream with a [flow.StageError] that wraps [flow.ErrTimeout].
//
// Ends: completes when upstream does. Panics if d is not positive.
//
// For the time between elements there is [Timeout].
func TimeoutTotal[T any](src flow.Publisher[T], d time.Duration, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.TimeoutTotal: nil source")
	stage.Require(d > 0, "operators.TimeoutTotal: time %v, must be positive", d)
	return &takeForOp[T]{stage.NewBlueprint("timeouttotal", src, opts), stage.Adapt(src), d, true}
}
