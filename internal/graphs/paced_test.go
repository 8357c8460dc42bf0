package graphs

import (
	"iter"
	"time"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// pacedRows are operators that emit when the clock or another stream says so.
func pacedRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{
		{"SampleOn", unknown, (*draw[T]).sampleOn},
		{"BatchWeightedWhileBusy", unknown, (*draw[T]).batchWeightedWhileBusy},
		{"ConflateWithSeed", unknown, (*draw[T]).conflateWithSeed},
		{"KeepAlive", unknown, (*draw[T]).keepAlive},
		{"Extrapolate", unknown, (*draw[T]).extrapolate},
		{"TimeoutDemand", unknown, (*draw[T]).timeoutDemand},
	}
}

func (d *draw[T]) sampleOn(s stream[T]) stream[T] {
	wait := d.pause()
	if d.intn(2) == 0 {
		return s.then(operators.SampleOn(s.pub, sources.Ticker(wait)), s.want, "SampleOn(%v)", wait).atLeast(lossy)
	}
	return s.then(operators.SampleOn(s.pub, sources.Timer(wait), operators.WithLast()), s.want, "SampleOn(once, %v)", wait).atLeast(lossy)
}

// keepAlive makes values that are taken out again, unless none is due: nothing
// here takes an hour.
func (d *draw[T]) keepAlive(s stream[T]) stream[T] {
	call := d.function()
	if d.intn(2) == 0 {
		return s.then(operators.KeepAlive(s.pub, time.Hour, func() T { return d.mint(0) }), s.want, "KeepAlive(1h)")
	}
	gap := d.pause()
	numbers := operators.Map(s.pub, d.use)
	alive := operators.KeepAlive(numbers, gap, func() int {
		if err := call(); err != nil {
			panic(err)
		}
		return -1
	})
	back := operators.Map(operators.Filter(alive, func(v int) bool { return v >= 0 }), d.mint)
	return s.then(back, s.want, "KeepAlive(%v)", gap)
}

// extrapolate makes elements that are taken out again, at most a few of each.
func (d *draw[T]) extrapolate(s stream[T]) stream[T] {
	most, call, step := d.intn(5), d.function(), d.function()
	more := operators.Extrapolate(s.pub, func(e T) iter.Seq[T] {
		d.use(e)
		if err := call(); err != nil {
			panic(err)
		}
		return func(yield func(T) bool) {
			for i := 0; i < most && yield(d.mint(-1)); i++ {
				if err := step(); err != nil {
					panic(err)
				}
			}
		}
	})
	own := operators.Filter(more, func(e T) bool { return d.look(e) >= 0 })
	return s.then(own, s.want, "Extrapolate(%d of each)", most)
}

// timeoutDemand does not time out.
func (d *draw[T]) timeoutDemand(s stream[T]) stream[T] {
	return s.then(operators.TimeoutDemand(s.pub, time.Hour), s.want, "TimeoutDemand(1h)")
}

// conflateWithSeed gathers what has come in slices, and takes those apart.
func (d *draw[T]) conflateWithSeed(s stream[T]) stream[T] {
	seed, merge := d.function(), d.function()
	gathered := operators.ConflateWithSeed(operators.Map(s.pub, d.use), func(v int) []int {
		if err := seed(); err != nil {
			panic(err)
		}
		return []int{v}
	}, func(all []int, v int) []int {
		if err := merge(); err != nil {
			panic(err)
		}
		return append(all, v)
	})
	return s.then(operators.FlatMapSlice(gathered, func(all []int) (es []T) {
		for _, v := range all {
			es = append(es, d.mint(v))
		}
		return es
	}), s.want, "ConflateWithSeed(slice), flat")
}

func (d *draw[T]) batchWeightedWhileBusy(s stream[T]) stream[T] {
	limit, call := int64(oneOf(d, 1, 50, 1000)), d.function()
	batches := operators.BatchWeightedWhileBusy(s.pub, limit, func(e T) int64 {
		if err := call(); err != nil {
			panic(err)
		}
		return int64(d.look(e))
	})
	return s.then(flat(batches, func(es []T) {
		sum := int64(0)
		for _, e := range es {
			sum += max(1, int64(d.look(e)))
		}
		if len(es) == 0 || len(es) > 1 && sum > limit {
			d.wrong("BatchWeightedWhileBusy: a slice of %d elements that weigh %d, %d at most", len(es), sum, limit)
		}
	}), s.want, "BatchWeightedWhileBusy(%d), flat", limit)
}
