package operators

import (
	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/demand"
	"github.com/weirgo/weir/internal/stage"
)

// BatchUntil emits the elements in slices. A slice ends with the element for
// which last is true, or when it has size elements, and at the end of the
// stream. With [WithMaxWait] it is also emitted when that time has passed since
// its first element. A slice belongs to whoever receives it.
//
//	source              --a--b--.--c--.--d-|
//	BatchUntil(10, is a dot)
//	result              --------[a b .]-[c .]-[d]|
//
// Demand: at most as many elements at once as slices are demanded, since each
// may end one. Nothing without demand.
//
// Buffer: at most size elements. A slice whose time has come while there is no
// demand goes on to fill, and is emitted at the next request.
//
// Errors: passes upstream's on, after slices that only lack demand. A panic in
// last ends the stream with a [flow.PanicError] in the same way. The elements of
// an unfinished slice are let go.
//
// Ends: completes when upstream has, after the rest. Panics if size is less
// than 1.
func BatchUntil[T any](src flow.Publisher[T], size int, last func(T) bool, opts ...Option) flow.Publisher[[]T] {
	stage.Require(src != nil, "operators.BatchUntil: nil source")
	stage.Require(size > 0, "operators.BatchUntil: size %d, must be at least 1", size)
	stage.Require(last != nil, "operators.BatchUntil: nil function")
	return newBatchCut("batchuntil", src, size, func() cutFunc[T] {
		return func(v T, _ int) (before, after bool, err error) { return false, last(v), nil }
	}, opts)
}

// BatchUntilChanged emits the elements in slices of adjacent elements that have
// one key, of at most size. The element with another key begins the next slice.
// With [WithMaxWait] a slice is also emitted when that time has passed since its
// first element. A slice belongs to whoever receives it.
//
//	source              --a1--a2--b1--a3-|
//	BatchUntilChanged(10, letter)
//	result              ----------[a1 a2]-[b1]-[a3]|
//
// Demand: at most as many elements at once as slices are demanded, since each
// may end one. Nothing without demand.
//
// Buffer: at most size elements, and the one that begins the next slice. A slice
// whose time has come while there is no demand goes on to fill, and is emitted
// at the next request.
//
// Errors: passes upstream's on, after slices that only lack demand. A panic in
// key ends the stream with a [flow.PanicError] in the same way. The elements of
// an unfinished slice are let go.
//
// Ends: completes when upstream has, after the rest. Panics if size is less
// than 1.
func BatchUntilChanged[T any, K comparable](src flow.Publisher[T], size int, key func(T) K, opts ...Option) flow.Publisher[[]T] {
	stage.Require(src != nil, "operators.BatchUntilChanged: nil source")
	stage.Require(size > 0, "operators.BatchUntilChanged: size %d, must be at least 1", size)
	stage.Require(key != nil, "operators.BatchUntilChanged: nil function")
	p := newBatchCut("batchuntilchanged", src, size, func() cutFunc[T] {
		changed := changedKeys[T, K]{key: key}
		return func(v T, _ int) (before, after bool, err error) { return changed.keep(v), false, nil }
	}, opts)
	p.Node().Capacity = demand.Sum(int64(size), 1)
	return p
}
