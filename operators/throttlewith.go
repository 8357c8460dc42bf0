package operators

import (
	"fmt"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// ThrottleConfig is a rate, and what happens to the elements that exceed it.
// There are tokens, of which N come in each period Per, one after another at
// equal distances. As many are kept as Burst says; they are all there at the
// start.
type ThrottleConfig[T any] struct {
	N   int
	Per time.Duration
	// Burst is how many tokens are kept: 1 if it is zero.
	Burst int
	// Cost says how many tokens an element takes, if it is not nil: 1 without
	// it. 0 is free.
	Cost func(v T) int64
	// Strategy is for the elements for which there are not enough tokens:
	// [flow.Block] lets them wait, [flow.DropIncoming] drops them, and
	// [flow.Fail] ends the stream with [flow.ErrRateExceeded]. The others are
	// of no use here.
	Strategy flow.Overflow
}

// ThrottleWith is [Throttle] for elements that cost different amounts, and for
// streams that rather lose elements than wait.
//
//	source         --1-2-3----------4--|
//	ThrottleWith(1 in 4 columns, flow.DropIncoming)
//	result         --1---3----------4--|
//
// Demand: with [flow.Block] as far as there are tokens, or one at a time where
// there is a Cost. Else it is passed up as it is, and an element is asked for in
// place of each that is dropped: a source that listens to demand brings it at
// once.
//
// Buffer: with [flow.Block] and a Cost the element that waits for its tokens;
// else none.
//
// Errors: passes upstream's on, after the element that waits. A panic in Cost
// ends the stream with a [flow.PanicError], a negative cost with a
// [flow.StageError], and with [flow.Fail] an element without tokens with one
// that wraps [flow.ErrRateExceeded]; all of them after the elements before it.
//
// Ends: completes when upstream does, after the element that waits. Panics if N
// is less than 1, Per is not positive, Burst is negative, or the strategy is
// none of the three.
//
// An element that costs more than Burst waits with [flow.Block] until that is
// there, and leaves a debt, which is paid before the next one: the rate holds.
// With the others it is always too much. What is dropped counts as
// [flow.DroppedNew].
func ThrottleWith[T any](src flow.Publisher[T], cfg ThrottleConfig[T], opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.ThrottleWith: nil source")
	cfg.require("operators.ThrottleWith")
	b := stage.NewBlueprint("throttle", src, opts)
	if cfg.Strategy != flow.Block {
		return &rateOp[T]{b, stage.Adapt(src), cfg.Strategy, func() limiter[T] {
			return &oneLimiter[T]{cfg.bucket(), cfg.Cost}
		}}
	}
	if cfg.Cost != nil {
		b.Node().Capacity = 1
	}
	return &throttleOp[T]{b, stage.Adapt(src), cfg}
}

// require panics, for the function that is named, where the rate is none.
func (c *ThrottleConfig[T]) require(function string) {
	stage.Require(c.N > 0, "%s: %d elements, must be at least 1", function, c.N)
	stage.Require(c.Per > 0, "%s: period %v, must be positive", function, c.Per)
	stage.Require(c.Burst >= 0, "%s: negative burst %d", function, c.Burst)
	switch c.Strategy {
	case flow.Block, flow.DropIncoming, flow.Fail:
	default:
		panic(fmt.Sprintf("%s: strategy %v, must be flow.Block, flow.DropIncoming or flow.Fail", function, c.Strategy))
	}
}

func (c *ThrottleConfig[T]) burst() int64 { return int64(max(1, c.Burst)) }

// bucket makes one that is full.
func (c *ThrottleConfig[T]) bucket() stage.Bucket {
	return stage.NewBucket(c.N, c.Per, max(1, c.Burst), flow.Now())
}

func negativeCost(cost int64) error { return fmt.Errorf("cost %d, must not be negative", cost) }

// oneLimiter has one bucket for all elements.
type oneLimiter[T any] struct {
	bucket stage.Bucket
	cost   func(T) int64
}

func (l *oneLimiter[T]) admit(v T, now int64) (ok bool, err error) {
	need, err := priceOf(l.cost, v)
	if err != nil || l.bucket.Fill(now) < need {
		return false, err
	}
	l.bucket.Take(need)
	return true, nil
}

// priceOf says how many tokens an element takes.
func priceOf[T any](cost func(T) int64, v T) (need int64, err error) {
	if cost == nil {
		return 1, nil
	}
	if need = cost(v); need < 0 {
		return 0, negativeCost(need)
	}
	return need, nil
}
