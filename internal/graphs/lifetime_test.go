package graphs

import (
	"slices"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
)

// lifetimeRows are the operators that share a stream and outlast those who
// share it.
func lifetimeRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{
		{"AutoConnect", unknown, (*draw[T]).autoConnect},
		{"Share with grace", unknown, (*draw[T]).shareWithGrace},
	}
}

// autoConnect has all its subscribers from the start, and is disconnected when
// one of them has left.
func (d *draw[T]) autoConnect(s stream[T]) stream[T] {
	c, strategy, most := d.queue()
	n := 1 + d.intn(3)
	if s.part {
		n = 1
	}
	shared := operators.Publish(s.pub, c, strategy)
	out := s.then(operators.DoFinally(d.merged(slices.Repeat([]flow.Publisher[T]{operators.AutoConnect(shared, n)}, n)),
		func(error) { shared.Disconnect() }), slices.Repeat(s.want, n),
		"Publish(%d, %v), AutoConnect(%d), Merge", c, strategy, n).atLeast(most)
	if n > 1 {
		return out.atLeast(unsorted)
	}
	return out
}

// shareWithGrace has one subscriber, and lasts a while when that has left.
func (d *draw[T]) shareWithGrace(s stream[T]) stream[T] {
	c, strategy, most := d.queue()
	d.timed = true
	out := operators.Share(s.pub, c, strategy, operators.WithGrace(time.Nanosecond+d.pause()))
	return s.then(out, s.want, "Share(%d, %v) with grace", c, strategy).atLeast(most)
}
