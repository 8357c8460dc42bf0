package stage

import "reflect"

// IsZero reports whether v is the zero value of its type. It is slow.
func IsZero[T any](v T) bool { return reflect.ValueOf(&v).Elem().IsZero() }
