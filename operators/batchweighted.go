package operators

import (
	"fmt"
	"math"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/demand"
	"github.com/weirgo/weir/internal/stage"
)

// BatchWeighted emits the elements in slices whose weights add up to at most
// limit, and at the end the rest. A slice is emitted when it has reached the
// limit, or when the next element would pass it: that begins another one. An
// element that weighs more than the limit has a slice of its own. With
// [WithMaxWait] a slice is also emitted when that time has passed since its
// first element. A slice belongs to whoever receives it.
//
//	source              --3--2--4----9--1-|
//	BatchWeighted(5, itself)
//	result              -----[3 2]-[4]-[9]-[1]|
//
// An element weighs at least 1, also where weight returns 0, so that there are
// never more than limit elements in a slice.
//
// Demand: at most as many elements at once as slices are demanded, since each
// may fill one. Nothing without demand.
//
// Buffer: elements that weigh at most limit, and the one that was too heavy to
// be added to them. A slice whose time has come while there is no demand goes
// on to fill, and is emitted at the next request.
//
// Errors: passes upstream's on, after slices that only lack demand. A panic in
// weight ends the stream with a [flow.PanicError], a negative weight with a
// [flow.StageError], both in the same way. The elements of an unfinished slice
// are let go.
//
// Ends: completes when upstream has, after the rest. Panics if limit is less
// than 1.
func BatchWeighted[T any](src flow.Publisher[T], limit int64, weight func(T) int64, opts ...Option) flow.Publisher[[]T] {
	stage.Require(src != nil, "operators.BatchWeighted: nil source")
	stage.Require(limit > 0, "operators.BatchWeighted: limit %d, must be at least 1", limit)
	stage.Require(weight != nil, "operators.BatchWeighted: nil function")
	p := newBatchCut("batchweighted", src, int(min(limit, math.MaxInt)), func() cutFunc[T] {
		return (&weighing[T]{weight: weight, limit: limit}).cut
	}, opts)
	p.Node().Capacity = demand.Sum(limit, 1)
	return p
}

// weighing is the function of one subscription.
type weighing[T any] struct {
	weight func(T) int64
	limit  int64
	sum    int64 // of the weights of the slice
}

func (w *weighing[T]) cut(v T, held int) (before, after bool, err error) {
	n := w.weight(v)
	if n < 0 {
		return false, false, negativeWeight(n)
	}
	n = max(1, n)
	if before = n > w.limit-w.sum; before || held == 0 {
		w.sum = 0
	}
	w.sum = demand.Sum(w.sum, n)
	return before, w.sum >= w.limit, nil
}

func negativeWeight(w int64) error { return fmt.Errorf("weight %d, must not be negative", w) }
