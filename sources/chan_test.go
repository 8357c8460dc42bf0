package sources_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func filled(n, capacity int) chan int {
	c := make(chan int, capacity)
	for i := range n {
		c <- i
	}
	return c
}

// TestChanTakesNoMoreThanIsDemanded from the channel.
func TestChanTakesNoMoreThanIsDemanded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := filled(1000, 1000)
		p := flowtest.Subscribe(t, sources.Chan(c))
		synctest.Wait()
		require.Len(t, c, 1000)
		for sum, n := 0, 1; n <= 500; n += 99 {
			if sum += n; sum > 900 {
				break
			}
			p.Request(int64(n))
			synctest.Wait()
			require.Equal(t, numbers(sum), p.Values())
			require.Len(t, c, 1000-sum)
		}
	})
}

// TestChanLosesNothing: what was not requested stays in the channel.
func TestChanLosesNothing(t *testing.T) {
	c := filled(100, 100)
	first, err := sinks.First(t.Context(), sources.Chan(c))
	require.NoError(t, err)
	require.Zero(t, first)
	require.Len(t, c, 99)

	got, err := sinks.Slice(t.Context(), operators.Take(sources.Chan(c), 9))
	require.NoError(t, err)
	require.Equal(t, numbers(10)[1:], got)
	require.Len(t, c, 90)
}

func TestChanCompletesWhenClosed(t *testing.T) {
	for _, n := range []int{0, 1, 255, 256, 257, 1000} {
		c := filled(n, n)
		close(c)
		got, err := sinks.Slice(t.Context(), sources.Chan(c))
		require.NoError(t, err)
		require.Equal(t, numbers(n), append([]int{}, got...))
	}
}

// TestChanPassesZeroValuesOn: they are elements, not the end.
func TestChanPassesZeroValuesOn(t *testing.T) {
	c := make(chan int, 3)
	c <- 0
	c <- 0
	close(c)
	got, err := sinks.Slice(t.Context(), sources.Chan(c))
	require.NoError(t, err)
	require.Equal(t, []int{0, 0}, got)
}

// TestChanIsCancelledWhileItWaits for an element.
func TestChanIsCancelledWhileItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := make(chan int)
		p := flowtest.Subscribe(t, sources.Chan(c))
		p.Request(1)
		synctest.Wait()
		p.Cancel()
		synctest.Wait()
		select {
		case c <- 1:
			t.Error("somebody still receives")
		default:
		}
	})
}

// TestChanIsShared: each element goes to one of the subscriptions.
func TestChanIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := filled(10, 10)
		src := sources.Chan(c)
		a, b := flowtest.Subscribe(t, src), flowtest.Subscribe(t, src)
		a.Request(3)
		synctest.Wait()
		b.Request(4)
		synctest.Wait()
		a.Request(2)
		synctest.Wait()
		require.Equal(t, []int{0, 1, 2, 7, 8}, a.Values())
		require.Equal(t, []int{3, 4, 5, 6}, b.Values())
		require.Equal(t, 9, <-c)
	})
}
