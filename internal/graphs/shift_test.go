package graphs

import (
	"time"

	"github.com/weirgo/weir/operators"
)

// shiftRows are the operators that shift elements in time, choose by it, or
// gather them.
func shiftRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{
		{"Delay", unknown, (*draw[T]).delay},
		{"DelaySubscription", unknown, (*draw[T]).delaySubscription},
		{"ThrottleFirst", unknown, (*draw[T]).throttleFirst},
		{"ThrottleLatest", unknown, (*draw[T]).throttleLatest},
		{"TimeoutFirst", unknown, (*draw[T]).timeoutFirst},
		{"TimeoutTotal", unknown, (*draw[T]).timeoutTotal},
		{"TakeFor", unknown, (*draw[T]).takeFor},
		{"SkipFor", unknown, (*draw[T]).skipFor},
		{"Sliding", exact, (*draw[T]).sliding},
		{"BatchWhileBusy", unknown, (*draw[T]).batchWhileBusy},
	}
}

func (d *draw[T]) delay(s stream[T]) stream[T] {
	c, wait := d.capacity(), d.pause()
	return s.then(operators.Delay(s.pub, c, wait), s.want, "Delay(%d, %v)", c, wait)
}

func (d *draw[T]) delaySubscription(s stream[T]) stream[T] {
	wait := d.pause()
	return s.then(operators.DelaySubscription(s.pub, wait), s.want, "DelaySubscription(%v)", wait)
}

func (d *draw[T]) throttleFirst(s stream[T]) stream[T] {
	wait := d.pause()
	return s.then(operators.ThrottleFirst(s.pub, wait), s.want, "ThrottleFirst(%v)", wait).atLeast(lossy)
}

func (d *draw[T]) throttleLatest(s stream[T]) stream[T] {
	wait := d.pause()
	var opts []operators.Option
	if d.intn(2) == 0 {
		opts = append(opts, operators.WithLast())
	}
	return s.then(operators.ThrottleLatest(s.pub, wait, opts...), s.want, "ThrottleLatest(%v, %d options)", wait, len(opts)).atLeast(lossy)
}

// timeoutFirst does not time out, see timeout.
func (d *draw[T]) timeoutFirst(s stream[T]) stream[T] {
	return s.then(operators.TimeoutFirst(s.pub, time.Hour), s.want, "TimeoutFirst(1h)")
}

func (d *draw[T]) timeoutTotal(s stream[T]) stream[T] {
	return s.then(operators.TimeoutTotal(s.pub, 100*time.Hour), s.want, "TimeoutTotal(100h)")
}

func (d *draw[T]) takeFor(s stream[T]) stream[T] {
	if d.intn(2) == 0 {
		return s.then(operators.TakeFor(s.pub, 100*time.Hour), s.want, "TakeFor(100h)")
	}
	wait := d.pause()
	return s.then(operators.TakeFor(s.pub, wait), s.want, "TakeFor(%v)", wait).atLeast(lossy)
}

func (d *draw[T]) skipFor(s stream[T]) stream[T] {
	if d.intn(2) == 0 {
		return s.then(operators.SkipFor(s.pub, 0), s.want, "SkipFor(0)")
	}
	wait := d.pause()
	return s.then(operators.SkipFor(s.pub, wait), s.want, "SkipFor(%v)", wait).atLeast(lossy)
}

// sliding makes slices, and takes them apart: where they overlap, an element is
// there several times.
func (d *draw[T]) sliding(s stream[T]) stream[T] {
	size, step := 1+d.intn(7), 1+d.intn(7)
	var want []int
	had := 0
	for at := 0; at < len(s.want) && had < len(s.want); at += step {
		had = min(at+size, len(s.want))
		want = append(want, s.want[at:had]...)
	}
	slices := operators.Sliding(s.pub, size, step)
	return s.then(operators.FlatMapSlice(slices, func(es []T) []T { return es }), want, "Sliding(%d, %d), flat", size, step)
}

func (d *draw[T]) batchWhileBusy(s stream[T]) stream[T] {
	size := oneOf(d, 1, 2, 8, 100)
	slices := operators.BatchWhileBusy(s.pub, size)
	return s.then(operators.FlatMapSlice(slices, func(es []T) []T { return es }), s.want, "BatchWhileBusy(%d), flat", size)
}
