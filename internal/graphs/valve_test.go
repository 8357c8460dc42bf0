package graphs

import (
	"context"
	"fmt"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
)

func valveRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{{"Valved", unknown, (*draw[T]).valved}}
}

// valved is closed by elements above the valve or below it, and opened again a
// while later. It may be closed to begin with.
func (d *draw[T]) valved(s stream[T]) stream[T] {
	c, shut, every, wait := d.capacity(), d.intn(3) == 0, 1+d.intn(50), d.pause()
	v, n := new(operators.Valve), 0
	if shut {
		v.Close()
	}
	turns := d.pure(func(e int) int {
		if n++; n%every == 0 {
			v.Close()
			time.AfterFunc(wait, v.Open)
		}
		return e
	})
	words := fmt.Sprintf("Valved(%d), shut %t, closed at each %d. for %v", c, shut, every, wait)
	var pub flow.Publisher[T]
	if d.intn(2) == 0 {
		pub = operators.Valved(operators.Map(s.pub, turns), v, c)
	} else {
		pub = operators.Map(operators.Valved(s.pub, v, c), turns)
	}
	return s.then(flow.PublisherFunc[T](func(ctx context.Context, to flow.Subscriber[T]) {
		time.AfterFunc(wait, v.Open)
		pub.Subscribe(ctx, to)
	}), s.want, "%s", words)
}
