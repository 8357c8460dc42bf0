package operators

import (
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// TimeoutFirst emits the elements of src, and fails when the reader has asked
// for the first one and it has not come for the time d.
//
//	source         --------1--2-|
//	TimeoutFirst(5 columns)
//	result         -----!
//
// The clock starts with the first request. After the first element there is no
// limit. One that comes exactly when the time is up is in time.
//
// Demand: passed up as it is.
//
// Buffer: none.
//
// Errors: passes upstream's on. When the time is up, it cancels upstream and
// ends the stream with a [flow.StageError] that wraps [flow.ErrTimeout].
//
// Ends: completes when upstream does. Panics if d is not positive.
func TimeoutFirst[T any](src flow.Publisher[T], d time.Duration, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.TimeoutFirst: nil source")
	stage.Require(d > 0, "operators.TimeoutFirst: time %v, must be positive", d)
	return &timeoutOp[T]{stage.NewBlueprint("timeoutfirst", src, opts), stage.Adapt(src), d, true}
}
