package stage

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
)

// Workers calls a user's function for elements, at most limit calls at once,
// on goroutines of their own. A stage pushes elements and collects what has
// become of them, both on its island. The goroutines come with the elements
// and go when there are none.
//
// A worker takes one element at a time, or a chunk while the function is so
// cheap that the hand-over is what costs: see [pacer]. How large a chunk may
// be, and in which order results are collected, is decided on the island and
// does not depend on which worker is faster.
type Workers[In, Out any] struct {
	brake // no further call begins

	f       func(context.Context, In) (Out, error)
	ctx     context.Context // of the calls
	cancel  context.CancelFunc
	run     *scheduler.Run
	wake    func()          // marks the head of the stage
	broken  func(any) error // makes an error of a panic
	limit   int
	procs   int // calls that can compute at once
	window  int // most elements inside while chunks are handed out
	ordered bool
	wipe    [2]bool // In, Out hold pointers

	// The island's.
	pacer    pacer
	inside   int                 // elements pushed and not yet handed on or let go
	failing  *Job[In, Out]       // its error is going to end the stream
	ripe     fifo[*Job[In, Out]] // finished, in the order in which they are due
	early    []*Job[In, Out]     // finished before their turn: a ring by sequence
	finished uint64              // ordered: jobs before this one have finished
	fresh    []*Job[In, Out]     // memory for the next done
	spent    []*Job[In, Out]     // dealt with, to be used again

	mu      sync.Mutex // held for a few instructions, never while calling out
	queue   fifo[In]
	chunk   int             // most elements that a worker takes
	slow    bool            // calls are: not each is measured
	shut    bool            // nothing is taken any more
	begun   uint64          // jobs taken
	running int             // of them, those that are being worked on
	alive   int             // goroutines, and places of those that have failed
	looking int             // goroutines that look for elements
	front   uint64          // finished, as the island saw it last
	done    []*Job[In, Out] // in the order in which they came
	free    []*Job[In, Out]
}

// Job is what a worker took at once, and what has become of it.
type Job[In, Out any] struct {
	Out      []Out // results of the first elements that are not handed on yet
	Err      error // of the element behind them, or nil
	Panicked bool  // Err is a PanicError
	Told     bool  // the call that failed had been told to stop
	Skipped  int   // elements among the first that f has left out
	Left     []In  // of them, those that nobody has consumed

	seq     uint64
	in      []In
	results []Out
	called  int   // elements that f was given
	left    int   // elements that count as inside
	timed   bool  // the calls are measured
	start   int64 // of the calls, or 0: not yet known
	end     int64
}

// took returns how many nanoseconds all calls took, if they were measured.
func (j *Job[In, Out]) took() int64 { return j.end - j.start }

// Rest returns the elements whose calls did not begin.
func (j *Job[In, Out]) Rest() []In { return j.in[j.called:] }

// Plain reports whether j has brought results and nothing else.
func (j *Job[In, Out]) Plain() bool {
	return j.Err == nil && j.Skipped == 0 && j.called == len(j.in)
}

// WorkersConfig is what a stage tells its [Workers].
type WorkersConfig struct {
	Run     *scheduler.Run
	Context context.Context // of the subscription; calls get one that ends before it
	Limit   int             // most calls at once
	Window  int             // most elements inside while the function is cheap
	Ordered bool            // results are due in the order of the elements
	Wake    func()          // makes the stage ready: something is to be collected
	Broken  func(recovered any) error
}

// Init prepares w, which then holds no goroutine and no memory for elements.
func (w *Workers[In, Out]) Init(c WorkersConfig, f func(context.Context, In) (Out, error)) {
	w.f, w.run, w.wake, w.broken = f, c.Run, c.Wake, c.Broken
	w.limit, w.window, w.ordered = c.Limit, c.Window, c.Ordered
	w.chunk, w.procs = 1, runtime.GOMAXPROCS(0)
	w.pacer = pacer{chunk: 1, most: min(maxChunk, c.Window), patience: min(c.Limit, maxChunk)}
	w.wipe = [2]bool{HasPointers[In](), HasPointers[Out]()}
	w.queue.wipe, w.ripe.wipe = w.wipe[0], true
	w.ctx, w.cancel = context.WithCancel(scheduler.Blocking(UserContext(c.Context)))
}

// Inside returns how many elements were pushed and are not handed on yet.
func (w *Workers[In, Out]) Inside() int { return w.inside }

// Want returns how many elements may be inside for the demand: the limit, as
// many again while calls are brief, and as many as are demanded and fit while
// chunks are handed out.
func (w *Workers[In, Out]) Want(demand int64) int64 {
	limit := int64(w.limit)
	switch {
	case w.pacer.chunk > 1:
		return max(limit, min(demand, int64(w.window)))
	case w.pacer.brief:
		return max(limit, min(demand, 2*limit))
	}
	return limit
}

// Push hands vs to the workers.
func (w *Workers[In, Out]) Push(vs []In) {
	w.inside += len(vs)
	w.mu.Lock()
	w.queue.push(vs)
	hire := w.hire()
	w.mu.Unlock()
	if hire {
		w.run.Block(w.work)
	}
}

// hire decides whether one more goroutine is needed, and counts it. There is
// at most one that looks for elements; it hires the next when it has found
// some and left others. So no more of them come than find something to do. The
// lock is held.
func (w *Workers[In, Out]) hire() bool {
	if w.queue.n == 0 || w.looking > 0 || w.alive == w.limit || w.shut {
		return false
	}
	w.alive++
	w.looking++
	return true
}

// lingers is how often a worker that finds no element lets others run before
// it leaves. Once is often too early: where many calls end together, the island
// comes behind the worker.
const lingers = 2

// longTime is how many nanoseconds a job takes at least after which a worker
// lets others run even if there is more to do: the island, which waits for the
// same processor, then brings elements before the last one is taken.
const longTime = 5_000

// work is a worker.
func (w *Workers[In, Out]) work() {
	for j := w.next(nil); j != nil; j = w.next(j) {
		w.call(j)
	}
}

// next hands in a job that is done and takes another one, or returns nil if the
// worker has to leave.
func (w *Workers[In, Out]) next(done *Job[In, Out]) (j *Job[In, Out]) {
	b := between{looking: done == nil}
	w.mu.Lock()
	if done != nil {
		failed := done.Err != nil
		b.start, b.long = done.end, !done.timed || done.took() >= longTime
		b.tell = w.handIn(done)
		if failed {
			// The worker keeps its place: where the limit is 1, no call follows
			// one that has failed.
			w.unlock(&b)
			return nil
		}
	}
	w.rest(&b)
	hire := false
	if b.looking {
		w.looking--
	}
	if w.queue.n > 0 && !w.shut && !w.Stopped() {
		j = w.take()
		if j.timed {
			j.start = b.start
		}
		hire = b.looking && w.hire()
	} else {
		w.alive--
	}
	w.unlock(&b)
	if hire {
		w.run.Block(w.work)
	}
	return j
}

// between is what a worker knows between two jobs.
type between struct {
	looking bool  // it is counted among those that look for elements
	tell    bool  // the stage has to be told
	long    bool  // the job took long
	start   int64 // of the next job, if it begins where this one has ended
}

// rest lets others run when there is no element, because the island then
// usually brings more, and after a long job.
func (w *Workers[In, Out]) rest(b *between) {
	breathe := b.long && w.running < w.procs // others want to compute
	for try := 0; try < lingers && !w.shut && (breathe || w.queue.n == 0); try++ {
		if w.queue.n == 0 && !b.looking {
			b.looking = true
			w.looking++
		}
		breathe, b.start = false, 0
		w.unlock(b)
		runtime.Gosched()
		w.mu.Lock()
	}
}

// unlock unlocks, and tells the stage if it has to be told.
func (w *Workers[In, Out]) unlock(b *between) {
	w.mu.Unlock()
	if b.tell {
		b.tell = false
		w.wake()
	}
}

// take begins a job. The lock is held.
func (w *Workers[In, Out]) take() (j *Job[In, Out]) {
	if k := len(w.free); k > 0 {
		j = w.free[k-1]
		w.free = w.free[:k-1]
	} else {
		j = new(Job[In, Out])
	}
	n := min(w.chunk, w.queue.n)
	j.in = slices.Grow(j.in[:0], n)[:n]
	w.queue.pop(j.in)
	j.seq, j.left, j.timed = w.begun, n, !w.slow || w.begun%sample == 0
	w.begun++
	w.running++
	return j
}

// handIn gives a job back and reports whether the stage has to be told: it has
// been when others wait to be collected, and need not be while this one is not
// due. The lock is held.
func (w *Workers[In, Out]) handIn(j *Job[In, Out]) (tell bool) {
	w.running--
	w.done = append(w.done, j)
	if w.ordered {
		return j.seq == w.front || j.Err != nil || w.Stopped()
	}
	return len(w.done) == 1
}

// call calls f for the elements of a job.
func (w *Workers[In, Out]) call(j *Job[In, Out]) {
	at, returned := 0, false // how many results there are
	defer func() {
		if !returned {
			w.crashed(j, at, recover())
		}
	}()
	if j.timed && j.start == 0 {
		j.start = flow.Now()
	}
	j.results = slices.Grow(j.results[:0], len(j.in))[:len(j.in)]
	out, f, ctx, brake := j.results, w.f, w.ctx, w.Brake()
	for _, v := range j.in {
		if atomic.LoadUint32(brake) != 0 {
			break
		}
		r, err := f(ctx, v)
		switch {
		case err == nil:
			out[at] = r
			at++
			continue
		case Skips(err):
			j.skip(v, err)
			continue
		}
		j.Err, j.Told = err, ctx.Err() != nil
		break
	}
	returned = true
	if j.timed {
		j.end = flow.Now()
	}
	w.called(j, at)
}

// called notes that f has returned n results, and perhaps an error.
func (w *Workers[In, Out]) called(j *Job[In, Out], n int) {
	j.Out, j.called = j.results[:n], n+j.Skipped
	if j.Err != nil {
		j.called++
	}
	if w.wipe[0] {
		clear(j.in[:j.called])
	}
}

// crashed makes an error of a panic. After runtime.Goexit it hands the job in,
// because the goroutine goes.
func (w *Workers[In, Out]) crashed(j *Job[In, Out], n int, recovered any) {
	j.Err, j.Panicked = w.broken(recovered), true
	w.called(j, n)
	if recovered == nil {
		w.next(j)
	}
}
