package stage

import (
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
	room := uint64(b.burst - b.tokens)
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

// Take removes n tokens that are there.
func (b *Bucket) Take(n int64) { b.tokens -= n }

// Next returns how long after the last Fill the next token comes.
func (b *Bucket) Next() time.Duration { return time.Duration((b.per - b.parts + b.n - 1) / b.n) }
