package stage_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/internal/stage"
)

// TestBucketKeepsTheRate: after about a billion tokens, taken as they came, not
// one is missing.
func TestBucketKeepsTheRate(t *testing.T) {
	for _, rate := range []struct {
		n   int
		per time.Duration
	}{{7, time.Second}, {1_000_000_007, time.Hour}, {3, 10}, {1, 1}, {math.MaxInt, math.MaxInt64}, {999_999_937, 999_999_929}} {
		rng := rand.New(rand.NewPCG(1, 2))
		const burst = math.MaxInt
		now := int64(-5e17)
		start := now
		b := stage.NewBucket(rate.n, rate.per, burst, now)
		b.Take(burst)
		taken := int64(0)
		for range 100_000 {
			now += rng.Int64N(max(1, int64(rate.per)/int64(rate.n)/1000*20_000*1000) + 200_000)
			if now > math.MaxInt64/4 {
				break
			}
			tokens := b.Fill(now)
			b.Take(tokens)
			taken += tokens
		}
		want := new(big.Int).Mul(big.NewInt(now-start), big.NewInt(int64(rate.n)))
		want.Div(want, big.NewInt(int64(rate.per)))
		require.Equal(t, want.Int64(), taken, "%d per %v", rate.n, rate.per)
		require.Greater(t, taken, int64(8e8), "%d per %v", rate.n, rate.per)
	}
}

// TestBucketNeverHoldsMoreThanItsBurst, however long nobody takes a token, and
// where the clock stands still or went backwards.
func TestBucketNeverHoldsMoreThanItsBurst(t *testing.T) {
	b := stage.NewBucket(1_000_000, 1, 3, 0)
	for _, now := range []int64{1, 5, 5, 4, math.MaxInt64} {
		require.Equal(t, int64(3), b.Fill(now))
	}
	b = stage.NewBucket(2, 7, 3, 0)
	b.Take(3)
	require.Equal(t, time.Duration(4), b.Next())
	require.Equal(t, int64(0), b.Fill(3))
	require.Equal(t, time.Duration(1), b.Next())
	require.Equal(t, int64(1), b.Fill(4))
	require.Equal(t, time.Duration(3), b.Next(), "of 7 parts, one is there")
	require.Equal(t, int64(2), b.Fill(7))
	require.Equal(t, int64(3), b.Fill(1000))
	b.Take(1)
	require.Equal(t, time.Duration(4), b.Next(), "nothing came while it was full")
}

// TestBucketOfADebt: what comes pays it first.
func TestBucketOfADebt(t *testing.T) {
	b := stage.NewBucket(2, 7, 3, 0)
	require.Zero(t, b.Full())
	b.Take(8) // it owes 5, which is 17.5 nanoseconds
	require.Equal(t, time.Duration(18), b.Wait(0))
	require.Equal(t, time.Duration(21), b.Wait(1))
	require.Equal(t, int64(28), b.Full())
	require.Equal(t, int64(-1), b.Fill(17))
	require.Equal(t, time.Duration(1), b.Wait(0))
	require.Equal(t, int64(0), b.Fill(18))
	require.Equal(t, time.Duration(3), b.Next())
	require.Equal(t, int64(28), b.Full())
	require.Equal(t, int64(3), b.Fill(28))
	require.Zero(t, b.Wait(3))
	b = stage.NewBucket(1, math.MaxInt64, math.MaxInt, 0)
	b.Take(math.MaxInt64)
	b.Take(math.MaxInt64)
	require.Equal(t, time.Duration(math.MaxInt64), b.Wait(math.MaxInt64))
	require.Equal(t, int64(1-math.MaxInt64), b.Fill(math.MaxInt64))
}
