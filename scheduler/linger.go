package scheduler

import "runtime"

const (
	// fewElements are so few that waiting for more costs less than to be woken
	// for them.
	fewElements = 4
	// spinLoads take between one and two microseconds.
	spinLoads = 2048
	// After spinPatience spins in vain, only one time in spinEvery is spun.
	spinPatience, spinEvery = 4, 16
)

// linger waits a moment before the island's goroutine is given back. It reports
// whether a head is ready.
//
// It gives other goroutines one turn: whoever consumes what the island has just
// emitted, or waits for its answer, usually runs now and makes it ready again.
//
// Where elements come by ones and twos, more is worth while. First another
// turn, since one time in 61 the Go runtime gives the first to who has yielded.
// Then a spin: if the elements come from a goroutine that goes on computing, a
// goroutine that has to be woken for each waits in the processor of the waker
// until another processor takes it from there, which takes 70 µs, not 0.3. To
// spin first would be wrong: where the other side waits for an answer, it waits
// in this processor for its turn.
func (i *Island) linger() bool {
	if i.hasReady() {
		return true
	}
	runtime.Gosched()
	if i.hasReady() || !i.few {
		return i.hasReady()
	}
	runtime.Gosched()
	return i.hasReady() || i.spin()
}

// spin waits for a head to become ready. Where this has been in vain, since the
// next element is far away or its producer has no core of its own, it is tried
// less often.
func (i *Island) spin() bool {
	if i.tired >= spinPatience && i.tired%spinEvery != 0 {
		i.tired++ // and is 0 again some time, which does no harm
		return false
	}
	if runtime.GOMAXPROCS(0) == 1 {
		return false
	}
	for range spinLoads {
		if i.ready.Load() != nil {
			i.tired = 0
			return true
		}
	}
	i.tired++
	return false
}
