package flowtest

import "runtime"

// ending is a way in which a stream ends, at position k.
type ending[In, Out any] struct {
	name string
	call bool // it happens inside a call of the function
	set  func(t *trial[In, Out], k int)
}

// endings returns all ways in which a stream ends.
func endings[In, Out any]() []ending[In, Out] {
	inNext := func(act func(t *trial[In, Out])) func(*trial[In, Out], int) {
		return func(t *trial[In, Out], k int) {
			consume := t.next
			t.next = func(i int, v Out) {
				consume(i, v)
				if i == k {
					act(t)
				}
			}
		}
	}
	inCall := func(act func(t *trial[In, Out])) func(*trial[In, Out], int) {
		return func(t *trial[In, Out], k int) {
			t.call = func(i int, _ In) {
				if i == k {
					act(t)
				}
			}
		}
	}
	endContext := func(t *trial[In, Out]) { t.cancel(errTrialCtx) }
	return []ending[In, Out]{
		{"upstream completes after %d elements", false, func(t *trial[In, Out], k int) { t.src.n = k }},
		{"upstream fails after %d elements", false, func(t *trial[In, Out], k int) { t.src.n, t.src.err = k, errTrialUp }},
		{"Cancel inside OnNext of element %d", false, inNext((*trial[In, Out]).leave)},
		{"Cancel on another goroutine, during OnNext of element %d", false, inNext((*trial[In, Out]).leaveElsewhere)},
		{"context ends inside OnNext of element %d", false, inNext(endContext)},
		{"panic in OnNext of element %d", false, inNext(func(t *trial[In, Out]) {
			t.depart()
			panic(onPurpose{})
		})},
		{"Cancel inside call %d of the function", true, inCall((*trial[In, Out]).leave)},
		{"context ends inside call %d of the function", true, inCall(endContext)},
		{"panic in call %d of the function", true, inCall(func(*trial[In, Out]) { panic(errTrialPanic) })},
		{"Goexit in call %d of the function", true, inCall(func(*trial[In, Out]) { runtime.Goexit() })},
	}
}

// few are the positions at which a stream is ended in all ways.
func few(n int) []int {
	var all []int
	for i, k := range positions(n) {
		if i < 4 || i%4 == 0 || k > 200 {
			all = append(all, k)
		}
	}
	return all
}
