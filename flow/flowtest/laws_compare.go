package flowtest

import (
	"fmt"
	"reflect"
)

// out returns what comes out when upstream sends n elements and completes.
func (l *laws[In, Out]) out(n int) []Out {
	out, ok := l.outs[n]
	if !ok {
		out = l.cfg.Out(n)
		l.outs[n] = out
	}
	return out
}

// surely returns how many elements must have come out when n have gone in,
// upstream goes on, and there is demand: those that are the same whatever
// follows.
func (l *laws[In, Out]) surely(n int) int {
	if l.cfg.AtEnd || l.cfg.Lossy {
		return 0
	}
	k, ok := l.sure[n]
	if !ok {
		out := l.out(n)
		k = min(common(out, l.out(n+1)), common(out, l.out(2*n+7)))
		if n <= l.cfg.Size {
			k = min(k, common(out, l.full))
		}
		l.sure[n] = k
	}
	return k
}

// common returns how many elements two slices have in common at the beginning.
func common[T any](a, b []T) (n int) {
	for n < len(a) && n < len(b) && reflect.DeepEqual(a[n], b[n]) {
		n++
	}
	return n
}

// indexOf returns which element of upstream v is. Most likely it is number k.
func (l *laws[In, Out]) indexOf(v In, k int) (i int, ok bool) {
	if reflect.DeepEqual(v, l.cfg.In(k)) {
		return k, true
	}
	for i := range l.cfg.Size {
		if reflect.DeepEqual(v, l.cfg.In(i)) {
			return i, true
		}
	}
	return 0, false
}

// misses compares what came out with what should have, when n elements went in
// and the stream did not complete. It returns "" if that is as it should be.
func (l *laws[In, Out]) misses(got []Out, n int) string {
	if l.cfg.Lossy {
		return ""
	}
	if l.cfg.Unordered {
		if v, ok := surplus(got, l.full); ok {
			return fmt.Sprintf("%v came out, which is not in %s", v, short(l.full))
		}
		if l.cfg.Concurrent > 1 {
			return "" // those before may not be ready
		}
	} else if common(got, l.full) < len(got) && common(got, l.out(n)) < len(got) {
		return fmt.Sprintf("got %s, want the first of %s", short(got), short(l.full))
	}
	if want := l.surely(n); len(got) < want && !l.cfg.ErrorsFirst {
		return fmt.Sprintf("only %d elements came out, but %d were due: got %s", len(got), want, short(got))
	}
	return ""
}

// differs compares what came out of a stream of n elements that completed with
// what should have.
func (l *laws[In, Out]) differs(got []Out, n int) string {
	want := l.out(n)
	switch {
	case l.cfg.Lossy:
		return ""
	case !l.cfg.Unordered:
		if !equal(got, want) {
			return fmt.Sprintf("%d elements came out, which are not the %d that should, from number %d on: got %s, want %s",
				len(got), len(want), common(got, want), short(got), short(want))
		}
		return ""
	}
	if v, ok := surplus(got, want); ok {
		return fmt.Sprintf("%v came out, or came too often: want %s", v, short(want))
	}
	if v, ok := surplus(want, got); ok {
		return fmt.Sprintf("%v did not come out: got %s", v, short(got))
	}
	return ""
}

// surplus returns an element of a that is not in b, or not so often.
func surplus[T any](a, b []T) (v T, ok bool) {
	count := map[any]int{}
	for _, v := range b {
		count[key(v)]++
	}
	for _, v := range a {
		if count[key(v)]--; count[key(v)] < 0 {
			return v, true
		}
	}
	return v, false
}

func key[T any](v T) any {
	if t := reflect.TypeOf(v); t != nil && t.Comparable() {
		return v
	}
	return fmt.Sprintf("%#v", v)
}

// short prints a slice, of which a long one only in part.
func short[T any](vs []T) string {
	if n := len(vs); n > 24 {
		return fmt.Sprintf("%v … %v", vs[:12], vs[n-4:])
	}
	return fmt.Sprint(vs)
}
