package scheduler

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFifo(t *testing.T) {
	var q fifo
	var pushed, popped []*Island
	push := func(n int) {
		for range n {
			i := new(Island)
			pushed = append(pushed, i)
			q.push(i)
		}
	}
	pop := func(n int) {
		for range n {
			popped = append(popped, q.pop())
		}
	}
	push(3)
	pop(2)
	push(4)
	require.Equal(t, 5, q.len())
	pop(4)
	push(1000)
	pop(1001)
	require.Len(t, popped, len(pushed))
	for k := range pushed {
		require.Same(t, pushed[k], popped[k])
	}
	require.Nil(t, q.pop())
	require.Zero(t, cap(q.in)+cap(q.out), "memory of an empty queue that was long")
}
