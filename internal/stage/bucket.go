package stage

import (
	"math"
	"math/bits"
	"time"
)

// Bucket holds tokens, of which n come in each period, one after another at
// equal distances. It counts in whole numbers, so that no error adds up.
type Bucket struct {
	n, per uint64 // per nanosecond n parts come; per parts are a token
	burst  int64  // most tokens
	tokens int64
	parts  uint64 // of the next token, less than per
	last   int64  // when the parts were counted
}

// NewBucket returns a bucket that is full at the moment now.
func NewBucket(n int, per time.Duration, burst int, now int64) Bucket {
	return Bucket{n: uint64(n), per: uint64(per), burst: int64(burst), tokens: int64(burst), last: now}
}

// Fill counts what has come up to now, and returns the number of tokens.
func (b *Bucket) Fill(now int64) int64 {
	if now <= b.last {
		return b.tokens
	}
	hi, lo := bits.Mul64(uint64(now-b.last), b.n)
	lo, carry := bits.Add64(lo, b.parts, 0)
	hi += carry
	b.last = now
	var tokens, parts uint64
	room := uint64(b.burst) - uint64(b.tokens) // of a debt it may be more than an int64 holds
	fits := hi < b.per
	if fits {
		tokens, parts = bits.Div64(hi, lo, b.per)
		// Parts for which there is no room are lost, but for those that came in
		// the nanosecond of the last token: nobody could have taken it sooner.
		fits = tokens < room || (tokens == room && parts < b.n)
	}
	if !fits {
		tokens, parts = room, 0
	}
	b.tokens += int64(tokens)
	b.parts = parts
	return b.tokens
}

// Take removes n tokens that are there. Of a full bucket it may take more: what
// comes then pays that debt first.
func (b *Bucket) Take(n int64) { b.tokens -= n }

// Next returns how long after the last Fill the next token comes.
func (b *Bucket) Next() time.Duration { return b.Wait(b.tokens + 1) }

// Wait returns how long after the last Fill there are n tokens.
func (b *Bucket) Wait(n int64) time.Duration {
	if n <= b.tokens {
		return 0
	}
	hi, lo := bits.Mul64(uint64(n)-uint64(b.tokens), b.per)
	lo, less := bits.Sub64(lo, b.parts, 0)
	lo, more := bits.Add64(lo, b.n-1, 0) // rounded up
	hi += more - less
	if hi >= b.n {
		return math.MaxInt64
	}
	wait, _ := bits.Div64(hi, lo, b.n)
	return time.Duration(min(wait, math.MaxInt64))
}

// Full returns when the bucket is full, on the clock of flow.Now.
func (b *Bucket) Full() int64 { return Later(b.last, b.Wait(b.burst)) }
