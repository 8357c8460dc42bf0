package graphs

import (
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// pacedRows are operators that emit when the clock or another stream says so.
func pacedRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{
		{"SampleOn", unknown, (*draw[T]).sampleOn},
	}
}

func (d *draw[T]) sampleOn(s stream[T]) stream[T] {
	wait := d.pause()
	if d.intn(2) == 0 {
		return s.then(operators.SampleOn(s.pub, sources.Ticker(wait)), s.want, "SampleOn(%v)", wait).atLeast(lossy)
	}
	return s.then(operators.SampleOn(s.pub, sources.Timer(wait), operators.WithLast()), s.want, "SampleOn(once, %v)", wait).atLeast(lossy)
}
