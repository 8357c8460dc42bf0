package operators

import (
	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Flatten emits the elements of the streams that src emits, at most concurrency
// of them at once, as they come. It is [FlatMap] with the stream itself.
//
//	source         --a-------b--|
//	a                -1---2-|
//	b                        -3-4-|
//	Flatten(2)
//	result         ---1---2---3-4-|
//
// Demand: as that of FlatMap: concurrency streams at once, and of each as many
// elements as may be held.
//
// Buffer: at most 32 elements for each stream, or as [WithPrefetch] says, while
// there is no demand.
//
// Errors: the first error cancels everything above and is passed on after the
// elements before it. A nil stream ends it with a [flow.StageError].
// [WithDelayErrors] lets the other streams go on.
//
// Ends: completes when src and all streams have. Panics if concurrency is less
// than 1.
func Flatten[T any](src flow.Publisher[flow.Publisher[T]], concurrency int, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Flatten: nil source")
	stage.Require(concurrency > 0, "operators.Flatten: concurrency %d, must be at least 1", concurrency)
	return FlatMap(src, concurrency, theStream[T], opts...)
}

// Switch emits the elements of the newest of the streams that src emits. It is
// [SwitchMap] with the stream itself.
//
//	source         --a-------b------|
//	a                -1---2---3-|
//	b                        -4---5-|
//	Switch()
//	result         ---1---2---4---5-|
//
// Demand: as that of SwitchMap: passed to the present stream as it is, and src
// is never held up.
//
// Buffer: one stream at most, for a moment. What the streams hold is theirs.
//
// Errors: an error of the present stream or of src ends the stream at once and
// cancels the other. A nil stream ends it with a [flow.StageError].
//
// Ends: completes when src and the last stream have.
func Switch[T any](src flow.Publisher[flow.Publisher[T]], opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Switch: nil source")
	return SwitchMap(src, theStream[T], opts...)
}

func theStream[T any](pub flow.Publisher[T]) flow.Publisher[T] { return pub }
