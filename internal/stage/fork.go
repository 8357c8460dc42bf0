package stage

import (
	"reflect"
	"strconv"

	"github.com/weirgo/weir/flow"
)

// Fork returns the function that tells an element that n receivers get it, or
// nil where elements need not be told. It panics for elements that can be
// released and not shared.
func Fork[T any](function string) func(v T, n int) {
	release := flow.ReleaseFunc[T]()
	if release == nil {
		return nil
	}
	t := reflect.TypeFor[T]()
	Require(t.Kind() == reflect.Interface || t.Implements(reflect.TypeFor[flow.Forker]()),
		"%s: elements of type %v have Release but no Fork, so they cannot be shared", function, t)
	return func(v T, n int) {
		switch f := any(v).(type) {
		case flow.Forker:
			if n == 0 {
				release(v, flow.Cancelled)
				return
			}
			f.Fork(n)
		case flow.Releaser:
			panic(function + ": an element has Release but no Fork, so it cannot be shared")
		}
	}
}

// Numbered returns the name with the number of a branch.
func Numbered(name string, n int) string { return name + "." + strconv.Itoa(n) }
