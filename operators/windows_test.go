package operators_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// digits shows slices of small numbers as one number.
func digits(p flow.Publisher[[]int]) publisher {
	return operators.Map(p, func(vs []int) (n int) {
		for _, v := range vs {
			n = 10*n + v
		}
		return n
	})
}

func batched(w operators.Windows, capacity int) func(publisher) publisher {
	return func(p publisher) publisher { return digits(operators.BatchWindows(p, w, capacity)) }
}

func TestBatchWindows(t *testing.T) {
	tumbling := batched(operators.Tumbling(10*ms), 4)
	hopping := batched(operators.Hopping(10*ms, 4*ms), 8)
	session := batched(operators.Session(10*ms), 4)
	short := batched(operators.Session(10*ms).Longest(15*ms), 8)
	runTimed(t, []timedCase{
		{"none", "|@5", "all@0", "|@5", tumbling},
		{"one", "1@3 |@25", "all@0", "1@10 |@25", tumbling},
		{"many", "1@3 2@9 3@12 4@35 |@47", "all@0", "12@10 3@20 4@40 |@47", tumbling},
		{"before the boundary", "1@9.999999 |@25", "all@0", "1@10 |@25", tumbling},
		{"at the boundary", "1@0 2@10 |@25", "all@0", "1@10 2@20 |@25", tumbling},
		{"after the boundary", "1@9 2@10.000001 |@25", "all@0", "1@10 2@20 |@25", tumbling},
		{"the rest", "1@3 2@12 |@15", "all@0", "1@10 2@15 |@15", tumbling},
		{"completion at the boundary", "1@3 |@10", "all@0", "1@10 |@10", tumbling},
		{"the rest waits for demand", "1@3 2@12 |@15", "1@0 1@55", "1@10 2@55 |@55", tumbling},
		{"full", "1@1 2@2 3@3 4@4 5@5 |@25", "all@0", "1234@4 5@10 |@25", tumbling},
		{"one at a time", "1@3 2@9 3@12 |@47", "1@0 1@15", "12@10 3@20 |@47", tumbling},
		{"no demand at the end of the window", "1@3 2@12 3@14 4@25 |@99", "1@0 1@50 1@60", "1@10 23@50 4@60 |@99", tumbling},
		{"no demand, full", "1@0 2@12 3@14 4@25 5@32 |@99", "1@0 1@50 1@60 1@70", "1@10 23@50 4@60 5@80 |@99", tumbling},
		{"an error", "1@3 2@12 !@15", "all@0", "1@10 !@15", tumbling},
		{"an error behind what lacks demand", "1@3 2@12 3@21 !@25", "1@0 1@50", "1@10 2@50 !@50", tumbling},
		{"cancel", "1@3 2@12", "all@0 x@15", "1@10", tumbling},
		{"the context ends", "1@3 2@12", "all@0 ctx@15", "1@10 !@15", tumbling},
		{"hopping", "1@1 2@5 3@9 |@30", "all@0", "123@10 23@14 3@18 |@30", hopping},
		{"hopping, at boundaries", "1@0 2@4 3@8 4@10 |@30", "all@0", "123@10 234@14 34@18 |@30", hopping},
		{"hopping over nothing", "1@1 2@21 |@40", "all@0", "1@10 2@22 2@26 2@30 |@40", hopping},
		{"hopping to the end", "1@1 2@5 3@9 |@11", "all@0", "123@10 23@11 3@11 |@11", hopping},
		{"hopping without demand", "1@1 2@5 3@9 |@11", "1@0 1@20 1@21", "123@10 23@20 3@21 |@21", hopping},
		{"hopping, full", "1@1 2@2 3@3 4@8 |@30", "all@0", "12@10 34@14 34@18 |@30", batched(operators.Hopping(10*ms, 4*ms), 2)},
		{"hopping, an error", "1@1 2@5 3@9 !@11", "all@0", "123@10 !@11", hopping},
		{"session", "1@1 2@5 3@14 4@30 |@70", "all@0", "123@24 4@40 |@70", session},
		{"session, at the boundary", "1@1 2@11 3@20.999999 |@70", "all@0", "1@11 23@30.999999 |@70", session},
		{"session, full", "1@1 2@2 3@3 4@4 5@5 |@70", "all@0", "1234@4 5@15 |@70", session},
		{"session, no demand", "1@1 2@13 3@15 4@30 |@70", "1@0 1@50 1@60", "1@11 23@50 4@60 |@70", session},
		{"session, the rest", "1@1 2@5 |@6", "all@0", "12@6 |@6", session},
		{"session, longest", "1@1 2@8 3@15 4@16 5@20 |@70", "all@0", "123@16 45@30 |@70", short},
		{"session, longest, no element", "1@1 2@8 3@14 |@70", "all@0", "123@16 |@70", short},
	})
}

// TestBatchWindowsAligned: the first window is short, and the others begin where
// the wall clock shows a multiple of the size.
func TestBatchWindowsAligned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the bubble begins at midnight UTC
		time.Sleep(3 * ms)
		for _, test := range []struct{ offset, first time.Duration }{
			{0, 7 * ms}, {2 * ms, 9 * ms}, {3 * ms, 10 * ms}, {4 * ms, ms}, {-8 * ms, 9 * ms}, {40 * ms, 7 * ms},
		} {
			w := operators.Tumbling(10 * ms).Aligned(test.offset)
			start := time.Now()
			var ends []time.Duration
			src := operators.BatchWindows(operators.Take(sources.Ticker(ms), 30), w, 100)
			require.NoError(t, sinks.ForEach(t.Context(), src, func(_ context.Context, _ []int64) error {
				ends = append(ends, time.Since(start))
				return nil
			}))
			if test.first == ms { // no element
				ends = append([]time.Duration{ms}, ends...)
			}
			require.Equal(t, []time.Duration{test.first, test.first + 10*ms, test.first + 20*ms}, ends[:3], test.offset)
			time.Sleep(3*ms - time.Duration(time.Now().Nanosecond())%(10*ms) + 10*ms)
		}
	})
}

// TestBatchWindowsDemand: as many elements as there is room for, while a slice
// is demanded.
func TestBatchWindowsDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.BatchWindows(up, operators.Tumbling(10*ms), 5))
		synctest.Wait()
		require.Zero(t, up.Requested())
		p.Request(2)
		synctest.Wait()
		require.EqualValues(t, 5, up.Requested())
		up.Next(1, 2, 3)
		synctest.Wait()
		require.EqualValues(t, 5, up.Requested(), "three are held")
		time.Sleep(10 * ms)
		synctest.Wait()
		p.ExpectNext([]int{1, 2, 3})
		require.EqualValues(t, 8, up.Requested())
		up.NextBatch(4, 5, 6, 7, 8)
		synctest.Wait()
		p.ExpectNext([]int{4, 5, 6, 7, 8})
		require.EqualValues(t, 8, up.Requested(), "nothing is demanded")
		p.Request(flow.Unbounded)
		synctest.Wait()
		up.NextBatch(numbersTo(12)...)
		synctest.Wait()
		p.ExpectNext(numbersTo(12)[:5], numbersTo(12)[5:10])
		up.Complete()
		synctest.Wait()
		p.ExpectNext([]int{10, 11})
		p.ExpectComplete()
	})
}

// TestBatchWindowsSharesElements: an element that is in k slices is told so, and
// each of its shares is handed on or released, however the stream ends.
func TestBatchWindowsSharesElements(t *testing.T) {
	for _, c := range []struct{ size, step int }{{3, 1}, {5, 2}, {4, 3}, {7, 1}, {4, 4}} {
		for n := range 20 {
			for _, end := range []string{"complete", "fail", "cancel"} {
				windows := operators.Hopping(time.Duration(c.size)*ms, time.Duration(c.step)*ms)
				requireShares(t, fmt.Sprint(c), n, end, func(up flow.Publisher[*sharedToken]) flow.Publisher[[]*sharedToken] {
					return operators.BatchWindows(up, windows, 100)
				}, func(i int) { time.Sleep(ms * time.Duration(i%3)) })
			}
		}
	}
}

// sumOf counts the elements of each key in the windows: key 3 with 2 elements
// is 302.
func counted(w operators.Windows, keys int) func(publisher) publisher {
	return func(p publisher) publisher {
		counts := operators.WindowBy(p, w, keys, func(v int) int { return v }, 0, func(n, _ int) int { return n + 1 })
		return operators.Map(counts, func(w operators.Window[int, int]) int { return 100*w.Key + w.Value })
	}
}

func TestWindowBy(t *testing.T) {
	tumbling := counted(operators.Tumbling(10*ms), 4)
	hopping := counted(operators.Hopping(10*ms, 4*ms), 4)
	session := counted(operators.Session(10*ms), 4)
	runTimed(t, []timedCase{
		{"none", "|@5", "all@0", "|@5", tumbling},
		{"no demand", "1@3 |@15", "1@50", "101@60 |@65", tumbling},
		{"one", "1@3 |@25", "all@0", "101@10 |@25", tumbling},
		{"many", "1@3 2@4 1@9 2@12 |@47", "all@0", "102@10 201@10 201@20 |@47", tumbling},
		{"at the boundary", "1@0 1@10 |@25", "all@0", "101@10 101@20 |@25", tumbling},
		{"the rest", "1@3 2@12 1@12 |@15", "all@0", "101@10 201@15 101@15 |@15", tumbling},
		{"one at a time", "1@3 2@4 1@12 |@47", "1@0 1@30 1@40", "101@10 201@30 101@40 |@47", tumbling},
		{"an error", "1@3 2@12 !@15", "all@0", "101@10 !@15", tumbling},
		{"an error behind what lacks demand", "1@3 2@3 2@12 !@15", "1@0 1@50", "101@10 201@50 !@50", tumbling},
		{"cancel", "1@3 2@12", "all@0 x@15", "101@10", tumbling},
		{"the context ends", "1@3 2@12", "all@0 ctx@15", "101@10 !@15", tumbling},
		{"hopping", "1@1 1@5 2@9 |@30", "all@0", "102@10 201@10 101@14 201@14 201@18 |@30", hopping},
		{"sessions of their own", "1@1 2@5 1@9 2@25 |@70", "all@0", "201@15 102@19 201@35 |@70", session},
		{"session, at the boundary", "1@1 1@11 |@70", "all@0", "101@11 101@21 |@70", session},
		{"session, longest", "1@1 2@2 1@8 1@15 1@17 |@70", "all@0", "201@12 103@16 101@27 |@70", counted(operators.Session(10*ms).Longest(15*ms), 4)},
		{"sessions to the end", "1@1 2@2 1@8 |@9", "all@0", "201@9 102@9 |@9", session},
	})
}

// TestWindowByTooManyKeys fails, after the windows that have ended.
func TestWindowByTooManyKeys(t *testing.T) {
	for name, w := range map[string]operators.Windows{
		"tumbling": operators.Tumbling(10 * ms), "hopping": operators.Hopping(10*ms, 5*ms), "sessions": operators.Session(8 * ms),
	} {
		inVirtualTime(t, func(t *testing.T, ctx context.Context) {
			src := counted(w, 2)(script("1@1 2@2 3@20 1@20 2@20 3@23"))
			got, err := sinks.Slice(ctx, src)
			require.ErrorIs(t, err, flow.ErrTooManyGroups, name)
			require.ErrorContains(t, err, "the key 2, and the 2 keys that may be are in use; allow more")
			require.Equal(t, []int{101, 201}, got[:2], name)
		})
	}
}

// TestWindowBySaysWhen a window begins and ends, on the wall clock.
func TestWindowBySaysWhen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		midnight := time.Now()
		time.Sleep(3 * ms)
		for _, test := range []struct {
			w        operators.Windows
			from, to time.Duration
		}{
			{operators.Tumbling(10 * ms), 3 * ms, 13 * ms},
			{operators.Tumbling(10 * ms).Aligned(0), 0, 10 * ms},
			{operators.Tumbling(10 * ms).Aligned(-ms), -ms, 9 * ms},
			{operators.Session(5 * ms), 4 * ms, 12 * ms},
		} {
			time.Sleep(time.Until(midnight.Add(3 * ms)))
			src := operators.WindowBy(script("1@1 2@4 |@5"), test.w, 1, func(int) string { return "all" }, 0, func(n, v int) int { return n + v })
			got, err := sinks.First(t.Context(), src)
			require.NoError(t, err)
			require.Equal(t, operators.Window[string, int]{
				Key: "all", Value: 3,
				Start: midnight.Add(test.from).Round(0).Local(), End: midnight.Add(test.to).Round(0).Local(),
			}, operators.Window[string, int]{got.Key, got.Start.Local(), got.End.Local(), got.Value})
			midnight = midnight.Add(time.Second)
		}
	})
}

// TestWindowByDemand: at most 256 elements ahead, and none while windows wait.
func TestWindowByDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, counted(operators.Tumbling(10*ms), 500)(up))
		synctest.Wait()
		require.Zero(t, up.Requested())
		p.Request(1)
		synctest.Wait()
		require.EqualValues(t, 256, up.Requested())
		up.NextBatch(make([]int, 200)...)
		synctest.Wait()
		require.EqualValues(t, 456, up.Requested())
		up.Next(2, 1)
		time.Sleep(10 * ms)
		synctest.Wait()
		p.ExpectNext(200)
		up.NextBatch(numbersTo(200)...)
		synctest.Wait()
		require.EqualValues(t, 458, up.Requested(), "windows wait")
		p.Request(1)
		synctest.Wait()
		p.ExpectNext(201)
		p.Request(1)
		synctest.Wait()
		p.ExpectNext(101)
		require.EqualValues(t, 458, up.Requested(), "nothing is demanded")
		p.Request(1)
		synctest.Wait()
		require.EqualValues(t, 658, up.Requested())
		p.Cancel()
		synctest.Wait()
		require.Equal(t, 1, up.Cancelled())
	})
}

// TestWindowByFails where a function does not return, after the windows that
// have ended.
func TestWindowByFails(t *testing.T) {
	for _, of := range []string{"key", "add"} {
		inVirtualTime(t, func(t *testing.T, ctx context.Context) {
			broken := func(name string, v int) {
				if name == of && v == 3 {
					panic(errStop)
				}
			}
			src := operators.WindowBy(script("1@1 2@2 1@12 3@13 4@14 |@15"), operators.Tumbling(10*ms), 9,
				func(v int) int { broken("key", v); return v }, 0, func(n, v int) int { broken("add", v); return n + 1 })
			got, err := sinks.Slice(ctx, src)
			require.Len(t, got, 2)
			require.ErrorIs(t, err, errStop)
			var p *flow.PanicError
			require.ErrorAs(t, err, &p)
			require.Equal(t, "windowby#2", p.Stage)
		})
	}
}

// windowTokens are the windows as tokens go through them.
var windowTokens = map[string]func(tokens) tokens{
	"tumbling": func(p tokens) tokens { return flat(operators.BatchWindows(p, operators.Tumbling(7*ms), 3)) },
	"session":  func(p tokens) tokens { return flat(operators.BatchWindows(p, operators.Session(3*ms), 100)) },
	"by key": func(p tokens) tokens {
		sums := operators.WindowBy(p, operators.Session(4*ms).Longest(20*ms), 10, func(t *token) int { return t.n % 5 },
			nil, func(sum, t *token) *token {
				if sum != nil {
					sum.consumed.Add(1)
				}
				return t
			})
		return operators.Map(sums, func(w operators.Window[int, *token]) *token { return w.Value })
	},
}

// TestWindowsReleaseOnce: every token is consumed or released once, however the
// stream ends, and the sum of each stage closes.
func TestWindowsReleaseOnce(t *testing.T) { releaseOnce(t, windowTokens) }

// mergedTokenRun is timedTokenRun for stages that merge elements.
func mergedTokenRun(t *testing.T, ctx context.Context, op func(tokens) tokens, end string, own bool, at int) {
	t.Helper()
	for kind, s := range countedTokens(t, ctx, op, end, own, at) {
		if kind == "func" || kind == "seq" || kind == "map" || kind == "foreach" || kind == "flatmapslice" || kind == "ticker" {
			continue
		}
		n := s.Snapshot()
		require.Equal(t, n.In, n.Out+n.Lost[flow.Filtered]+n.Lost[flow.Merged]+n.Dropped()+n.Discarded()+n.Buffered, "%s: %+v", kind, n)
		require.Zero(t, n.Buffered)
	}
}

func TestWrongArgumentsOfWindows(t *testing.T) {
	src, one := sources.Of(1), operators.Tumbling(ms)
	add := func(n, _ int) int { return n }
	for text, f := range map[string]func(){
		"operators.Tumbling: size 0s, must be positive":             func() { operators.Tumbling(0) },
		"operators.Hopping: step 0s, must be positive":              func() { operators.Hopping(1, 0) },
		"operators.Hopping: step 2ns, must be at most the size 1ns": func() { operators.Hopping(1, 2) },
		"operators.Session: gap -1ns, must be positive":             func() { operators.Session(-1) },
		"operators.Windows.Aligned: sessions begin with an element": func() { operators.Session(1).Aligned(0) },
		"operators.Windows.Longest: only sessions grow":             func() { one.Longest(1) },
		"operators.Windows.Longest: 0s, must be positive":           func() { operators.Session(1).Longest(0) },
		"operators.BatchWindows: nil source":                        func() { operators.BatchWindows[int](nil, one, 1) },
		"operators.BatchWindows: no windows":                        func() { operators.BatchWindows(src, operators.Windows{}, 1) },
		"operators.BatchWindows: capacity 0, must be at least 1":    func() { operators.BatchWindows(src, one, 0) },
		"operators.WindowBy: nil source":                            func() { operators.WindowBy(nil, one, 1, same, 0, add) },
		"operators.WindowBy: no windows":                            func() { operators.WindowBy(src, operators.Windows{}, 1, same, 0, add) },
		"operators.WindowBy: 0 keys, must be at least 1":            func() { operators.WindowBy(src, one, 0, same, 0, add) },
		"operators.WindowBy: nil function":                          func() { operators.WindowBy[int, int](src, one, 1, nil, 0, add) },
		"operators.BatchWindows: elements of type *operators_test.token have Release but no Fork, so they cannot be shared": func() {
			operators.BatchWindows(sources.Of(new(token)), operators.Hopping(2, 1), 1)
		},
	} {
		require.PanicsWithValue(t, text, f)
	}
	require.NotPanics(t, func() { operators.BatchWindows(sources.Of(new(token)), one, 2) }, "each is in one slice")
}
