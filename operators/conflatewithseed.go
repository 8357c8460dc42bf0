package operators

import (
	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// ConflateWithSeed is [Conflate] into elements of another type: seed makes the
// pending one of the first that comes, also where no other follows, and merge
// adds to it while the reader is not ready. Everything above it runs
// concurrently with everything below, as with [Async]; seed and merge run above.
//
//	source                 --1-2-3-4-5-|
//	ConflateWithSeed([v], append)
//	result                 --[1]---[2 3 4]-[5]-|      with a slow reader
//
// Demand: unbounded, so that the source is never held up.
//
// Buffer: one element. It is held until there is demand and the island below
// comes for it; how large it may grow is for merge to say.
//
// Errors: passes upstream's on, after the pending element. A panic in seed or
// merge ends the stream with a [flow.PanicError], after the pending element as
// it was before the call.
//
// Ends: completes when upstream has and nothing is pending.
func ConflateWithSeed[T, S any](src flow.Publisher[T], seed func(v T) S, merge func(pending S, v T) S, opts ...Option) flow.Publisher[S] {
	stage.Require(src != nil, "operators.ConflateWithSeed: nil source")
	stage.Require(seed != nil, "operators.ConflateWithSeed: nil seed")
	stage.Require(merge != nil, "operators.ConflateWithSeed: nil function")
	return newConflate(src, seed, merge, opts)
}
