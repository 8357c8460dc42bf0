package main

import "sync"

// plainPeers are the ways of plain Go that are not the limit.
func plainPeers() []Peer {
	return []Peer{
		{"W1", "channels", Plain, 1_000_000, func(n int) (int64, error) {
			odd := stage(generated(n), func(v int64, emit func(int64)) { emit(tripled(v)) })
			kept := stage(odd, func(v int64, emit func(int64)) {
				if even(v) {
					emit(v)
				}
			})
			return drained(stage(kept, func(v int64, emit func(int64)) { emit(halved(v)) })), nil
		}},
		{"W2", "channel of slices", Plain, 5_000_000, slicesOverChannel},
		{"W10", "channels", Plain, 1_000_000, func(n int) (int64, error) {
			sum, b := int64(0), generated(n)
			for v := range generated(n) {
				sum = summed(sum, summed(v, <-b))
			}
			return sum, nil
		}},
		{"W11", "channels", Plain, 1_000_000, func(n int) (int64, error) {
			batches := make(chan []int64, capacity)
			go func() {
				defer close(batches)
				part := make([]int64, 0, perSlice)
				for v := range generated(n) {
					if part = append(part, v); len(part) == perSlice {
						batches <- part
						part = make([]int64, 0, perSlice)
					}
				}
				batches <- part
			}()
			sum := int64(0)
			for b := range batches {
				sum = total(sum, b)
			}
			return sum, nil
		}},
	}
}

// generated sends the integers below n from a goroutine of its own.
func generated(n int) <-chan int64 {
	c := make(chan int64, capacity)
	go func() {
		defer close(c)
		for v := range int64(n) {
			c <- v
		}
	}()
	return c
}

// stage calls f for each element, in a goroutine of its own.
func stage(in <-chan int64, f func(v int64, emit func(int64))) <-chan int64 {
	out := make(chan int64, capacity)
	go func() {
		defer close(out)
		emit := func(r int64) { out <- r }
		for v := range in {
			f(v, emit)
		}
	}()
	return out
}

func drained(in <-chan int64) (sum int64) {
	for v := range in {
		sum = summed(sum, v)
	}
	return sum
}

// slicesOverChannel hands over slices of 256 instead of elements, and takes
// them back for reuse.
func slicesOverChannel(n int) (sum int64, err error) {
	c := make(chan []int64, 4)
	free := sync.Pool{New: func() any { s := make([]int64, 0, capacity); return &s }}
	go func() {
		defer close(c)
		part := *free.Get().(*[]int64)
		for v := range int64(n) {
			if part = append(part, v); len(part) == capacity {
				c <- part
				part = *free.Get().(*[]int64)
			}
		}
		c <- part
	}()
	for vs := range c {
		for _, v := range vs {
			sum = summed(sum, v)
		}
		vs = vs[:0]
		free.Put(&vs)
	}
	return sum, nil
}
