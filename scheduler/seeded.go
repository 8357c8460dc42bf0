package scheduler

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
)

// Seeded is a scheduler for tests that runs everything in one thread and takes
// every choice from a seed: which head runs next, how many elements its batch
// may have, which function of a graph goes on. See [NewSeeded].
type Seeded struct {
	rng     *rand.Rand
	seed    uint64
	quiesce func()     // waits until nothing outside can run by itself
	onStep  func(Step) // told of every choice, if not nil
	orders  atomic.Uint32

	mu      sync.Mutex
	islands []*Island // with ready heads that are not yet in heads
	heads   []*Handle // ready
	tasks   []*task   // functions of graphs that have not returned
	entered []*Island // whose passes are on the stack
	driver  driver
	parked  chan struct{}
	freed   bool // something has changed that no head tells of
}

// Step is one choice of a [Seeded] scheduler: the stage whose head ran, or
// "function" for a function of a graph; how many elements it was allowed to
// emit, and how many it did.
type Step struct {
	Stage   string
	Batch   int
	Emitted int
}

// SeededOption is a setting of a [Seeded] scheduler.
type SeededOption func(*Seeded)

// Quiesce gives the scheduler a function that returns when no goroutine
// outside of it can go on by itself, such as synctest.Wait. With it, what
// timers and goroutines bring is taken in an order of the seed's choosing, not
// in that of their arrival.
func Quiesce(wait func()) SeededOption { return func(s *Seeded) { s.quiesce = wait } }

// OnStep lets f see every choice.
func OnStep(f func(Step)) SeededOption { return func(s *Seeded) { s.onStep = f } }

// NewSeeded returns a scheduler whose every choice follows from the seed, so
// that a run can be repeated exactly. That is promised for pipelines whose
// functions wait only on their context, on package time inside a
// testing/synctest bubble, or on sinks, when [Quiesce] is given
// synctest.Wait; flowtest.Simulate sets that up. A scheduler serves one test.
func NewSeeded(seed uint64, opts ...SeededOption) *Seeded {
	s := &Seeded{seed: seed, rng: rand.New(rand.NewPCG(seed, 0x57656972)), quiesce: func() {}}
	for _, o := range opts {
		o(s)
	}
	return s
}

// Go makes i's heads available to the next choice.
func (s *Seeded) Go(i *Island) {
	s.mu.Lock()
	s.islands = append(s.islands, i)
	s.arouse()
	s.mu.Unlock()
}

// arouse lets the thread look again. The lock is held.
func (s *Seeded) arouse() {
	if s.parked != nil {
		close(s.parked)
		s.parked = nil
	}
}

// again lets the thread look once more, also if it is just about to wait.
func (s *Seeded) again() {
	s.mu.Lock()
	s.freed = true
	s.arouse()
	s.mu.Unlock()
}

// Block runs fn on a goroutine of its own: it belongs to the outside.
func (s *Seeded) Block(r *Run, fn func()) { goroutines{}.Block(r, fn) }

type outsideKey struct{}

// Blocking returns the context for a function that runs under Block: a sink in
// it waits on its own goroutine and leaves the choices to the scheduler.
func Blocking(ctx context.Context) context.Context {
	return context.WithValue(ctx, outsideKey{}, true)
}

// Await runs everything until i is closed, or lets others do that.
func (s *Seeded) Await(i *Island) {
	i.await()
	defer i.reclaim()
	if i.unhold() {
		s.Go(i)
	}
	if i.owner.foreign {
		s.again() // i may be run by others now
		for !i.Closed() {
			<-i.owner.wake
		}
		return
	}
	if t := s.task(); t != nil {
		t.wait(i)
		return
	}
	if s.driver.begin(i) {
		defer s.driver.end()
		s.drive(i)
	}
}

// drive makes choices until i is closed.
func (s *Seeded) drive(i *Island) {
	for !i.Closed() {
		s.driver.rest(s.quiesce)
		if i.Closed() {
			return
		}
		if !s.step() {
			i.idle()
			s.driver.rest(func() { s.park(i) })
		}
	}
}

// park waits until an island becomes ready or i is closed.
func (s *Seeded) park(i *Island) {
	s.mu.Lock()
	if len(s.islands) > 0 || s.freed || i.Closed() {
		s.freed = false
		s.mu.Unlock()
		return
	}
	c := make(chan struct{})
	s.parked = c
	s.mu.Unlock()
	select { // whichever it is, the loop looks at everything again
	case <-c:
	case <-i.owner.wake:
	}
	s.mu.Lock()
	s.parked = nil
	s.mu.Unlock()
}

// step makes one choice and carries it out. It returns false if there was none.
func (s *Seeded) step() bool {
	s.collect()
	heads, runnable := s.free(), s.runnable()
	if len(runnable) > 0 && len(heads) > 0 && heads[0].late {
		heads = nil
	}
	choices := len(heads) + len(runnable)
	if choices == 0 {
		return false
	}
	k := s.rng.IntN(choices)
	if k >= len(heads) {
		if s.onStep != nil {
			s.onStep(Step{Stage: "function"})
		}
		s.resume(runnable[k-len(heads)])
		return true
	}
	h := heads[k]
	if !h.island.borrow() {
		return true // its owner has left meanwhile
	}
	s.heads = slices.DeleteFunc(s.heads, func(o *Handle) bool { return o == h })
	s.entered = append(s.entered, h.island)
	defer func() {
		s.entered = s.entered[:len(s.entered)-1]
		h.island.giveBack()
	}()
	n := s.batch()
	h.island.single(h, n, func(emitted int) {
		if s.onStep != nil {
			s.onStep(Step{h.name(), n, emitted})
		}
	})
	return true
}

// free returns the ready heads of islands that nobody runs at present; late
// ones if there are no others.
func (s *Seeded) free() (all []*Handle) {
	var late []*Handle
	for _, h := range s.heads {
		switch {
		case !h.island.free() || slices.Contains(s.entered, h.island):
		case h.late:
			late = append(late, h)
		default:
			all = append(all, h)
		}
	}
	if len(all) == 0 {
		return late
	}
	return all
}

// batch chooses how many elements the next pass may emit: mostly few, so that
// much is interleaved, and sometimes many.
func (s *Seeded) batch() int {
	switch s.rng.IntN(4) {
	case 0:
		return 1
	case 1:
		return MaxBatch
	default:
		return 1 + s.rng.IntN(8)
	}
}

// collect takes the ready heads of all islands, in an order that does not
// depend on who made them ready when.
func (s *Seeded) collect() {
	s.mu.Lock()
	islands := s.islands
	s.islands = nil
	s.mu.Unlock()
	for _, i := range islands {
		for h := i.pop(); h != nil; h = i.pop() {
			s.heads = append(s.heads, h)
		}
		for !i.Release() {
			for h := i.pop(); h != nil; h = i.pop() {
				s.heads = append(s.heads, h)
			}
		}
	}
	slices.SortFunc(s.heads, func(a, b *Handle) int { return cmp.Compare(a.order, b.order) })
}
