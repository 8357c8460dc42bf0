package operators_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func is(n int) func(int) bool { return func(v int) bool { return v == n } }

// choosing are operators of this family, with what they emit.
var choosing = []struct {
	name     string
	op       func(publisher) publisher
	in, want []int
}{
	{"FilterMap", func(p publisher) publisher { return operators.FilterMap(p, halfOfEven) }, []int{2, 3, 4}, []int{1, 2}},
	{"FilterMap none", func(p publisher) publisher { return operators.FilterMap(p, halfOfEven) }, []int{1, 3}, nil},
	{"FilterMap of nothing", func(p publisher) publisher { return operators.FilterMap(p, halfOfEven) }, nil, nil},
	{"TakeUntil", func(p publisher) publisher { return operators.TakeUntil(p, is(9)) }, []int{1, 9, 2}, []int{1, 9}},
	{"TakeUntil the first", func(p publisher) publisher { return operators.TakeUntil(p, is(9)) }, []int{9, 1}, []int{9}},
	{"TakeUntil the last", func(p publisher) publisher { return operators.TakeUntil(p, is(9)) }, []int{1, 9}, []int{1, 9}},
	{"TakeUntil never", func(p publisher) publisher { return operators.TakeUntil(p, is(9)) }, []int{1, 2}, []int{1, 2}},
	{"TakeUntil of nothing", func(p publisher) publisher { return operators.TakeUntil(p, is(9)) }, nil, nil},
	{"TakeUntilOther that ends at once", func(p publisher) publisher {
		return operators.TakeUntilOther(operators.Concat(sources.Never[int](), p), sources.Empty[int]())
	}, []int{1}, nil},
	{"TakeUntilOther that never comes", func(p publisher) publisher { return operators.TakeUntilOther(p, never()) },
		[]int{1, 2}, []int{1, 2}},
	{"IgnoreElements", func(p publisher) publisher { return operators.IgnoreElements(p) }, []int{1, 2}, nil},
	{"IgnoreElements of nothing", func(p publisher) publisher { return operators.IgnoreElements(p) }, nil, nil},
	{"TakeLast", func(p publisher) publisher { return operators.TakeLast(p, 2) }, []int{1, 2, 3}, []int{2, 3}},
	{"TakeLast all", func(p publisher) publisher { return operators.TakeLast(p, 3) }, []int{1, 2, 3}, []int{1, 2, 3}},
	{"TakeLast more", func(p publisher) publisher { return operators.TakeLast(p, 4) }, []int{1, 2, 3}, []int{1, 2, 3}},
	{"TakeLast none", func(p publisher) publisher { return operators.TakeLast(p, 0) }, []int{1, 2, 3}, nil},
	{"TakeLast of nothing", func(p publisher) publisher { return operators.TakeLast(p, 2) }, nil, nil},
	{"TakeLast many", func(p publisher) publisher { return operators.TakeLast(p, 300) }, numbersTo(700), numbersTo(700)[400:]},
	{"Last", func(p publisher) publisher { return operators.Last(p) }, []int{1, 2, 3}, []int{3}},
	{"Last of nothing", func(p publisher) publisher { return operators.Last(p) }, nil, nil},
	{"First", func(p publisher) publisher { return operators.First(p) }, []int{1, 2, 3}, []int{1}},
	{"First of nothing", func(p publisher) publisher { return operators.First(p) }, nil, nil},
	{"Reduce", func(p publisher) publisher { return operators.Reduce(p, add) }, []int{1, 2, 3}, []int{6}},
	{"Reduce one", func(p publisher) publisher { return operators.Reduce(p, add) }, []int{1}, []int{1}},
	{"Reduce nothing", func(p publisher) publisher { return operators.Reduce(p, add) }, nil, nil},
	{"SkipLast", func(p publisher) publisher { return operators.SkipLast(p, 2) }, []int{1, 2, 3}, []int{1}},
	{"SkipLast all", func(p publisher) publisher { return operators.SkipLast(p, 3) }, []int{1, 2, 3}, nil},
	{"SkipLast more", func(p publisher) publisher { return operators.SkipLast(p, 1<<40) }, []int{1, 2, 3}, nil},
	{"SkipLast none", func(p publisher) publisher { return operators.SkipLast(p, 0) }, []int{1, 2}, []int{1, 2}},
	{"SkipLast many", func(p publisher) publisher { return operators.SkipLast(p, 300) }, numbersTo(700), numbersTo(400)},
	{"Limit", func(p publisher) publisher { return operators.Limit(p, 2) }, []int{1, 2}, []int{1, 2}},
	{"Limit 0", func(p publisher) publisher { return operators.Limit(p, 0) }, nil, nil},
	{"Single", func(p publisher) publisher { return operators.Single(p) }, []int{1}, []int{1}},
	{"ElementAt", func(p publisher) publisher { return operators.ElementAt(p, 1) }, []int{1, 2, 3}, []int{2}},
	{"ElementAt 0", func(p publisher) publisher { return operators.ElementAt(p, 0) }, []int{1, 2, 3}, []int{1}},
	{"ElementAt behind the end", func(p publisher) publisher { return operators.ElementAt(p, 3) }, []int{1, 2, 3}, nil},
	{"Find", func(p publisher) publisher { return operators.Find(p, is(2)) }, []int{1, 2, 3}, []int{2}},
	{"Find nothing", func(p publisher) publisher { return operators.Find(p, is(2)) }, []int{1, 3}, nil},
	{"DefaultIfEmpty", func(p publisher) publisher { return operators.DefaultIfEmpty(p, 7) }, []int{1, 2}, []int{1, 2}},
	{"DefaultIfEmpty of nothing", func(p publisher) publisher { return operators.DefaultIfEmpty(p, 7) }, nil, []int{7}},
	{"SwitchIfEmpty", func(p publisher) publisher { return operators.SwitchIfEmpty(p, sources.Of(7, 8)) }, []int{1}, []int{1}},
	{"SwitchIfEmpty of nothing", func(p publisher) publisher { return operators.SwitchIfEmpty(p, sources.Of(7, 8)) }, nil, []int{7, 8}},
	{"SwitchIfEmpty with a foreign one", func(p publisher) publisher {
		return operators.SwitchIfEmpty(p, publisher(foreign{sources.Of(7, 8)}))
	}, nil, []int{7, 8}},
	{"SwitchIfEmpty twice", func(p publisher) publisher { return operators.SwitchIfEmpty(p, sources.Empty[int]()) }, nil, nil},
	{"ErrorIfEmpty", func(p publisher) publisher { return operators.ErrorIfEmpty(p, errStop) }, []int{1}, []int{1}},
	{"StartWith", func(p publisher) publisher { return operators.StartWith(p, 7, 8) }, []int{1, 2}, []int{7, 8, 1, 2}},
	{"StartWith before nothing", func(p publisher) publisher { return operators.StartWith(p, 7) }, nil, []int{7}},
	{"StartWith none", func(p publisher) publisher { return operators.StartWith(p) }, []int{1}, []int{1}},
	{"EndWith", func(p publisher) publisher { return operators.EndWith(p, 7, 8) }, []int{1, 2}, []int{1, 2, 7, 8}},
	{"EndWith behind nothing", func(p publisher) publisher { return operators.EndWith(p, 7) }, nil, []int{7}},
	{"EndWith none", func(p publisher) publisher { return operators.EndWith(p) }, []int{1}, []int{1}},
	{"Repeat", func(p publisher) publisher { return operators.Repeat(p, 3) }, []int{1, 2}, []int{1, 2, 1, 2, 1, 2}},
	{"Repeat once", func(p publisher) publisher { return operators.Repeat(p, 1) }, []int{1}, []int{1}},
	{"Repeat never", func(p publisher) publisher { return operators.Repeat(p, 0) }, []int{1}, nil},
	{"Repeat nothing", func(p publisher) publisher { return operators.Repeat(p, 3) }, nil, nil},
	{"StatefulMap", func(p publisher) publisher { return operators.StatefulMap(p, zero, plus, nil) }, []int{1, 2, 3}, []int{1, 3, 6}},
	{"StatefulMap of nothing", func(p publisher) publisher { return operators.StatefulMap(p, zero, plus, nil) }, nil, nil},
	{"StatefulMap with a last one", func(p publisher) publisher {
		return operators.StatefulMap(p, zero, plus, func(sum int) (int, bool) { return -sum, true })
	}, []int{1, 2, 3}, []int{1, 3, 6, -6}},
	{"StatefulMap with a last one of nothing", func(p publisher) publisher {
		return operators.StatefulMap(p, zero, plus, func(sum int) (int, bool) { return sum - 1, true })
	}, nil, []int{-1}},
	{"StatefulMap with no last one", func(p publisher) publisher {
		return operators.StatefulMap(p, zero, plus, func(int) (int, bool) { return 9, false })
	}, []int{1, 2}, []int{1, 3}},
}

// TestChoosing: what comes out, in batches and with a demand of one, on any
// scheduler, and again from the same blueprint.
func TestChoosing(t *testing.T) {
	for _, test := range choosing {
		t.Run(test.name, func(t *testing.T) {
			src := test.op(sources.Slice(test.in))
			for _, s := range schedulers {
				ctx := scheduler.With(t.Context(), s())
				got, err := sinks.Slice(ctx, src)
				require.NoError(t, err)
				require.Equal(t, test.want, got)
				got = nil
				for v, err := range sinks.Seq(ctx, src) {
					require.NoError(t, err)
					got = append(got, v)
				}
				require.Equal(t, test.want, got, "with a demand of one")
			}
			got, err := sinks.Slice(t.Context(), test.op(foreign{sources.Slice(test.in)}))
			require.NoError(t, err)
			require.Equal(t, test.want, got, "of a foreign publisher")
		})
	}
}

// TestChoosingUnderAnEndedContext emits nothing.
func TestChoosingUnderAnEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errStop)
	for _, test := range choosing {
		got, err := sinks.Slice(ctx, test.op(sources.Slice(test.in)))
		require.ErrorIs(t, err, errStop, test.name)
		require.Empty(t, got, test.name)
	}
}

// failingAt3 emits the numbers 1 and 2, and then an error.
func failingAt3() publisher { return operators.Concat(sources.Of(1, 2), sources.Error[int](errStop)) }

// TestChoosingOfAnErrorPassesItOn, behind what came before and without what the
// operators have in store for the end.
func TestChoosingOfAnErrorPassesItOn(t *testing.T) {
	last := func(int) (int, bool) { return 7, true }
	for name, test := range map[string]struct {
		op   publisher
		want []int
	}{
		"FilterMap":      {operators.FilterMap(failingAt3(), halfOfEven), []int{1}},
		"TakeUntil":      {operators.TakeUntil(failingAt3(), is(9)), []int{1, 2}},
		"TakeUntilOther": {operators.TakeUntilOther(failingAt3(), never()), []int{1, 2}},
		"IgnoreElements": {operators.IgnoreElements(failingAt3()), nil},
		"TakeLast":       {operators.TakeLast(failingAt3(), 2), nil},
		"Last":           {operators.Last(failingAt3()), nil},
		"Reduce":         {operators.Reduce(failingAt3(), add), nil},
		"SkipLast":       {operators.SkipLast(failingAt3(), 1), []int{1}},
		"Limit":          {operators.Limit(failingAt3(), 2), []int{1, 2}},
		"Single":         {operators.Single(operators.Skip(failingAt3(), 1)), nil},
		"ElementAt":      {operators.ElementAt(failingAt3(), 2), nil},
		"Find":           {operators.Find(failingAt3(), is(3)), nil},
		"DefaultIfEmpty": {operators.DefaultIfEmpty(sources.Error[int](errStop), 7), nil},
		"SwitchIfEmpty":  {operators.SwitchIfEmpty(sources.Error[int](errStop), sources.Of(7)), nil},
		"the fallback":   {operators.SwitchIfEmpty(sources.Empty[int](), failingAt3()), []int{1, 2}},
		"ErrorIfEmpty":   {operators.ErrorIfEmpty(failingAt3(), flow.ErrEmpty), []int{1, 2}},
		"StartWith":      {operators.StartWith(failingAt3(), 7), []int{7, 1, 2}},
		"EndWith":        {operators.EndWith(failingAt3(), 7), []int{1, 2}},
		"Repeat":         {operators.Repeat(failingAt3(), 3), []int{1, 2}},
		"StatefulMap":    {operators.StatefulMap(failingAt3(), zero, plus, last), []int{1, 3}},
	} {
		got, err := sinks.Slice(t.Context(), test.op)
		require.ErrorIs(t, err, errStop, name)
		require.Equal(t, test.want, got, name)
	}
}

func TestErrorIfEmptyNamesTheStage(t *testing.T) {
	_, err := sinks.Slice(t.Context(), operators.ErrorIfEmpty(sources.Empty[int](), errStop, operators.WithName("it")))
	var at *flow.StageError
	require.ErrorAs(t, err, &at)
	require.Equal(t, "it", at.Stage)
	require.ErrorIs(t, err, errStop)
}

// TestStatefulMapWhoseFunctionsDoNotReturn: each of the three.
func TestStatefulMapWhoseFunctionsDoNotReturn(t *testing.T) {
	leave := map[string]func(){"panic": func() { panic(errStop) }, "goexit": runtime.Goexit}
	for how, leave := range leave {
		for which, test := range map[string]struct {
			op   publisher
			want []int
		}{
			"create": {operators.StatefulMap(sources.Of(1, 2), func() int { leave(); return 0 }, plus, nil), nil},
			"create for last": {operators.StatefulMap(sources.Empty[int](), func() int { leave(); return 0 }, plus,
				func(int) (int, bool) { return 1, true }), nil},
			"f": {operators.StatefulMap(sources.Of(1, 2, 3), zero, func(sum, v int) (int, int) {
				if v == 3 {
					leave()
				}
				return plus(sum, v)
			}, nil), []int{1, 3}},
			"last": {operators.StatefulMap(sources.Of(1, 2), zero, plus, func(int) (int, bool) { leave(); return 0, true }), []int{1, 3}},
		} {
			for on, s := range schedulers {
				p := flowtest.NewProbe[int](t)
				var all sync.WaitGroup
				all.Go(func() { // which Goexit may end
					ctx := scheduler.With(t.Context(), s())
					g, _ := scheduler.NewGraph(ctx, "g")
					scheduler.Subscribe(g, test.op, p.Subscriber())
					p.Request(9)
					_ = g.Wait()
				})
				all.Wait()
				var e *flow.PanicError
				require.ErrorAs(t, p.Err(), &e, "%s in %s on %s", how, which, on)
				require.True(t, errors.Is(e, errStop) || errors.Is(e, flow.ErrGoexit))
				require.ElementsMatch(t, test.want, p.Values(), "%s in %s on %s", how, which, on)
			}
		}
	}
}

func TestStateBelongsToASubscription(t *testing.T) {
	created := 0
	src := operators.StatefulMap(sources.Of(1, 2), func() int { created++; return 0 }, plus, nil)
	for range 3 {
		got, err := sinks.Slice(t.Context(), src)
		require.NoError(t, err)
		require.Equal(t, []int{1, 3}, got)
	}
	require.Equal(t, 3, created)
}

// TestWhatIsAddedNeedsDemand: the elements that operators add at the end wait
// for it.
func TestWhatIsAddedNeedsDemand(t *testing.T) {
	last := func(sum int) (int, bool) { return sum, true }
	for name, op := range map[string]func(publisher) publisher{
		"DefaultIfEmpty": func(p publisher) publisher { return operators.DefaultIfEmpty(operators.Skip(p, 1), 7) },
		"SwitchIfEmpty":  func(p publisher) publisher { return operators.SwitchIfEmpty(operators.Skip(p, 1), sources.Of(7)) },
		"EndWith":        func(p publisher) publisher { return operators.EndWith(operators.Skip(p, 1), 7) },
		"StatefulMap":    func(p publisher) publisher { return operators.StatefulMap(p, zero, plus, last) },
	} {
		synctest.Test(t, func(t *testing.T) {
			up := flowtest.NewManual[int](t)
			p := flowtest.Subscribe(t, op(up))
			synctest.Wait()
			require.Zero(t, up.Requested(), name)
			p.Request(1)
			synctest.Wait()
			require.LessOrEqual(t, up.Requested(), int64(2), name)
			up.Next(7)
			synctest.Wait()
			up.Complete()
			synctest.Wait()
			if name == "StatefulMap" {
				require.Equal(t, []int{7}, p.Values())
				require.False(t, p.Completed())
				p.Request(1)
				synctest.Wait()
				require.Equal(t, []int{7, 7}, p.Values())
			} else {
				require.Equal(t, []int{7}, p.Values(), name)
			}
			require.True(t, p.Completed(), name)
		})
	}
}

// TestValuesComeFirst: the source of StartWith is subscribed when the last value
// has been emitted, and asked for what is left.
func TestValuesComeFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.StartWith(up, 7, 8))
		p.Request(1)
		synctest.Wait()
		require.Equal(t, []int{7}, p.Values())
		require.Zero(t, up.Subscribed())
		p.Request(4)
		synctest.Wait()
		require.Equal(t, []int{7, 8}, p.Values())
		require.Equal(t, 1, up.Subscribed())
		require.EqualValues(t, 3, up.Requested())
		p.Cancel()
		up.WaitCancelled()
	})
}

// TestStartWithDeclines: its source learns of a subscriber that leaves early.
func TestStartWithDeclines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.StartWith(up, 7, 8))
		p.Request(1)
		synctest.Wait()
		p.Cancel()
		synctest.Wait()
		require.Equal(t, 1, up.Subscribed())
		up.WaitCancelled()
		require.Zero(t, up.Requested())
	})
}

// TestRepeatDoesNotGrowTheStack, and can be cancelled while it runs for ever.
func TestRepeatDoesNotGrowTheStack(t *testing.T) {
	for _, s := range schedulers {
		ctx := scheduler.With(t.Context(), s())
		n, err := sinks.Fold(ctx, operators.Repeat(sources.Of(1), 20000), 0, add)
		require.NoError(t, err)
		require.Equal(t, 20000, n)
		_, err = sinks.Fold(ctx, operators.Repeat(sources.Empty[int](), 20000), 0, add)
		require.NoError(t, err)
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		p := flowtest.Subscribe(t, operators.Repeat(sources.Of(1), flow.Unbounded), flowtest.WithContext(ctx))
		p.Request(1000)
		p.WaitCount(1000)
		cancel(errStop)
		p.WaitDone()
		require.ErrorIs(t, p.Err(), errStop)
	})
}

func TestRepeatCarriesDemandOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Repeat(up, 2))
		p.Request(3)
		synctest.Wait()
		up.Next(1)
		up.Complete()
		synctest.Wait()
		require.Equal(t, 2, up.Subscribed())
		require.EqualValues(t, 2, up.Requested())
		up.Next(2)
		up.Complete()
		synctest.Wait()
		p.ExpectNext(1, 2)
		p.ExpectComplete()
	})
}

// TestWrongArgumentsOfSelectPanicAtAssembly: the text names package, function
// and value.
func TestWrongArgumentsOfSelectPanicAtAssembly(t *testing.T) {
	src := sources.Of(1, 2, 3)
	for text, f := range map[string]func(){
		"operators.FilterMap: nil source":                         func() { operators.FilterMap(nil, halfOfEven) },
		"operators.FilterMap: nil function":                       func() { operators.FilterMap[int, int](src, nil) },
		"operators.OfType: nil source":                            func() { operators.OfType[int, any](nil) },
		"operators.TakeUntil: nil source":                         func() { operators.TakeUntil(nil, is(1)) },
		"operators.TakeUntil: nil function":                       func() { operators.TakeUntil(src, nil) },
		"operators.TakeUntilOther: nil source":                    func() { operators.TakeUntilOther[int](nil, src) },
		"operators.TakeUntilOther: nil other":                     func() { operators.TakeUntilOther[int, int](src, nil) },
		"operators.IgnoreElements: nil source":                    func() { operators.IgnoreElements[int](nil) },
		"operators.TakeLast: nil source":                          func() { operators.TakeLast[int](nil, 1) },
		"operators.TakeLast: negative count -1":                   func() { operators.TakeLast(src, -1) },
		"operators.Last: nil source":                              func() { operators.Last[int](nil) },
		"operators.Reduce: nil source":                            func() { operators.Reduce(nil, add) },
		"operators.Reduce: nil function":                          func() { operators.Reduce(src, nil) },
		"operators.SkipLast: nil source":                          func() { operators.SkipLast[int](nil, 1) },
		"operators.SkipLast: negative count -1":                   func() { operators.SkipLast(src, -1) },
		"operators.Limit: nil source":                             func() { operators.Limit[int](nil, 1) },
		"operators.Limit: negative count -1":                      func() { operators.Limit(src, -1) },
		"operators.Single: nil source":                            func() { operators.Single[int](nil) },
		"operators.ElementAt: nil source":                         func() { operators.ElementAt[int](nil, 1) },
		"operators.ElementAt: negative index -1":                  func() { operators.ElementAt(src, -1) },
		"operators.Find: nil source":                              func() { operators.Find(nil, is(1)) },
		"operators.Find: nil function":                            func() { operators.Find(src, nil) },
		"operators.First: nil source":                             func() { operators.First[int](nil) },
		"operators.DefaultIfEmpty: nil source":                    func() { operators.DefaultIfEmpty(nil, 1) },
		"operators.SwitchIfEmpty: nil source":                     func() { operators.SwitchIfEmpty(nil, src) },
		"operators.SwitchIfEmpty: nil fallback":                   func() { operators.SwitchIfEmpty(src, nil) },
		"operators.ErrorIfEmpty: nil source":                      func() { operators.ErrorIfEmpty[int](nil, errStop) },
		"operators.ErrorIfEmpty: nil error":                       func() { operators.ErrorIfEmpty(src, nil) },
		"operators.StartWith: nil source":                         func() { operators.StartWith(nil, 1) },
		"operators.EndWith: nil source":                           func() { operators.EndWith(nil, 1) },
		"operators.Repeat: nil source":                            func() { operators.Repeat[int](nil, 1) },
		"operators.Repeat: negative count -1":                     func() { operators.Repeat(src, -1) },
		"operators.StatefulMap: nil source":                       func() { operators.StatefulMap(nil, zero, plus, nil) },
		"operators.StatefulMap: nil function to create the state": func() { operators.StatefulMap(src, nil, plus, nil) },
		"operators.StatefulMap: nil function":                     func() { operators.StatefulMap[int, int, int](src, zero, nil, nil) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
