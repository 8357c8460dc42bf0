package operators_test

import (
	"errors"
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// lastOf returns the last k of the numbers below n.
func lastOf(k int) func(n int) []int {
	return func(n int) []int { return numbersTo(n)[max(0, n-k):] }
}

// upTo returns the numbers below n and below most.
func upTo(most int) func(n int) []int {
	return func(n int) []int { return numbersTo(min(n, most)) }
}

// butLast returns the numbers below n without the last k.
func butLast(k int) func(n int) []int {
	return func(n int) []int { return numbersTo(max(0, n-k)) }
}

// sumOf returns the sum of the numbers below n, where there are any.
func sumOf(n int) []int { return sums(n)[max(0, n-1):] }

func noneOf(int) []int { return nil }

// halfOfEven is defined for even numbers.
func halfOfEven(v int) (int, bool) { return v / 2, v%2 == 0 }

func halvesOfEven(n int) []int { return numbersTo((n + 1) / 2) }

func never() flow.Publisher[string] { return sources.Never[string]() }

func zero() int { return 0 }

func plus(sum, v int) (int, int) { return sum + v, sum + v }

// natural leaves out what an operator adds.
func natural(p publisher) publisher {
	return operators.Filter(p, func(v int) bool { return v >= 0 })
}

// protocolOfSelect are the operators that choose among the elements, or add
// some.
var protocolOfSelect = map[string]operatorConfig{
	"FilterMap": {New: func(up publisher) publisher { return operators.FilterMap(up, halfOfEven) }, Out: halvesOfEven},
	"OfType": {New: func(up publisher) publisher {
		return operators.OfType[int](operators.Map(up, func(v int) any {
			if v%2 == 1 {
				return "odd"
			}
			return v
		}))
	}, Out: evens},
	"TakeUntil": {New: func(up publisher) publisher {
		return operators.TakeUntil(up, func(v int) bool { return v == 4 })
	}, Out: upTo(5)},
	"TakeUntil never":     {New: func(up publisher) publisher { return operators.TakeUntil(up, func(int) bool { return false }) }},
	"TakeUntilOther":      {New: func(up publisher) publisher { return operators.TakeUntilOther(up, never()) }},
	"Last":                {New: func(up publisher) publisher { return operators.Last(up) }, Out: lastOf(1), Prefetch: -1, Lazy: true},
	"Reduce":              {New: func(up publisher) publisher { return operators.Reduce(up, add) }, Out: sumOf, Prefetch: -1, Lazy: true},
	"SkipLast":            {New: func(up publisher) publisher { return operators.SkipLast(up, 3) }, Out: butLast(3), Prefetch: 3},
	"Limit":               {New: func(up publisher) publisher { return operators.Limit(up, 1<<40) }},
	"DefaultIfEmpty":      {New: func(up publisher) publisher { return natural(operators.DefaultIfEmpty(up, -1)) }, Lazy: true},
	"SwitchIfEmpty":       {New: func(up publisher) publisher { return natural(operators.SwitchIfEmpty(up, sources.Of(-1, -2))) }, Lazy: true},
	"SwitchIfEmpty empty": {New: func(up publisher) publisher { return operators.SwitchIfEmpty(sources.Empty[int](), up) }},
	"ErrorIfEmpty": {New: func(up publisher) publisher {
		return operators.Resume(operators.ErrorIfEmpty(up, flow.ErrEmpty), func(err error) (publisher, error) {
			if errors.Is(err, flow.ErrEmpty) {
				return sources.Empty[int](), nil
			}
			return nil, err
		})
	}},
	"StartWith nothing": {New: func(up publisher) publisher { return operators.StartWith(up) }},
	"EndWith":           {New: func(up publisher) publisher { return natural(operators.EndWith(up, -1, -2)) }, Lazy: true},
	"Repeat 1":          {New: func(up publisher) publisher { return operators.Repeat(up, 1) }},
	"StatefulMap":       {New: func(up publisher) publisher { return operators.StatefulMap(up, zero, plus, nil) }, Out: sums},
	"StatefulMap with a last one": {New: func(up publisher) publisher {
		return natural(operators.StatefulMap(up, zero, plus, func(int) (int, bool) { return -1, true }))
	}, Out: sums, Lazy: true},
}

// TestProtocolOfSelect holds them against the rules of the protocol.
func TestProtocolOfSelect(t *testing.T) {
	for name, cfg := range protocolOfSelect {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}

// TestProtocolOfSelectAsPublishers holds those against the rules that need no
// element of upstream for their first one, or all of them.
func TestProtocolOfSelectAsPublishers(t *testing.T) {
	for name, cfg := range map[string]flowtest.PublisherConfig[int]{
		"First": {New: func(n int) publisher { return operators.First(sources.Slice(numbersTo(n))) }, Max: 1},
		"Single": {New: func(n int) publisher {
			one := operators.Single(sources.Slice(numbersTo(n)))
			return operators.Resume(one, func(err error) (publisher, error) { return sources.Empty[int](), nil })
		}, Max: 1, Failed: func() publisher { return operators.Single(sources.Of(1, 2)) }, Err: flow.ErrMany, Lazy: true},
		"ElementAt": {New: func(n int) publisher { return operators.ElementAt(sources.Slice(numbersTo(n+2)), 2) }, Max: 1, Lazy: true},
		"Find":      {New: func(n int) publisher { return operators.Find(sources.Slice(numbersTo(n)), is(0)) }, Max: 1},
		"Limit": {
			New:    func(n int) publisher { return operators.Limit(sources.Slice(numbersTo(n)), int64(n)) },
			Failed: func() publisher { return operators.Limit(sources.Error[int](errStop), 0) }, Err: errStop,
		},
		"TakeLast": {New: func(n int) publisher { return operators.TakeLast(sources.Slice(numbersTo(n+5)), n) }, Lazy: true},
		"IgnoreElements": {New: func(n int) publisher {
			return operators.Concat(operators.IgnoreElements(sources.Of(7, 8)), sources.Slice(numbersTo(n)))
		}},
		"IgnoreElements above nothing": {
			New: func(n int) publisher {
				return operators.EndWith(operators.IgnoreElements(sources.Of(7)), numbersTo(n)...)
			},
			Failed: func() publisher { return operators.IgnoreElements(sources.Error[int](errStop)) }, Err: errStop,
		},
		"Repeat": {New: func(n int) publisher {
			return operators.Skip(operators.Repeat(sources.Slice(numbersTo((n+1)/2)), 2), int64(n%2))
		}},
		"Repeat for ever": {
			New: func(int) publisher { return operators.Repeat(sources.Of(1, 2), flow.Unbounded) }, Endless: true,
		},
		"StartWith": {New: func(n int) publisher {
			vs := numbersTo(n)
			return operators.StartWith(sources.Slice(vs[n/2:]), vs[:n/2]...)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyPublisher(t, cfg)
		})
	}
}
