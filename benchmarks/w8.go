package main

import (
	"context"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// w8 is one element at a time through one asynchronous boundary, there and
// back: the iterator of the source emits an element and waits, on the source's
// island, until the sink's function has acknowledged it on an unbuffered
// channel. The limit is two unbuffered channels between two goroutines.
//
// The cost is the time of a whole round trip, from before the element is
// emitted until the iterator has its acknowledgement.
func w8() Workload {
	return Workload{
		Name: "W8",
		What: "iter.Seq, async(256), sink that acknowledges on a channel; a round trip",
		Unit: nanosecondsHalf,
		N:    200_000,
		Want: sumBelow,
		Must: []Target{{Ratio, 1.5}, {TailRatio, 2.5}},
		By: []Contestant{
			{"weir", Ours, latency(blocking, roundTrip, throughWeir)},
			{"channels", Limit, latency(blocking, roundTrip, throughChannel)},
		},
	}
}

// w8o is the first half of w8: from before the element is emitted until the
// sink's function has it.
func w8o() Workload {
	return Workload{
		Name: "W8o",
		What: "the way there of W8",
		Unit: nanosecondsHalf,
		N:    200_000,
		Want: sumBelow,
		By: []Contestant{
			{"weir", Ours, latency(blocking, oneWay, throughWeir)},
			{"channels", Limit, latency(blocking, oneWay, throughChannel)},
		},
	}
}

// w8b is w8o with a producer that keeps its core busy until the element is
// acknowledged: a goroutine that it wakes finds no processor until another one
// steals it.
func w8b() Workload {
	return Workload{
		Name: "W8b",
		What: "the way there of W8, from a producer that polls for the acknowledgement",
		Unit: nanosecondsHalf,
		N:    5_000,
		Want: sumBelow,
		Must: []Target{{Cost, 1000}},
		By: []Contestant{
			{"weir", Ours, latency(polling, oneWay, throughWeir)},
			{"channels", Limit, latency(polling, oneWay, throughChannel)},
		},
	}
}

// nanosecondsHalf is the unit of a cost that is the median of many.
const nanosecondsHalf = "ns p50"

// wait is how a producer waits for an acknowledgement.
type wait bool

const (
	blocking wait = false // on a channel
	polling  wait = true  // of a variable, without giving its processor back
)

// post is a line between a producer and a consumer. Each of them writes to
// memory of its own, but for the acknowledgement.
type post struct {
	wait wait
	base time.Time
	ack  chan struct{}

	sent time.Duration // the producer's: when the last element was sent
	back []int64       // nanoseconds of the round trip, one for each element

	_      [64]byte
	polled atomic.Int64 // elements acknowledged
	_      [64]byte

	there []int64 // the consumer's: nanoseconds on the way there
}

// produce hands the integers below n to emit, each when the one before it has
// been acknowledged.
func (p *post) produce(n int, emit func(int64) bool) {
	alone := runtime.GOMAXPROCS(0) == 1 // then polling would wait for preemption
	for v := range int64(n) {
		p.sent = time.Since(p.base)
		if !emit(v) {
			return
		}
		if p.wait == blocking {
			<-p.ack
		} else {
			for p.polled.Load() <= v {
				if alone {
					runtime.Gosched()
				}
			}
		}
		p.back = append(p.back, int64(time.Since(p.base)-p.sent))
	}
}

// receive acknowledges an element.
func (p *post) receive() {
	p.there = append(p.there, int64(time.Since(p.base)-p.sent))
	if p.wait == blocking {
		p.ack <- struct{}{}
	} else {
		p.polled.Add(1)
	}
}

func roundTrip(p *post) []int64 { return p.back }
func oneWay(p *post) []int64    { return p.there }

// latency measures what of tells of the elements that through has transported:
// the cost is the median, the tail the 99th percentile.
func latency(wait wait, of func(*post) []int64, through func(p *post, n int) (int64, error)) Runner {
	return func(n int) (Sample, error) {
		p := &post{wait: wait, base: time.Now(), ack: make(chan struct{}),
			there: make([]int64, 0, n), back: make([]int64, 0, n)}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		value, err := through(p, n)
		runtime.ReadMemStats(&after)
		times := slices.Sorted(slices.Values(of(p)))
		return Sample{
			Value:  value,
			Cost:   percentile(times, 50),
			Tail:   percentile(times, 99),
			Allocs: float64(after.Mallocs-before.Mallocs) / float64(n),
		}, err
	}
}

// percentile returns the p-th percentile of what is sorted, and 0 of nothing.
func percentile(sorted []int64, p int) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return float64(sorted[(len(sorted)-1)*p/100])
}

func throughWeir(p *post, n int) (sum int64, err error) {
	src := sources.Seq(func(yield func(int64) bool) { p.produce(n, yield) })
	err = sinks.ForEach(context.Background(), operators.Async(src, capacity), func(_ context.Context, v int64) error {
		sum = summed(sum, v)
		p.receive()
		return nil
	})
	return sum, err
}

func throughChannel(p *post, n int) (sum int64, err error) {
	c := make(chan int64)
	go func() {
		defer close(c)
		p.produce(n, func(v int64) bool {
			c <- v
			return true
		})
	}()
	for v := range c {
		sum = summed(sum, v)
		p.receive()
	}
	return sum, nil
}
