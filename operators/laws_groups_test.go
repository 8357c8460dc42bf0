package operators_test

import (
	"context"
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

type (
	lawGroups   = flow.Publisher[operators.Group[int, int]]
	groupTokens = flow.Publisher[operators.Group[int, lawToken]]
)

// lawKeys is how many groups the elements of the rows make.
const lawKeys = 4

func keyOf(v int) int           { return v % lawKeys }
func keyOfToken(t lawToken) int { return t.N % lawKeys }

// lawsOfGroups are GroupBy and what reads its groups: the elements of all of
// them make one stream again, in which those of different groups may overtake
// each other.
var lawsOfGroups = map[string]lawConfig{
	"GroupBy": groupLaws(
		func(groups lawGroups) publisher {
			return operators.FlatMap(groups, lawKeys, func(g operators.Group[int, int]) publisher { return g }, operators.WithPrefetch(1))
		},
		func(groups groupTokens, use tokenFunc) tokenStream {
			return operators.FlatMap(groups, lawKeys, func(g operators.Group[int, lawToken]) tokenStream { return operators.Map(g, use) })
		},
		operatorConfig{Prefetch: lawKeys*(1+8) + 8},
	),
	"GroupBy behind boundaries": behindBoundaries(groupLaws(
		func(groups lawGroups) publisher {
			return operators.FlatMap(operators.Async(groups, 2), lawKeys, func(g operators.Group[int, int]) publisher { return operators.Async(g, 3) })
		},
		func(groups groupTokens, use tokenFunc) tokenStream {
			return operators.FlatMap(operators.Async(groups, 2), lawKeys, func(g operators.Group[int, lawToken]) tokenStream {
				return operators.Map(operators.Async(g, 3), use)
			})
		},
		operatorConfig{Prefetch: -1},
	)),
	// What a group holds when its reader leaves is let go, and the next element
	// with its key opens another.
	"GroupBy whose readers leave": groupLaws(
		func(groups lawGroups) publisher {
			return operators.FlatMap(groups, lawKeys, func(g operators.Group[int, int]) publisher { return operators.Take(g, 3) })
		},
		func(groups groupTokens, use tokenFunc) tokenStream {
			return operators.FlatMap(groups, lawKeys, func(g operators.Group[int, lawToken]) tokenStream {
				return operators.Take(operators.Map(g, use), int64(1+g.Key))
			})
		},
		operatorConfig{Lossy: true, Prefetch: -1},
	),
	// Groups that nobody reads are let go, and opened again for each element.
	"GroupBy of which some are let go": groupLaws(
		func(groups lawGroups) publisher {
			return operators.FlatMap(operators.Filter(groups, func(g operators.Group[int, int]) bool { return even(g.Key) }), lawKeys,
				func(g operators.Group[int, int]) publisher { return g })
		},
		func(groups groupTokens, use tokenFunc) tokenStream {
			return operators.FlatMap(operators.Filter(groups, func(g operators.Group[int, lawToken]) bool { return even(g.Key) }), lawKeys,
				func(g operators.Group[int, lawToken]) tokenStream { return operators.Map(g, use) })
		},
		operatorConfig{Out: evens, Prefetch: -1},
	),
}

func groupLaws(read func(lawGroups) publisher, readTokens func(groupTokens, tokenFunc) tokenStream, cfg operatorConfig) lawConfig {
	cfg.Unordered = true
	cfg.New = func(up publisher) publisher { return read(operators.GroupBy(up, lawKeys, 8, keyOf)) }
	return lawConfig{
		OperatorConfig: cfg,
		Call: func(up publisher, hook func(int)) publisher {
			return read(operators.GroupBy(up, lawKeys, 8, hooked(hook, keyOf), operators.WithName("it")))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return readTokens(operators.GroupBy(up, lawKeys, 8, keyOfToken), use)
		},
		ErrorsFirst: true, // so does FlatMap
	}
}

func behindBoundaries(cfg lawConfig) lawConfig {
	cfg.Exempt = map[string]string{"cancel": "groups that are on their way to a reader when it leaves are read until their boundary has let go of them"}
	return cfg
}

// handOn is a processor that calls f with each element and hands on what that
// returns.
type handOn[T any] struct {
	flow.Subscriber[T] // downstream
	f                  func(T) T
}

func (p *handOn[T]) Subscribe(_ context.Context, s flow.Subscriber[T]) { p.Subscriber = s }
func (p *handOn[T]) OnNext(v T)                                        { p.Subscriber.OnNext(p.f(v)) }

func passOn[T any](f func(T) T) func() flow.Processor[T, T] {
	return func() flow.Processor[T, T] { return &handOn[T]{f: f} }
}

// lawsOfHandlers are the stages of users which hold elements, have something
// to say at the end, or are hidden in a processor.
var lawsOfHandlers = map[string]lawConfig{
	"Handle that ends with a sum": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher { return operators.Handle(up, 1, summing(func(int) {})) },
			Out: func(n int) []int { return append(numbersTo(n), -1-n) }, Prefetch: -1, Lazy: true,
		},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.Handle(up, 1, summing(hook), operators.WithName("it"))
		},
		Stage: "it",
		Adds:  func(int) int { return 1 },
	},
	"Handle behind a boundary": {
		OperatorConfig: operatorConfig{
			New:      func(up publisher) publisher { return operators.Handle(operators.Async(up, 8), 1, handling(same)) },
			Prefetch: -1,
		},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.Async(operators.Handle(up, 1, handling(hooked(hook, same)), operators.WithName("it")), 8)
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Async(operators.Handle(operators.Async(up, 8), 1, handling(use)), 8)
		},
	},
	"Via": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.Via(up, passOn(same)) }},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Via(operators.Map(up, use), passOn(func(v lawToken) lawToken { return v }))
		},
	},
	"Via whose processor calls": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.Via(up, passOn(same)) }},
		Call:           func(up publisher, hook func(int)) publisher { return operators.Via(up, passOn(hooked(hook, same))) },
		Exempt: map[string]string{
			"panic": "a processor is a subscriber: its panic is the sink's error; see TestViaPanicInTheProcessor",
			"sum":   "as above, and held without panics in the row Via",
		},
	},
}

// summing passes elements on, and at the end says how many there were.
func summing(hook func(int)) func() operators.Handler[int, int] {
	return func() operators.Handler[int, int] {
		n := 0
		return operators.Handler[int, int]{
			Next:     func(_ context.Context, v int, emit func(int)) error { hook(v); n++; emit(v); return nil },
			Complete: func(_ context.Context, emit func(int)) error { emit(-1 - n); return nil },
		}
	}
}

// TestLawsOfGroups holds GroupBy, and the stages of users in more places than
// TestLawsOfCustom does, against the laws of streams.
func TestLawsOfGroups(t *testing.T) {
	for _, table := range []map[string]flowtest.LawConfig[int, int]{lawsOfGroups, lawsOfHandlers} {
		for name, cfg := range table {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				verifyLaws(t, cfg)
			})
		}
	}
}
