package operators

import (
	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Signal is what a stream tells its subscriber: an element, or how it has ended.
// The zero value is an element.
//
// To let go of a Signal, or to share it, is to do so with its element, where that
// is a [flow.Releaser] or a [flow.Forker].
type Signal[T any] struct {
	Value     T     // the element, unless the stream has ended
	Err       error // with which the stream has failed
	Completed bool  // the stream has completed
}

// IsEnd reports whether the stream has ended.
func (s Signal[T]) IsEnd() bool { return s.Completed || s.Err != nil }

// Release lets go of the element.
func (s Signal[T]) Release(reason flow.Reason) {
	if release := flow.ReleaseFunc[T](); release != nil && !s.IsEnd() {
		release(s.Value, reason)
	}
}

// Fork shares the element among n. It panics for one that can be released and
// not shared.
func (s Signal[T]) Fork(n int) {
	if fork := stage.Fork[T]("operators.Signal"); fork != nil && !s.IsEnd() {
		fork(s.Value, n)
	}
}
