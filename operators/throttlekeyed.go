package operators

import (
	"container/heap"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// ThrottleKeyed is a [ThrottleWith] in which each key has a rate of its own. It
// remembers at most keys of them.
//
//	source         --a-b-a----b-a---|
//	ThrottleKeyed(100, itself, 1 in 6 columns, flow.DropIncoming)
//	result         --a-b------b-a---|
//
// When there is one more key, it forgets the one whose tokens are all there
// again, or will be the soonest. Of the first nothing is lost: a new key, too,
// has all its tokens. The others get them back too early, so keys should be as
// many as are busy at once.
//
// Demand: passed up as it is, and an element is asked for in place of each that
// is dropped.
//
// Buffer: none. It holds keys, and a count for each.
//
// Errors: passes upstream's on. A panic in key or Cost ends the stream with a
// [flow.PanicError], a negative cost with a [flow.StageError], and with
// [flow.Fail] an element without tokens with one that wraps
// [flow.ErrRateExceeded]; all of them after the elements before it.
//
// Ends: completes when upstream does. Panics if keys is less than 1, or the
// configuration is wrong, as that of ThrottleWith. The strategy is
// [flow.DropIncoming] or [flow.Fail]: with [flow.Block] an element of one key
// would hold up those of all others.
//
// An element that costs more than Burst is always too much. A key that is not
// equal to itself, such as NaN, is another one each time.
func ThrottleKeyed[T any, K comparable](src flow.Publisher[T], keys int, key func(T) K, cfg ThrottleConfig[T], opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.ThrottleKeyed: nil source")
	stage.Require(keys > 0, "operators.ThrottleKeyed: %d keys, must be at least 1", keys)
	stage.Require(key != nil, "operators.ThrottleKeyed: nil function")
	cfg.require("operators.ThrottleKeyed")
	stage.Require(cfg.Strategy != flow.Block, "operators.ThrottleKeyed: flow.Block, must be flow.DropIncoming or flow.Fail")
	b := stage.NewBlueprint("throttlekeyed", src, opts)
	return &rateOp[T]{b, stage.Adapt(src), cfg.Strategy, func() limiter[T] {
		return &keyLimiter[T, K]{cfg: cfg, most: keys, key: key}
	}}
}

// keyLimiter has a bucket for each key.
type keyLimiter[T any, K comparable] struct {
	cfg  ThrottleConfig[T]
	most int
	key  func(T) K
	of   map[K]*keyBucket[K]
	line keyLine[K]
}

// keyBucket is the bucket of a key.
type keyBucket[K comparable] struct {
	key K
	stage.Bucket
	full int64 // when all its tokens are there again
	at   int   // its place in the line
}

func (l *keyLimiter[T, K]) admit(v T, now int64) (ok bool, err error) {
	k := l.key(v)
	need, err := priceOf(l.cfg.Cost, v)
	if err != nil {
		return false, err
	}
	if !same(k, k) { // no map finds it again
		return need <= l.cfg.burst(), nil
	}
	b := l.of[k]
	if b == nil {
		b = l.open(k)
	}
	if b.Fill(now) < need {
		return false, nil
	}
	if need > 0 {
		b.Take(need)
		b.full = b.Full()
		heap.Fix(&l.line, b.at)
	}
	return true, nil
}

// open makes a bucket for a new key, of the first in the line if there are as
// many as there may be.
func (l *keyLimiter[T, K]) open(k K) (b *keyBucket[K]) {
	switch {
	case len(l.line) < l.most:
		b = &keyBucket[K]{}
		heap.Push(&l.line, b)
	default:
		b = l.line[0]
		delete(l.of, b.key)
	}
	if l.of == nil {
		l.of = make(map[K]*keyBucket[K])
	}
	l.of[k] = b
	b.key, b.Bucket = k, l.cfg.bucket()
	b.full = b.Full()
	heap.Fix(&l.line, b.at)
	return b
}

// keyLine is a heap: the bucket that is full the soonest is the first.
type keyLine[K comparable] []*keyBucket[K]

func (l keyLine[K]) Len() int           { return len(l) }
func (l keyLine[K]) Less(i, j int) bool { return l[i].full < l[j].full }
func (l keyLine[K]) Swap(i, j int) {
	l[i], l[j] = l[j], l[i]
	l[i].at, l[j].at = i, j
}

// Push implements [heap.Interface].
func (l *keyLine[K]) Push(b any) {
	*l = append(*l, b.(*keyBucket[K]))
	(*l)[len(*l)-1].at = len(*l) - 1
}

// Pop implements [heap.Interface].
func (l *keyLine[K]) Pop() any { panic("operators: a bucket is never taken out of the line") }
