// Package demand counts requested elements. It is the only place that does
// arithmetic with flow.Unbounded.
package demand

import (
	"math"
	"sync/atomic"
)

// Unbounded is the value at which demand saturates.
const Unbounded int64 = math.MaxInt64

// Counter is outstanding demand: requested and not yet delivered. The zero
// value has none. Any goroutine may add; one at a time subtracts.
type Counter struct{ n atomic.Int64 }

// Load returns the outstanding demand.
func (c *Counter) Load() int64 { return c.n.Load() }

// Add adds n, which must be positive, and returns the demand before.
func (c *Counter) Add(n int64) int64 {
	for {
		old := c.n.Load()
		if old == Unbounded {
			return old
		}
		if c.n.CompareAndSwap(old, Sum(old, n)) {
			return old
		}
	}
}

// Sub takes n away. Unbounded demand stays what it is.
func (c *Counter) Sub(n int64) {
	for n != 0 {
		old := c.n.Load()
		if old == Unbounded || c.n.CompareAndSwap(old, old-n) {
			return
		}
	}
}

// Clear removes all demand.
func (c *Counter) Clear() { c.n.Store(0) }

// Sum returns a+b, saturated, for a and b that are not negative.
func Sum(a, b int64) int64 {
	if a > Unbounded-b {
		return Unbounded
	}
	return a + b
}

// Mul returns a*b, saturated, for a and b that are not negative.
func Mul(a, b int64) int64 {
	if a != 0 && b > Unbounded/a {
		return Unbounded
	}
	return a * b
}
