package operators_test

import (
	"context"
	"errors"
	"math"
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

func below(n int) func(int) bool { return func(v int) bool { return v < n } }

// selecting are operators that hand on some of their elements, with what they
// hand on.
var selecting = []struct {
	name     string
	op       func(publisher) publisher
	in, want []int
}{
	{"TakeWhile", func(p publisher) publisher { return operators.TakeWhile(p, below(5)) }, []int{1, 2, 9, 3}, []int{1, 2}},
	{"TakeWhile all", func(p publisher) publisher { return operators.TakeWhile(p, below(5)) }, []int{1, 2}, []int{1, 2}},
	{"TakeWhile none", func(p publisher) publisher { return operators.TakeWhile(p, below(5)) }, []int{5, 1}, nil},
	{"TakeWhile of nothing", func(p publisher) publisher { return operators.TakeWhile(p, below(5)) }, nil, nil},
	{"Skip", func(p publisher) publisher { return operators.Skip(p, 2) }, []int{1, 2, 3, 4}, []int{3, 4}},
	{"Skip all but one", func(p publisher) publisher { return operators.Skip(p, 3) }, []int{1, 2, 3, 4}, []int{4}},
	{"Skip all", func(p publisher) publisher { return operators.Skip(p, 4) }, []int{1, 2, 3, 4}, nil},
	{"Skip more", func(p publisher) publisher { return operators.Skip(p, math.MaxInt64) }, []int{1, 2}, nil},
	{"Skip none", func(p publisher) publisher { return operators.Skip(p, 0) }, []int{1, 2}, []int{1, 2}},
	{"Skip of nothing", func(p publisher) publisher { return operators.Skip(p, 1) }, nil, nil},
	{"Skip many", func(p publisher) publisher { return operators.Skip(p, 300) }, numbersTo(302), []int{300, 301}},
	{"SkipWhile", func(p publisher) publisher { return operators.SkipWhile(p, below(5)) }, []int{1, 2, 9, 3}, []int{9, 3}},
	{"SkipWhile all", func(p publisher) publisher { return operators.SkipWhile(p, below(5)) }, []int{1, 2}, nil},
	{"SkipWhile none", func(p publisher) publisher { return operators.SkipWhile(p, below(5)) }, []int{9, 1}, []int{9, 1}},
	{"SkipWhile of nothing", func(p publisher) publisher { return operators.SkipWhile(p, below(5)) }, nil, nil},
	{"Distinct", func(p publisher) publisher { return operators.Distinct(p, 2) }, []int{1, 2, 1, 3, 1, 2}, []int{1, 2, 3, 2}},
	{"Distinct 1", func(p publisher) publisher { return operators.Distinct(p, 1) }, []int{1, 1, 2, 2, 1}, []int{1, 2, 1}},
	{"Distinct all", func(p publisher) publisher { return operators.Distinct(p, 9) }, []int{1, 2, 1, 3, 1, 2}, []int{1, 2, 3}},
	{"Distinct of nothing", func(p publisher) publisher { return operators.Distinct(p, 9) }, nil, nil},
	{"Distinct of one that keeps coming", func(p publisher) publisher { return operators.Distinct(p, 2) },
		[]int{0, 1, 0, 2, 0, 3, 0, 4, 0, 1}, []int{0, 1, 2, 3, 4, 1}},
	{"DistinctBy", func(p publisher) publisher { return operators.DistinctBy(p, 2, func(v int) int { return v / 10 }) },
		[]int{10, 20, 11, 30, 21}, []int{10, 20, 30, 21}},
	{"DistinctUntilChanged", func(p publisher) publisher { return operators.DistinctUntilChanged(p) },
		[]int{0, 0, 1, 1, 1, 0, 2}, []int{0, 1, 0, 2}},
	{"DistinctUntilChanged of one", func(p publisher) publisher { return operators.DistinctUntilChanged(p) }, []int{0}, []int{0}},
	{"DistinctUntilChanged of nothing", func(p publisher) publisher { return operators.DistinctUntilChanged(p) }, nil, nil},
	{"DistinctUntilChangedBy", func(p publisher) publisher {
		return operators.DistinctUntilChangedBy(p, func(v int) int { return v / 10 })
	}, []int{10, 11, 20, 12, 13}, []int{10, 20, 12}},
}

// TestSelecting: what comes out, in batches and with a demand of one, on any
// scheduler, and again from the same blueprint.
func TestSelecting(t *testing.T) {
	for _, test := range selecting {
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

// TestSelectingPassesErrorsOn behind the elements before them.
func TestSelectingPassesErrorsOn(t *testing.T) {
	for _, test := range selecting {
		if test.name == "TakeWhile" || test.name == "TakeWhile none" {
			continue // it has ended before
		}
		in := test.in
		src := operators.Map(sources.Range(0, int64(len(in)+1)), func(i int64) int {
			if int(i) == len(in) {
				panic(errStop)
			}
			return in[i]
		})
		got, err := sinks.Slice(t.Context(), test.op(src))
		require.ErrorIs(t, err, errStop, test.name)
		require.Equal(t, test.want, got, test.name)
	}
}

// TestSkipAsksForWhatItSkipsOnce, with the first request.
func TestSkipAsksForWhatItSkipsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Skip(up, 3))
		synctest.Wait()
		require.Zero(t, up.Requested())
		for i, want := range []int64{5, 6, 9} {
			p.Request([]int64{2, 1, 3}[i])
			synctest.Wait()
			require.Equal(t, want, up.Requested())
		}
		up.Next(numbersTo(9)...)
		synctest.Wait()
		require.Equal(t, []int{3, 4, 5, 6, 7, 8}, p.Values())
		p.Request(math.MaxInt64 - 10)
		synctest.Wait()
		p.Cancel()
	})
}

// TestSelectingReplacesExactly: as many elements are asked for as are demanded
// and were not emitted.
func TestSelectingReplacesExactly(t *testing.T) {
	for name, op := range map[string]func(publisher) publisher{
		"SkipWhile":            func(p publisher) publisher { return operators.SkipWhile(p, below(2)) },
		"Distinct":             func(p publisher) publisher { return operators.Distinct(p, 9) },
		"DistinctUntilChanged": func(p publisher) publisher { return operators.DistinctUntilChanged(p) },
	} {
		synctest.Test(t, func(t *testing.T) {
			up := flowtest.NewManual[int](t)
			p := flowtest.Subscribe(t, op(up))
			synctest.Wait()
			require.Zero(t, up.Requested(), name)
			p.Request(3)
			synctest.Wait()
			require.EqualValues(t, 3, up.Requested(), name)
			lost := int64(0)
			for _, v := range []int{1, 1, 1, 2, 3, 4, 5} {
				before := p.Count()
				if up.Requested() > lost+int64(before) {
					up.Next(v)
				}
				synctest.Wait()
				if p.Count() == before && before < 3 {
					lost++
				}
				require.Equal(t, 3+lost, up.Requested(), name)
			}
			require.Equal(t, 3, p.Count(), name)
			require.Positive(t, lost, name)
			p.Cancel()
		})
	}
}

// TestTakeWhileCancelsUpstream with the element that ends it, and asks for no
// more than is demanded.
func TestTakeWhileCancelsUpstream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.TakeWhile(up, below(2)))
		p.Request(3)
		synctest.Wait()
		require.EqualValues(t, 3, up.Requested())
		up.Next(0, 1, 2)
		up.WaitCancelled()
		p.ExpectNext(0, 1)
		p.ExpectComplete()
		up.ForceNext(0)
		up.ForceError(errStop)
		require.Equal(t, 2, p.Count())
	})
}

// TestPredicatesAreNotCalledAgain after the answer that decides.
func TestPredicatesAreNotCalledAgain(t *testing.T) {
	for _, s := range schedulers {
		calls := 0
		pred := func(v int) bool { calls++; return v < 300 }
		ctx := scheduler.With(t.Context(), s())
		got, err := sinks.Slice(ctx, operators.SkipWhile(sources.Slice(numbersTo(lawSize)), pred))
		require.NoError(t, err)
		require.Len(t, got, lawSize-300)
		require.Equal(t, 301, calls)
		calls = 0
		got, err = sinks.Slice(ctx, operators.TakeWhile(sources.Slice(numbersTo(lawSize)), pred))
		require.NoError(t, err)
		require.Len(t, got, 300)
		require.Equal(t, 301, calls)
	}
}

// TestSkipWhileEndsWithItsPredicate: by a panic, Goexit, and not after the
// context has ended. (Where others hand on what came before, it has nothing.)
func TestSkipWhileEndsWithItsPredicate(t *testing.T) {
	for _, s := range schedulers {
		for _, at := range positions {
			for name, end := range map[string]func(context.CancelCauseFunc){
				"panic":   func(context.CancelCauseFunc) { panic(errStop) },
				"goexit":  func(context.CancelCauseFunc) { runtime.Goexit() },
				"context": func(cancel context.CancelCauseFunc) { cancel(errStop) },
			} {
				var w watched
				var err error
				ctx, cancel := context.WithCancelCause(scheduler.With(t.Context(), s()))
				calls, returned := 0, false
				var all sync.WaitGroup
				all.Go(func() {
					_, err = sinks.Slice(ctx, operators.SkipWhile(w.publisher(), func(v int) bool {
						if calls++; v == at {
							end(cancel)
						}
						return true
					}, operators.WithName("it")))
					returned = true
				})
				all.Wait()
				cancel(nil)
				if name != "context" { // which is heard of a little later
					require.Equal(t, at+1, calls, name)
				}
				w.require(t)
				if !returned { // Goexit of the sink's own goroutine
					continue
				}
				var p *flow.PanicError
				switch {
				case name == "goexit":
					require.ErrorIs(t, err, flow.ErrGoexit)
				case name == "panic" && errors.As(err, &p):
					require.Equal(t, "it", p.Stage)
					require.ErrorIs(t, err, errStop)
				default:
					require.Equal(t, "context", name)
				}
			}
		}
	}
}

// TestSelectingCallsNothingWhenTheContextHasEnded before it began.
func TestSelectingCallsNothingWhenTheContextHasEnded(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errStop)
	never := func(int) bool { t.Error("called"); return true }
	key := func(int) int { t.Error("called"); return 0 }
	src := sources.Slice(numbersTo(10))
	for _, p := range []publisher{
		operators.TakeWhile(src, never), operators.SkipWhile(src, never), operators.Skip(src, 2),
		operators.DistinctBy(src, 3, key), operators.DistinctUntilChangedBy(src, key),
	} {
		got, err := sinks.Slice(ctx, p)
		require.ErrorIs(t, err, errStop)
		require.Empty(t, got)
	}
}

func TestWrongArgumentsOfPlainOperatorsPanic(t *testing.T) {
	src := sources.Of(1, 2, 3)
	yes := func(int) bool { return true }
	key := func(v int) int { return v }
	for text, f := range map[string]func(){
		"operators.TakeWhile: nil source":                       func() { operators.TakeWhile(nil, yes) },
		"operators.TakeWhile: nil function":                     func() { operators.TakeWhile(src, nil) },
		"operators.Skip: nil source":                            func() { operators.Skip[int](nil, 1) },
		"operators.Skip: negative count -1":                     func() { operators.Skip(src, -1) },
		"operators.SkipWhile: nil source":                       func() { operators.SkipWhile(nil, yes) },
		"operators.SkipWhile: nil function":                     func() { operators.SkipWhile(src, nil) },
		"operators.Distinct: nil source":                        func() { operators.Distinct[int](nil, 1) },
		"operators.Distinct: capacity 0, must be at least 1":    func() { operators.Distinct(src, 0) },
		"operators.DistinctBy: nil source":                      func() { operators.DistinctBy(nil, 1, key) },
		"operators.DistinctBy: nil function":                    func() { operators.DistinctBy[int, int](src, 1, nil) },
		"operators.DistinctBy: capacity -1, must be at least 1": func() { operators.DistinctBy(src, -1, key) },
		"operators.DistinctUntilChanged: nil source":            func() { operators.DistinctUntilChanged[int](nil) },
		"operators.DistinctUntilChangedBy: nil source":          func() { operators.DistinctUntilChangedBy(nil, key) },
		"operators.DistinctUntilChangedBy: nil function":        func() { operators.DistinctUntilChangedBy[int, int](src, nil) },
		"operators.Batch: nil source":                           func() { operators.Batch[int](nil, 1) },
		"operators.Batch: size 0, must be at least 1":           func() { operators.Batch(src, 0) },
		"operators.Batch: size -1, must be at least 1":          func() { operators.Batch(src, -1) },
		"operators.WithMaxWait: 0s, must be positive":           func() { operators.WithMaxWait(0) },
		"operators.WithMaxWait: -1ns, must be positive":         func() { operators.WithMaxWait(-1) },
		"operators.Conflate: nil source":                        func() { operators.Conflate(nil, add) },
		"operators.Conflate: nil function":                      func() { operators.Conflate(src, nil) },
		"operators.BufferWith: nil source":                      func() { operators.BufferWith(nil, operators.BufferConfig[int]{}) },
		"operators.BufferWith: capacity 0, must be at least 1":  func() { operators.BufferWith(src, operators.BufferConfig[int]{Strategy: flow.Fail}) },
		"operators.BufferWith: unknown strategy 0":              func() { operators.BufferWith(src, operators.BufferConfig[int]{Capacity: 1}) },
		"operators.BufferWith: capacity 2, flow.Latest keeps 1": func() { operators.BufferWith(src, operators.BufferConfig[int]{Capacity: 2, Strategy: flow.Latest}) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
