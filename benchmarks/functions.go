package main

import "iter"

// The functions of the workloads. Neither a library nor a plain loop may
// inline them: they are called through variables, and say noinline.
var (
	tripled     = tripleAndOne
	incremented = increment
	even        = isEven
	halved      = half
	summed      = add
	counted     = count
)

//go:noinline
func tripleAndOne(v int64) int64 { return 3*v + 1 }

//go:noinline
func increment(v int64) int64 { return v + 1 }

//go:noinline
func isEven(v int64) bool { return v%2 == 0 }

//go:noinline
func half(v int64) int64 { return v / 2 }

//go:noinline
func add(sum, v int64) int64 { return sum + v }

// count returns the integers below n, one by one.
//
//go:noinline
func count(n int) iter.Seq[int64] {
	return func(yield func(int64) bool) {
		for v := range int64(n) {
			if !yield(v) {
				return
			}
		}
	}
}

// sumBelow returns the sum of the integers below n.
func sumBelow(n int) int64 { return int64(n) * int64(n-1) / 2 }
