package main

import "iter"

// Average returns the loop for operators.Through that yields the average of
// each size readings in a row.
//
// The second way: a Go loop. It may read without yielding and yield without
// reading, and its variables are its own: the function is called once for each
// subscription. The loop stands still while nobody asks for more, and is told
// when to return: then yield says false, or the range ends.
func Average(size int) func(in iter.Seq[float64]) iter.Seq[float64] {
	return func(in iter.Seq[float64]) iter.Seq[float64] {
		return func(yield func(float64) bool) {
			var window []float64
			for v := range in {
				window = append(window, v)
				if len(window) < size {
					continue
				}
				sum := 0.0
				for _, w := range window {
					sum += w
				}
				if !yield(sum / float64(size)) {
					return
				}
				window = window[1:]
			}
		}
	}
}
