package stage

import "reflect"

// Scratch is a stage's buffer for the batch that it hands on. It is allocated
// with the first batch and holds no element between batches.
type Scratch[T any] struct {
	buf  []T
	wipe wipe
}

type wipe uint8

const (
	wipeUnknown wipe = iota
	wipeNo
	wipeYes
)

// One makes batches of one element.
type One[T any] struct{ v [1]T }

// One returns v as a batch.
func (o *One[T]) One(v T) []T {
	o.v[0] = v
	return o.v[:]
}

// Get returns a buffer of n elements, whose content does not matter. The first
// has just that size: the stage of a short stream needs no other.
func (s *Scratch[T]) Get(n int) []T {
	if cap(s.buf) < n {
		s.buf = make([]T, n, max(n, min(4*cap(s.buf), MaxBatch)))
	}
	return s.buf[:n]
}

// Put clears a buffer that Get returned, if elements hold pointers.
func (s *Scratch[T]) Put(used []T) {
	if s.wipe != wipeNo {
		s.clear(used)
	}
}

func (s *Scratch[T]) clear(used []T) {
	if s.wipe == wipeUnknown {
		s.wipe = wipeNo
		if HasPointers[T]() {
			s.wipe = wipeYes
		}
	}
	if s.wipe == wipeYes {
		clear(used)
	}
}

// HasPointers reports whether a value of type T can keep other memory alive.
func HasPointers[T any]() bool { return hasPointers(reflect.TypeFor[T]()) }

func hasPointers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return t.Len() > 0 && hasPointers(t.Elem())
	case reflect.Struct:
		for f := range t.Fields() {
			if hasPointers(f.Type) {
				return true
			}
		}
		return false
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return false
	default:
		return true
	}
}
