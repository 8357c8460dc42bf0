package flow

import (
	"fmt"
	"reflect"
)

// Reason says why a stream let go of an element.
type Reason uint8

// The reasons for which a stage lets go of an element.
const (
	Filtered     Reason     = iota + 1 // a predicate rejected it
	DroppedOld                         // it was the oldest in a full buffer
	DroppedNew                         // it arrived at a full buffer
	Replaced                           // a newer one took its place
	Merged                             // it was merged into another
	Cancelled                          // the subscriber left while it was held
	Failed                             // the stream failed while it was held
	AfterEnd                           // it arrived after the end of the stream
	Skipped                            // its function asked to leave it out: see [ErrSkip]
	ReasonsCount = iota + 1            // number of reasons, the zero value included
)

var reasonNames = [ReasonsCount]string{
	"unknown", "filtered", "dropped-oldest", "dropped-incoming", "replaced",
	"merged", "cancelled", "failed", "after-end", "skipped",
}

// String returns the reason in the words that metrics use.
func (r Reason) String() string {
	if int(r) < len(reasonNames) {
		return reasonNames[r]
	}
	return fmt.Sprintf("reason(%d)", uint8(r))
}

// Releaser is an element that must be told when the stream lets go of it
// without handing it on: a message to acknowledge, a pooled buffer.
//
// Handing over is the call: whoever receives OnNext or OnNextBatch owns the
// elements and releases what it does not pass on. A user's function that
// receives the element (Map, ForEach) has consumed it.
type Releaser interface {
	Release(reason Reason)
}

// Forker is a [Releaser] that can be shared: a stage that sends an element to
// n receivers calls Fork(n) first, and then Release is called up to n times.
type Forker interface {
	Releaser
	Fork(n int)
}

var releaserType = reflect.TypeFor[Releaser]()

// ReleaseFunc returns the function that releases an element of type T, or nil
// where no element of that type can be a [Releaser]. Ask once, at Subscribe:
// plain elements then cost nothing.
//
// Interface types are checked element by element; slices and arrays of
// Releasers release their parts. It panics for a type of which only the
// pointer has Release, since such an element could never be released.
func ReleaseFunc[T any]() func(v T, reason Reason) {
	t := reflect.TypeFor[T]()
	switch {
	case t.Kind() == reflect.Interface:
		return func(v T, reason Reason) {
			if r, ok := any(v).(Releaser); ok {
				r.Release(reason)
			}
		}
	case t.Implements(releaserType):
		return func(v T, reason Reason) { any(v).(Releaser).Release(reason) }
	case reflect.PointerTo(t).Implements(releaserType):
		panic(fmt.Sprintf("flow: %v has Release only on its pointer; use *%v as the element type", t, t))
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Array:
		if e := t.Elem(); e.Kind() == reflect.Interface || e.Implements(releaserType) {
			return releaseParts[T]
		}
	}
	return nil
}

func releaseParts[T any](v T, reason Reason) {
	s := reflect.ValueOf(v)
	for i := range s.Len() {
		if r, ok := reflect.TypeAssert[Releaser](s.Index(i)); ok {
			r.Release(reason)
		}
	}
}
