package flowtest

import (
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
)

// This file has the rules of section 1 of the specification: what publishers
// signal.

func sortRules(rules []rule) {
	slices.SortStableFunc(rules, func(a, b rule) int { return strings.Compare(a.id, b.id) })
}

func (s *subject[T]) neverMore(e *env) {
	p, st := s.start(e, 12)
	e.lull() // no demand yet
	asked := 0
	for step := 0; asked < st.n && asked < 50; step++ {
		d := 1 + step%3
		asked += d
		p.Request(int64(d))
		s.count(e, p, min(asked, st.n))
		if step == 1 {
			e.lull()
		}
	}
	e.lull()
}

func (s *subject[T]) fewer(e *env) {
	p, st := s.start(e, 8)
	p.Request(int64(st.n) + 7)
	s.complete(e, p, st)
}

func (s *subject[T]) slowOnSubscribe(e *env) {
	p, st := s.probe(e), s.open(3)
	p.begin = func() {
		p.Request(2)
		e.lull()
	}
	s.subscribe(e, st.pub, p)
	s.count(e, p, min(2, st.n))
}

func (s *subject[T]) manyRequest(e *env) {
	p, st := s.probe(e), s.open(200)
	p.Each(func(T) { runtime.Gosched() })
	s.subscribe(e, st.pub, p)
	for range 4 {
		e.spawn(func() {
			for range 50 {
				p.Request(1)
			}
		})
	}
	s.count(e, p, min(200, st.n))
}

// hang subscribes p and returns when it is inside its first OnNext, which
// waits for release.
func (s *subject[T]) hang(e *env, p *Probe[T], st stream[T], demand int64) (release func()) {
	entered, open := make(chan struct{}), make(chan struct{})
	var hung atomic.Bool
	released := false
	p.Each(func(T) {
		if !hung.Swap(true) {
			close(entered)
			<-open
		}
	})
	release = func() {
		if !released {
			released = true
			close(open)
		}
	}
	s.subscribe(e, st.pub, p)
	e.cleanup(release)
	e.spawn(func() { p.Request(demand) })
	e.wait(entered, "2.01", "no element came for a demand of %d", demand)
	return release
}

func (s *subject[T]) badRequestWhileBusy(e *env) {
	p, st := s.probe(e), s.open(5)
	release := s.hang(e, p, st, 1)
	e.spawn(func() { p.Request(0) })
	e.lull()
	release()
	if !s.lossy && st.n > 1 {
		s.invalidDemand(e, p)
	}
}

func (s *subject[T]) fails(e *env) {
	for _, demand := range []int64{0, 1, flow.Unbounded} {
		p := s.probe(e)
		p.opt.demand = demand
		s.subscribe(e, s.fail(), p)
		if s.lazy && demand == 0 {
			p.Request(1)
		}
		s.end(e, p)
		if p.Err() == nil || s.err != nil && !errors.Is(p.Err(), s.err) {
			e.violate(e.own, "demand %d: want OnError(%v): %s", demand, s.err, p)
		}
	}
}

func (s *subject[T]) completes(e *env) {
	for _, n := range []int{1, 3} {
		p, st := s.start(e, n)
		if st.n > 0 {
			p.Request(int64(st.n))
		}
		s.complete(e, p, st)
	}
}

func (s *subject[T]) completesOneByOne(e *env) {
	p, st := s.start(e, 20)
	for i := range st.n {
		p.Request(1)
		s.count(e, p, i+1)
	}
	s.complete(e, p, st)
}

func (s *subject[T]) completesEmpty(e *env) {
	for _, demand := range []int64{0, 1, flow.Unbounded} {
		p, st := s.probe(e), s.open(0)
		p.opt.demand = demand
		s.subscribe(e, st.pub, p)
		s.complete(e, p, st)
	}
}

func (s *subject[T]) afterTheEnd(e *env) {
	p, st := s.start(e, 2)
	p.Request(int64(st.n) + 1)
	s.end(e, p)
	before := p.signals()
	for _, n := range []int64{1, flow.Unbounded, 0, -1, math.MinInt64} {
		p.Request(n)
	}
	p.Cancel()
	p.Cancel()
	p.Request(1)
	e.lull()
	s.silent(e, p, before)
}

// signals returns how many signals there were.
func (p *Probe[T]) signals() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count
}

// silent reports signals since there were before.
func (s *subject[T]) silent(e *env, p *Probe[T], before int) {
	if n := p.signals(); n > before {
		e.violate(e.own, "%d signals too many: %s", n-before, p)
	}
}

func (s *subject[T]) oneEnd(e *env) {
	var probes []*Probe[T]
	for i := range 16 {
		p, st := s.probe(e), s.open(2)
		ctx, cancel := e.within()
		p.opt.ctx = ctx
		s.subscribe(e, st.pub, p)
		e.spawn(func() { p.Request(int64(st.n) + 1) })
		switch i % 4 {
		case 0:
			e.spawn(func() { cancel(errTest) })
		case 1:
			e.spawn(func() { p.Request(-1) })
		case 2:
			e.spawn(func() { cancel(errTest) })
			e.spawn(func() { p.Request(0) })
		case 3:
			e.spawn(func() { p.Cancel() })
			continue
		}
		probes = append(probes, p)
	}
	for _, p := range probes {
		s.end(e, p)
	}
	e.lull()
}

func (s *subject[T]) silentAfterCancel(e *env) {
	p, st := s.start(e, 40)
	k := st.some(2)
	p.Request(int64(k))
	s.count(e, p, k)
	ended := p.ends() || k == st.n
	p.Cancel()

	// With demand left, and an element on its way.
	q, st := s.probe(e), s.open(40)
	release := s.hang(e, q, st, int64(max(1, min(20, st.n-1))))
	q.Cancel()
	release()
	e.lull()
	if s.lossy || ended {
		return
	}
	for _, p := range []*Probe[T]{p, q} {
		if p.ends() {
			e.violate(e.own, "the stream ended because of Cancel: %s", p)
		}
	}
}

// ends reports whether the stream has ended.
func (p *Probe[T]) ends() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended
}

func (s *subject[T]) subscribes(e *env) {
	p, st := s.start(e, 3)
	if p.subscription() == nil {
		e.fatal(e.own, "no OnSubscribe")
	}
	p.Request(1)
	s.count(e, p, min(1, st.n))
}

// subscribedOnce relies on the probe, which counts.
func (s *subject[T]) subscribedOnce(e *env) {
	p, st := s.start(e, 3)
	p.Request(2)
	s.count(e, p, min(2, st.n))
	p.Cancel()
	e.lull()
}

func (s *subject[T]) nilSubscriber(e *env) {
	defer func() {
		if recover() == nil {
			e.violate(e.own, "Subscribe(ctx, nil) did not panic")
		}
	}()
	ctx, _ := e.within()
	s.open(1).pub.Subscribe(ctx, nil)
}

func (s *subject[T]) subscribedAgain(e *env) {
	st := s.open(3)
	for range 30 {
		p := s.probe(e)
		s.subscribe(e, st.pub, p)
		p.Request(3)
		if st.n > 3 { // endless
			s.count(e, p, 3)
			p.Cancel()
			continue
		}
		s.complete(e, p, st)
	}
}

func (s *subject[T]) independent(e *env) {
	st := s.open(6)
	var probes []*Probe[T]
	for range 3 {
		p := s.probe(e)
		s.subscribe(e, st.pub, p)
		probes = append(probes, p)
	}
	probes[0].Request(1)
	s.count(e, probes[0], min(1, st.n))
	for i, p := range probes {
		k := min(4-i, st.n)
		p.Request(4)
		s.count(e, p, k)
		s.values(e, p, st)
	}
}

func (s *subject[T]) shared(e *env) {
	st := s.open(4)
	a, b := s.probe(e), s.probe(e)
	s.subscribe(e, st.pub, a)
	s.subscribe(e, st.pub, b)
	for _, p := range []*Probe[T]{a, b} {
		p.Request(flow.Unbounded)
	}
	if st.n < endless {
		s.end(e, a)
		s.end(e, b)
		return
	}
	s.count(e, a, 1)
	s.count(e, b, 1)
}

func (s *subject[T]) refused(e *env) {
	st := s.open(3)
	a, b := s.probe(e), s.probe(e)
	s.subscribe(e, st.pub, a)
	s.subscribe(e, st.pub, b)
	s.end(e, b)
	if !errors.Is(b.Err(), flow.ErrAlreadySubscribed) {
		e.violate(e.own, "the second subscriber should get OnError(%v): %s", flow.ErrAlreadySubscribed, b)
	}
	a.Request(1)
	s.count(e, a, min(1, st.n))
}

// errTest is the cause and the failure that checks make.
var errTest = errors.New("flowtest: made by a check")
