package demand

import (
	"math/big"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzArithmetic compares Sum and Mul with big integers.
func FuzzArithmetic(f *testing.F) {
	f.Add(int64(1), int64(2))
	f.Add(Unbounded, int64(1))
	f.Add(Unbounded, Unbounded)
	f.Add(Unbounded/2+1, Unbounded/2+1)
	f.Add(int64(0), Unbounded)
	f.Add(int64(3037000500), int64(3037000500))
	f.Fuzz(func(t *testing.T, a, b int64) {
		if a < 0 || b < 0 {
			return
		}
		limit := big.NewInt(Unbounded)
		saturated := func(n *big.Int) int64 {
			if n.Cmp(limit) > 0 {
				return Unbounded
			}
			return n.Int64()
		}
		x, y := big.NewInt(a), big.NewInt(b)
		require.Equal(t, saturated(new(big.Int).Add(x, y)), Sum(a, b))
		require.Equal(t, saturated(new(big.Int).Mul(x, y)), Mul(a, b))
	})
}

func TestCounter(t *testing.T) {
	var c Counter
	require.EqualValues(t, 0, c.Add(3))
	require.EqualValues(t, 3, c.Add(4))
	c.Sub(5)
	require.EqualValues(t, 2, c.Load())
	c.Add(Unbounded)
	c.Sub(1 << 40)
	require.Equal(t, Unbounded, c.Load(), "unbounded demand is not counted down")
	require.Equal(t, Unbounded, c.Add(1))
}

// TestCounterAddsUpFromManyGoroutines: nothing is lost while one subtracts.
func TestCounterAddsUpFromManyGoroutines(t *testing.T) {
	var c Counter
	var all sync.WaitGroup
	const each = 20000
	for range 8 {
		all.Go(func() {
			for range each {
				c.Add(2)
			}
		})
	}
	taken := int64(0)
	all.Go(func() {
		for taken < 8*each {
			if n := c.Load(); n > 0 {
				n = min(n, 8*each-taken)
				c.Sub(n)
				taken += n
			}
		}
	})
	all.Wait()
	require.EqualValues(t, 8*each, c.Load())
}

// TestCounterStaysUnboundedInARace: a subtraction that races with the step to
// Unbounded does not undo it.
func TestCounterStaysUnboundedInARace(t *testing.T) {
	for range 2000 {
		var c Counter
		c.Add(10)
		var all sync.WaitGroup
		all.Go(func() { c.Add(Unbounded) })
		all.Go(func() { c.Sub(10) })
		all.Wait()
		require.Equal(t, Unbounded, c.Load())
	}
}
