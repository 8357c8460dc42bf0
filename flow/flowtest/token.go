package flowtest

import (
	"sync/atomic"

	"github.com/weirgo/weir/flow"
)

// Token is an element that must be dealt with exactly once: consumed by a
// function, or released by the stream. A [flow.Forker], it may be shared, and
// each share counts.
type Token struct {
	N        int // which element of upstream it is, or comes from
	of       *mint
	shares   atomic.Int32
	consumed atomic.Int32
	released atomic.Int32
	reason   atomic.Uint32
}

// Consume says that a function has dealt with the token.
func (t *Token) Consume() { t.consumed.Add(1) }

// Release says that the stream lets go of the token.
func (t *Token) Release(reason flow.Reason) {
	t.released.Add(1)
	t.reason.Store(uint32(reason))
}

// Fork shares the token among n.
func (t *Token) Fork(n int) { t.shares.Add(int32(n) - 1) }

// Another returns a further token of the same element, for a function that
// makes several of one.
func (t *Token) Another() *Token { return t.of.token(t.N) }
