package scheduler

import (
	"fmt"
	"runtime"
	"sync"

	"github.com/weirgo/weir/flow"
)

// A turn is what an island has of a worker before the next one gets it. The
// time bounds what an island with slow functions has. The number of passes
// bounds one whose passes are short, and where time stands still, as in a
// testing/synctest bubble. A turn is long against the 0.1 µs or so that it
// costs to change islands, and short against what a thousand can wait for.
const (
	turnPasses = 64
	turnTime   = 100_000 // nanoseconds
)

// NewPool returns a scheduler that runs islands on n goroutines, its workers.
// It is for graphs that compute: n is how many cores they use at most, and
// islands that are ready have a turn of about 0.1 ms each, in order, so that
// none waits for more than a turn of each of the others.
//
// A worker exists only while islands are ready, so there is nothing to close.
// A pool may serve many runs and graphs at once.
//
// What has a goroutine of its own takes no worker while it waits: functions of
// graphs and of sources.Func, and sinks. A function that an island calls, as
// that of operators.Map, keeps its worker from the other islands until it
// returns, unless it waits for a stream on a pool. The functions of a sink are
// called by workers, and not by the sink's caller: runtime.Goexit in one is an
// error of the sink.
func NewPool(n int) Scheduler {
	if n < 1 {
		panic(fmt.Sprintf("scheduler.NewPool: %d workers, must be at least 1", n))
	}
	return &pool{limit: n}
}

// pool has a worker for each ready island, up to its limit. Islands that find
// none wait in the queue.
type pool struct {
	limit int

	mu      sync.Mutex
	queue   fifo
	workers int // that run an island or are about to look for one
}

// Go puts i into the queue. Its run goes on until a worker has released i.
func (p *pool) Go(i *Island) {
	i.run.acquire()
	p.enqueue(i)
}

// enqueue puts i into the queue.
func (p *pool) enqueue(i *Island) {
	p.mu.Lock()
	p.queue.push(i)
	p.startAndUnlock(i.run)
}

// startAndUnlock starts a worker if an island waits for one. It counts for r,
// which has not ended, until it has found an island or left: the next run may
// be in another testing/synctest bubble and must not meet it.
func (p *pool) startAndUnlock(r *Run) {
	start := p.queue.len() > 0 && p.workers < p.limit
	if start {
		p.workers++
		r.acquire()
	}
	p.mu.Unlock()
	if start {
		go p.work(r)
	}
}

func (p *pool) Block(r *Run, fn func()) { goroutines{}.Block(r, fn) }

// Await parks: workers run the island meanwhile. A worker whose user's function
// waits for a stream of its own pool makes room for another worker.
func (p *pool) Await(i *Island) {
	if i.onWorker() {
		p.pause(i.run)
		defer p.resume()
	}
	defer i.reclaim()
	missed := i.await()
	if i.unhold() {
		p.Go(i)
	}
	for {
		if missed {
			p.enqueue(i)
		}
		if i.Closed() {
			return
		}
		if missed = i.idleAlone(); missed || i.Closed() {
			continue
		}
		<-i.owner.wake
	}
}

// pause makes room for another worker, since this one waits for r.
func (p *pool) pause(r *Run) {
	p.mu.Lock()
	p.workers--
	p.startAndUnlock(r)
}

// resume ends a pause. If that makes a worker too many, the next one to end a
// turn leaves.
func (p *pool) resume() {
	p.mu.Lock()
	p.workers++
	p.mu.Unlock()
}

// worker is a goroutine that gives islands their turns.
type worker struct {
	pool   *pool
	island *Island
	more   bool  // island must wait for another turn
	done   *Run  // to release: whose island it had, or for which it was started
	since  int64 // when other goroutines had a chance to run
}

// work is the life of a worker: it ends when no island is ready.
//
//go:noinline
func (p *pool) work(r *Run) {
	w := &worker{pool: p, done: r, since: flow.Now()}
	defer w.leave()
	for w.next() {
		w.turn()
	}
}

// next puts the last island back, if it must wait, and takes the one that has
// waited longest. Only then it lets go of the run that it counted for.
func (w *worker) next() bool {
	p := w.pool
	p.mu.Lock()
	if w.more {
		p.queue.push(w.island)
	}
	w.island, w.more = nil, false
	if p.workers <= p.limit {
		w.island = p.queue.pop()
	}
	if w.island == nil {
		p.workers--
	}
	p.mu.Unlock()
	if w.done != nil {
		w.done.release()
		w.done = nil
	}
	return w.island != nil
}

// turn gives the island its turn.
func (w *worker) turn() {
	i := w.island
	if !i.claim() {
		return // it comes back when its owner lends it
	}
	w.more = i.turn(turnPasses, turnTime)
	now := i.stamp
	i.giveBack()
	if !w.more && !i.over() && !w.pool.busy() {
		w.more = i.linger()
	}
	if !w.more && i.Release() {
		w.done = i.run
		i.tellIdle()
		return
	}
	w.more = true
	if now-w.since > turnTime {
		// What this worker has woken waits on its processor: owners, blocking
		// calls, functions of graphs.
		runtime.Gosched()
		w.since = now
	}
}

// busy reports whether an island waits for a worker.
func (p *pool) busy() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.queue.len() > 0
}

// leave replaces a worker whose goroutine has been ended by user code in the
// middle of a turn. The island has been given to the pool again, see
// [Island.abandoned], but could not be run before now.
func (w *worker) leave() {
	i := w.island
	if i == nil {
		return
	}
	missed := i.giveBack()
	w.pool.mu.Lock()
	if missed {
		w.pool.queue.push(i)
	}
	w.pool.workers--
	w.pool.startAndUnlock(i.run)
	i.run.release()
}
