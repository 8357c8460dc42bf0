package flowtest

import (
	"fmt"
	"reflect"
	"sort"
	"testing"

	"github.com/weirgo/weir/flow"
)

// OperatorConfig describes an operator to [VerifyOperator]. New alone is enough
// for an operator that passes its elements on as they are and asks upstream
// for no more than it is asked for.
type OperatorConfig[In, Out any] struct {
	// New applies the operator to up.
	New func(up flow.Publisher[In]) flow.Publisher[Out]
	// In returns the i-th element that upstream sends. Nil means the number i,
	// where In is a numeric type.
	In func(i int) In
	// Out returns what must come out when upstream sends the elements 0 to n-1
	// and completes. Nil means those elements themselves. It tells the suite
	// how many elements to send for those that it needs, so that filters,
	// folds and expanding operators can be verified; its length must not
	// shrink when n grows.
	Out func(n int) []Out

	// Prefetch is how many elements the operator may request ahead of demand;
	// -1 means that it is free to request what it likes.
	Prefetch int64
	// Unordered operators may hand on elements in any order.
	Unordered bool
	// Lossy operators may drop elements.
	Lossy bool
	// Lazy operators may need demand to learn that upstream has completed.
	Lazy bool
	// Recovers says that an error of upstream does not end the stream with
	// that error.
	Recovers bool
	// Trusting operators hand on whatever comes, also more than they asked for.
	Trusting bool
	// Sharing says what a second subscriber gets. Cancel of one subscriber need
	// not reach upstream where it is Hot.
	Sharing Sharing

	Limits
}

// VerifyOperator checks an operator: as a publisher, above three kinds of well
// behaved upstreams and below subscribers that take batches or do not; and
// against upstreams and downstreams that break the rules. Each rule is a
// subtest named by its number.
func VerifyOperator[In, Out any](t *testing.T, cfg OperatorConfig[In, Out]) {
	t.Helper()
	run(t, cfg.Limits, operatorGroups(cfg))
}

// The well behaved upstreams.
var upstreams = []struct {
	name  string
	batch int
	async bool
}{
	{"sync", 1, false},  // emits inside Request
	{"batch", 8, false}, // the same in batches
	{"async", 1, true},  // emits on a goroutine of its own
}

func operatorGroups[In, Out any](cfg OperatorConfig[In, Out]) []group {
	if cfg.In == nil {
		cfg.In = number[In]()
	}
	if cfg.Out == nil {
		cfg.Out = identity[Out](cfg.In)
	}
	var groups []group
	for _, up := range upstreams {
		for _, batches := range []bool{false, true} {
			s := &subject[Out]{
				lazy: cfg.Lazy, sharing: cfg.Sharing, batches: batches,
				lossy: cfg.Lossy, unordered: cfg.Unordered, err: errTest,
			}
			s.open = func(n int) stream[Out] {
				m, out := cfg.inputs(n)
				return stream[Out]{
					pub:  cfg.New(&source[In]{n: m, at: cfg.In, batch: up.batch, async: up.async}),
					n:    len(out),
					want: func(i int) (Out, bool) { return out[i], true },
				}
			}
			if !cfg.Recovers {
				s.fail = func() flow.Publisher[Out] {
					return cfg.New(&source[In]{err: errTest, batch: up.batch, async: up.async})
				}
			}
			groups = append(groups, group{up.name + " upstream, " + downstream(batches), s.rules()})
		}
	}
	for _, batches := range []bool{false, true} {
		o := &operator[In, Out]{cfg, batches}
		groups = append(groups, group{"bad upstream, " + downstream(batches), o.rules()})
	}
	return groups
}

// inputs returns how many elements upstream must send for at least n to come
// out, as few as possible, and what comes out then. Where n never come out, it
// sends n.
func (cfg OperatorConfig[In, Out]) inputs(n int) (int, []Out) {
	if out := cfg.Out(n); len(out) == n && (n == 0 || len(cfg.Out(n-1)) < n) {
		return n, out
	}
	enough := n
	for len(cfg.Out(enough)) < n {
		enough = 2*enough + 1
		if enough > 32*(n+1) {
			return n, cfg.Out(n)
		}
	}
	m := sort.Search(enough, func(m int) bool { return len(cfg.Out(m)) >= n })
	return m, cfg.Out(m)
}

// number returns the conversion of an int to a numeric type.
func number[T any]() func(i int) T {
	if _, ok := any(0).(T); ok {
		return func(i int) T { return any(i).(T) }
	}
	t := reflect.TypeFor[T]()
	if t.Kind() == reflect.String || !reflect.TypeFor[int]().ConvertibleTo(t) {
		panic(fmt.Sprintf("flowtest: the config needs In to make elements of type %v", t))
	}
	return func(i int) T { return reflect.ValueOf(i).Convert(t).Interface().(T) }
}

// identity returns the output of an operator that hands on its input.
func identity[Out, In any](in func(i int) In) func(n int) []Out {
	if _, ok := any(in(0)).(Out); !ok {
		panic(fmt.Sprintf("flowtest: OperatorConfig needs Out where the elements change from %v to %v",
			reflect.TypeFor[In](), reflect.TypeFor[Out]()))
	}
	return func(n int) []Out {
		out := make([]Out, n)
		for i := range out {
			out[i] = any(in(i)).(Out)
		}
		return out
	}
}
