package flowtest

import (
	"errors"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"weak"

	"github.com/weirgo/weir/flow"
)

// This file has the rules of section 3 of the specification: what
// subscriptions do.

func (s *subject[T]) requestInSignals(e *env) {
	p, st := s.probe(e), s.open(30)
	p.opt.demand = 1
	p.Each(func(T) { p.Request(1) })
	s.subscribe(e, st.pub, p)
	if st.n < endless {
		s.complete(e, p, st)
	} else {
		s.count(e, p, 30)
	}
}

func (s *subject[T]) recursion(e *env) {
	const long, slack = 1000, 64
	p, st := s.probe(e), s.open(long)
	var first, deepest, seen int
	p.Each(func(T) {
		switch seen++; {
		case seen == 4:
			first = stackDepth()
			deepest = first
		case seen%32 == 0:
			deepest = max(deepest, stackDepth())
		}
		p.Request(1)
	})
	s.subscribe(e, st.pub, p)
	p.Request(1)
	if st.n < endless {
		s.complete(e, p, st)
	} else {
		s.count(e, p, long)
		p.Cancel()
		e.lull()
		return
	}
	if deepest > first+slack {
		e.violate(e.own, "the stack grew from %d to %d frames", first, deepest)
	}
}

func stackDepth() int {
	pcs := make([]uintptr, 1024)
	return runtime.Callers(1, pcs)
}

func (s *subject[T]) promptRequest(e *env) {
	p, st := s.probe(e), s.open(80)
	release := s.hang(e, p, st, 1)
	e.prompt("3.04", "Request", func() {
		for range 64 {
			p.Request(1)
		}
	})
	release()
	s.count(e, p, min(65, st.n))
}

// prompt calls f and reports if it does not return.
func (e *env) prompt(rule, what string, f func()) {
	returned := make(chan struct{})
	e.spawn(func() {
		defer close(returned)
		f()
	})
	e.wait(returned, rule, "%s did not return while OnNext was running", what)
}

func (s *subject[T]) promptCancel(e *env) {
	p, st := s.probe(e), s.open(80)
	release := s.hang(e, p, st, 40)
	e.prompt("3.05", "Cancel", p.Cancel)
	release()
	e.lull()
}

func (s *subject[T]) manyCancel(e *env) {
	for range 4 {
		p, _ := s.start(e, 50)
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				if i%2 == 0 {
					p.Request(1)
					p.Request(2)
				}
				p.Cancel()
				p.Request(3)
			})
		}
		wg.Wait()
	}
	e.lull()
}

func (s *subject[T]) requestAfterCancel(e *env) {
	p, _ := s.start(e, 5)
	p.Cancel()
	for _, n := range []int64{1, flow.Unbounded, 0, -1, math.MinInt64} {
		p.Request(n)
	}
	e.lull()
	s.untouched(e, p)
}

func (s *subject[T]) cancelAfterCancel(e *env) {
	p, _ := s.start(e, 5)
	for range 3 {
		p.Cancel()
	}
	e.lull()
	s.untouched(e, p)
}

// untouched checks that a probe that left at once got nothing.
func (s *subject[T]) untouched(e *env, p *Probe[T]) {
	if p.Count() > 0 || p.ends() {
		e.violate(e.own, "signals after Cancel: %s", p)
	}
}

func (s *subject[T]) requestsAddUp(e *env) {
	p, st := s.probe(e), s.open(60)
	release := s.hang(e, p, st, 1)
	for range 4 {
		p.Request(2)
	}
	release()
	s.count(e, p, min(9, st.n))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 10 {
				p.Request(1)
			}
		})
	}
	wg.Wait()
	s.count(e, p, min(49, st.n))
	e.lull()
}

// invalidDemand waits for the end that a bad request brings.
func (s *subject[T]) invalidDemand(e *env, p *Probe[T]) {
	s.end(e, p)
	if !errors.Is(p.Err(), flow.ErrInvalidDemand) {
		e.violate("3.09", "want OnError with flow.ErrInvalidDemand: %s", p)
	}
}

func (s *subject[T]) badRequest(e *env) {
	for _, n := range []int64{0, -1, math.MinInt64} {
		p, st := s.start(e, 3)
		if st.n == 0 {
			return
		}
		p.Request(n)
		s.invalidDemand(e, p)
		p.Request(1)
	}
	e.lull()
}

func (s *subject[T]) badRequestLater(e *env) {
	p, st := s.start(e, 5)
	if st.n < 2 {
		return
	}
	p.Request(1)
	s.count(e, p, 1)
	if s.lossy && p.ends() {
		return
	}
	p.Request(-1)
	p.Request(1)
	if !s.lossy {
		s.invalidDemand(e, p)
	}
	e.lull()
}

func (s *subject[T]) badRequestInOnSubscribe(e *env) {
	p, st := s.probe(e), s.open(3)
	if st.n == 0 {
		return
	}
	p.begin = func() { p.Request(0) }
	s.subscribe(e, st.pub, p)
	s.invalidDemand(e, p)
}

func (s *subject[T]) badRequestInOnNext(e *env) {
	p, st := s.probe(e), s.open(40)
	var once atomic.Bool
	p.Each(func(T) {
		if !once.Swap(true) {
			p.Request(0)
		}
	})
	s.subscribe(e, st.pub, p)
	p.Request(1)
	if st.n > 1 && !s.lossy {
		s.invalidDemand(e, p)
	}
}

func (s *subject[T]) cancelInOnNext(e *env) {
	p, st := s.probe(e), s.open(100)
	if st.n < 10 {
		return
	}
	p.Each(func(T) {
		if p.Count() >= 3 {
			p.Cancel()
		}
	})
	s.subscribe(e, st.pub, p)
	e.spawn(func() { p.Request(50) })
	s.count(e, p, 3)
	e.lull()
	if n := p.late.Load(); n > 1 {
		e.violate(e.own, "%d signals began after Cancel had returned: %s", n, p)
	}
	if p.ends() && !s.lossy {
		e.violate(e.own, "a signal ended a stream that was cancelled: %s", p)
	}
}

func (s *subject[T]) cancelInOnSubscribe(e *env) {
	p, st := s.probe(e), s.open(5)
	p.begin = func() {
		p.Request(1)
		p.Cancel()
		p.Request(1)
	}
	s.subscribe(e, st.pub, p)
	e.lull()
	if st.n > 0 {
		s.untouched(e, p)
	}
}

// dropsSubscriber keeps the publisher and the context alive and looks whether
// the garbage collector takes the probes.
func (s *subject[T]) dropsSubscriber(e *env) {
	type leaver struct {
		how   string
		st    stream[T]
		leave func(p *Probe[T], st stream[T])
		probe weak.Pointer[Probe[T]]
	}
	leavers := []*leaver{{how: "Cancel", st: s.open(5), leave: func(p *Probe[T], st stream[T]) {
		if st.n > 1 {
			p.Request(1)
			s.count(e, p, 1)
		}
		p.Cancel()
	}}}
	if !s.endless {
		leavers = append(leavers, &leaver{how: "OnComplete", st: s.open(2), leave: func(p *Probe[T], st stream[T]) {
			p.Request(int64(st.n) + 1)
			s.end(e, p)
		}})
	}
	if s.fail != nil {
		leavers = append(leavers, &leaver{how: "OnError", st: stream[T]{pub: s.fail()}, leave: func(p *Probe[T], _ stream[T]) {
			p.Request(1)
			s.end(e, p)
		}})
	}
	for _, l := range leavers {
		gone := make(chan struct{})
		e.spawn(func() { // its stack, and what is on it, goes with it
			defer close(gone)
			p := s.probe(e)
			l.probe = weak.Make(p)
			subscribe(e, l.st.pub, p)
			l.leave(p, l.st)
		})
		<-gone
	}
	for deadline := time.Now().Add(e.limits.timeout()); time.Now().Before(deadline); {
		runtime.GC()
		kept := false
		for _, l := range leavers {
			kept = kept || l.probe.Value() != nil
		}
		if !kept {
			break
		}
		e.lull()
	}
	for _, l := range leavers {
		if l.probe.Value() != nil {
			e.violate(e.own, "the publisher, or its context, still holds the subscriber after %s", l.how)
		}
		runtime.KeepAlive(l.st.pub)
	}
}

func (s *subject[T]) cancelReturns(e *env) {
	p, _ := s.start(e, 5)
	p.Cancel()
	for _, k := range []int{1, 2, 9} {
		p, st := s.start(e, 5)
		p.Request(int64(k))
		s.count(e, p, min(k, st.n))
		p.Cancel()
		p.Cancel()
	}
}

func (s *subject[T]) requestReturns(e *env) {
	for _, k := range []int64{1, flow.Unbounded} {
		p, _ := s.start(e, 2)
		for _, n := range []int64{k, k, 0, -1, math.MinInt64, k} {
			p.Request(n)
		}
		s.end(e, p)
		p.Request(k)
		p.Cancel()
		p.Request(0)
	}
}

func (s *subject[T]) saturates(e *env) {
	demands := [][]int64{
		{math.MaxInt64},
		{math.MaxInt64, math.MaxInt64},
		{math.MaxInt64/2 + 1, math.MaxInt64/2 + 1},
		{1, math.MaxInt64, 1},
	}
	for i, ds := range demands {
		p, st := s.probe(e), s.open(5)
		if i%2 == 0 {
			p.begin = func() { p.Request(math.MaxInt64 - 1) }
		}
		p.Each(func(T) { p.Request(math.MaxInt64) })
		s.subscribe(e, st.pub, p)
		for _, d := range ds {
			e.spawn(func() { p.Request(d) })
		}
		if st.n < endless {
			s.complete(e, p, st)
			continue
		}
		s.count(e, p, 100)
		p.Cancel()
	}
}
