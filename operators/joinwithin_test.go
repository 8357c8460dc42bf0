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
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func tens(v int) int      { return v / 10 }
func pairOf(v, w int) int { return v*100 + w }

// joinedWithin is a join of numbers by their tens.
func joinedWithin(a, b publisher, window time.Duration, capacity int) publisher {
	return operators.JoinWithin(a, b, window, capacity, tens, tens, pairOf, operators.WithName("it"))
}

// TestJoinWithinEmits every pair of one key, none for none, each once.
func TestJoinWithinEmits(t *testing.T) {
	for on, s := range schedulers {
		ctx := scheduler.With(t.Context(), s())
		for _, prefetch := range []int{1, 3, 5000} {
			run := func(a, b publisher) (got []int) {
				for v, err := range sinks.Seq(ctx, joinedWithin(a, b, time.Hour, 1000), sinks.WithPrefetch(prefetch)) {
					require.NoError(t, err)
					got = append(got, v)
				}
				return got
			}
			require.Empty(t, run(sources.Empty[int](), sources.Empty[int]()))
			require.Empty(t, run(sources.Of(1), sources.Empty[int]()))
			require.Empty(t, run(sources.Of(1), sources.Of(11)))
			require.Equal(t, []int{102}, run(sources.Of(1), sources.Of(2)))
			var want []int
			for v := range 100 {
				for w := range 100 {
					if v/10 == w/10 {
						want = append(want, v*100+w)
					}
				}
			}
			got := run(sources.Slice(numbersTo(100)), operators.Async(sources.Slice(numbersTo(100)), 7))
			require.ElementsMatch(t, want, got, on)
		}
	}
}

// joinRun drives both sources of a join.
type joinRun struct {
	a, b *flowtest.Manual[int]
	p    *flowtest.Probe[int]
}

func newJoin(t *testing.T, window time.Duration, capacity int) joinRun {
	r := joinRun{flowtest.NewManual[int](t), flowtest.NewManual[int](t), nil}
	r.p = flowtest.Subscribe(t, joinedWithin(r.a, r.b, window, capacity))
	synctest.Wait()
	return r
}

// TestJoinWithinTheWindow: at its end two elements still meet, behind it no more.
func TestJoinWithinTheWindow(t *testing.T) {
	for wait, want := range map[time.Duration][]int{
		0: {102}, time.Second - 1: {102}, time.Second: {102}, time.Second + 1: nil, time.Hour: nil,
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newJoin(t, time.Second, 8)
			r.p.Request(10)
			r.a.Next(1)
			time.Sleep(wait)
			r.b.Next(2)
			synctest.Wait()
			require.Equal(t, want, r.p.Values(), "after %v", wait)
			r.a.Complete()
			r.b.Complete()
			r.p.WaitDone()
			require.NoError(t, r.p.Err())
		})
		synctest.Test(t, func(t *testing.T) { // what has arrived waits for demand, and is no later for that
			r := newJoin(t, time.Second, 8)
			r.b.Next(2)
			time.Sleep(wait)
			r.a.Next(1)
			synctest.Wait()
			r.a.Complete()
			r.b.Complete()
			time.Sleep(time.Hour)
			r.p.Request(10)
			r.p.WaitDone()
			require.NoError(t, r.p.Err())
			require.Equal(t, want, r.p.Values(), "after %v, without demand", wait)
		})
	}
}

// TestJoinWithinOrder: the later element of a pair brings it, with its partners
// in their order, as they are demanded.
func TestJoinWithinOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newJoin(t, time.Second, 8)
		r.a.Next(1, 11, 2, 3)
		r.p.Request(2)
		synctest.Wait()
		r.b.Next(4, 12)
		r.p.ExpectNext(104, 204)
		synctest.Wait()
		require.Len(t, r.p.Values(), 2)
		time.Sleep(2 * time.Second) // the third waits for demand, and is not too old for that
		r.p.Request(1)
		r.p.ExpectNext(304)
		r.p.Request(5)
		r.p.ExpectNext(1112)
		synctest.Wait()
		require.Equal(t, 4, len(r.p.Values()))
		r.p.Cancel()
		r.a.WaitCancelled()
		r.b.WaitCancelled()
	})
}

// TestJoinWithinTooOldForTheNext: an element that is held for one that waits
// does not meet the one behind that.
func TestJoinWithinTooOldForTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newJoin(t, time.Second, 8)
		r.a.Next(1)
		time.Sleep(time.Second)
		r.b.Next(2)
		time.Sleep(time.Nanosecond)
		r.b.Next(3)
		time.Sleep(time.Hour)
		r.p.Request(10)
		r.p.ExpectNext(102)
		r.a.Complete()
		r.p.ExpectComplete()
	})
}

// TestJoinWithinIsBounded: a source is not asked while its side is full, and is
// asked again when elements have become too old.
func TestJoinWithinIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newJoin(t, time.Second, 2)
		r.p.Request(100)
		synctest.Wait()
		require.EqualValues(t, 2, r.a.Requested())
		r.a.Next(1, 11)
		time.Sleep(time.Second - 1)
		require.EqualValues(t, 2, r.a.Requested())
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		require.EqualValues(t, 4, r.a.Requested())
		r.a.Next(21)
		r.b.Next(22)
		r.p.ExpectNext(2122)
		r.b.Complete()
		synctest.Wait()
		require.False(t, r.p.Completed(), "22 may find a partner")
		r.a.Next(23)
		r.p.ExpectNext(2322)
		time.Sleep(time.Second)
		r.p.ExpectComplete()
		r.a.WaitCancelled()
	})
}

// TestJoinWithinFails: the error comes after the pairs before it.
func TestJoinWithinFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newJoin(t, time.Second, 8)
		r.a.Next(1)
		r.b.Next(2)
		synctest.Wait()
		r.a.Error(errStop)
		r.b.WaitCancelled()
		require.NoError(t, r.p.Err())
		r.p.Request(1)
		r.p.ExpectNext(102)
		r.p.ExpectError(errStop)
	})
	boom := func(int) int { panic(errOther) }
	for name, src := range map[string]publisher{
		"first key":  operators.JoinWithin(sources.Of(1), sources.Of(2), time.Second, 8, boom, tens, pairOf, operators.WithName("it")),
		"second key": operators.JoinWithin(sources.Of(1), sources.Of(2), time.Second, 8, tens, boom, pairOf, operators.WithName("it")),
		"combine": operators.JoinWithin(sources.Of(1), sources.Of(2), time.Second, 8, tens, tens,
			func(int, int) int { panic(errOther) }, operators.WithName("it")),
	} {
		_, err := sinks.Slice(t.Context(), src)
		var p *flow.PanicError
		require.ErrorAs(t, err, &p, name)
		require.ErrorIs(t, err, errOther)
		require.Equal(t, "it", p.Stage)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errStop)
	_, err := sinks.Slice(ctx, joinedWithin(sources.Of(1), sources.Of(2), time.Second, 8))
	require.ErrorIs(t, err, errStop)
}

func TestJoinWithinWrongArguments(t *testing.T) {
	src := sources.Of(1)
	join := func(a, b publisher, window time.Duration, capacity int, keyA, keyB func(int) int, combine func(int, int) int) func() {
		return func() { operators.JoinWithin(a, b, window, capacity, keyA, keyB, combine) }
	}
	for text, f := range map[string]func(){
		"nil source 0":                   join(nil, src, 0, 1, tens, tens, pairOf),
		"nil source 1":                   join(src, nil, 0, 1, tens, tens, pairOf),
		"negative window -1ns":           join(src, src, -1, 1, tens, tens, pairOf),
		"capacity 0, must be at least 1": join(src, src, 0, 0, tens, tens, pairOf),
		"nil key function 0":             join(src, src, 0, 1, nil, tens, pairOf),
		"nil key function 1":             join(src, src, 0, 1, tens, nil, pairOf),
		"nil function":                   join(src, src, 0, 1, tens, tens, nil),
	} {
		require.PanicsWithValue(t, fmt.Sprint("operators.JoinWithin: ", text), f)
	}
}
