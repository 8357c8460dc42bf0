package stage

import (
	"cmp"
	"slices"
)

// Collect takes what the workers have finished.
func (w *Workers[In, Out]) Collect() {
	for w.gather() { // once more: what was due next may just have finished
	}
}

// gather takes what has been handed in, and tells the workers what the island
// knows. It returns false when there was nothing.
func (w *Workers[In, Out]) gather() bool {
	w.mu.Lock()
	fresh := w.done
	w.done = w.fresh[:0]
	w.front, w.chunk, w.slow = w.finished, w.pacer.chunk, w.pacer.slow()
	w.free = append(w.free, w.spent...)
	w.mu.Unlock()
	clear(w.spent)
	w.spent = w.spent[:0]
	w.fresh = fresh
	if len(fresh) == 0 {
		return false
	}
	if len(fresh) > 1 { // arrival is chance
		slices.SortFunc(fresh, func(a, b *Job[In, Out]) int { return cmp.Compare(a.seq, b.seq) })
	}
	before := w.failing
	for _, j := range fresh {
		if j.timed {
			w.pacer.measure(len(j.in), j.took())
		}
		if j.Err != nil && (w.failing == nil || w.ordered && j.seq < w.failing.seq) {
			w.failing = j
		}
	}
	for _, j := range fresh {
		switch {
		case w.ordered:
			w.settle(j)
		case j != w.failing || before != nil:
			w.ripe.push1(j)
		}
	}
	if w.failing != nil {
		w.fail(before == nil)
	}
	clear(fresh)
	return true
}

// fail ends the work because a call has failed: the first one that was found,
// and of those that were found together the one whose elements came first.
// Ordered, its error has to wait for the results before it; calls for those go
// on, and one of them may fail as well. Unordered, it comes behind the results
// that are there, and before all others.
func (w *Workers[In, Out]) fail(now bool) {
	w.close()
	switch {
	case !w.ordered && now:
		w.ripe.push1(w.failing)
		w.Stop()
	case w.ordered && w.failing.seq < w.finished:
		w.Stop()
	}
}

// settle puts a job in its place among those that are ordered.
func (w *Workers[In, Out]) settle(j *Job[In, Out]) {
	if n := j.seq - w.finished; n >= uint64(len(w.early)) {
		w.widen(n)
	}
	mask := uint64(len(w.early) - 1)
	w.early[j.seq&mask] = j
	for at := w.finished & mask; w.early[at] != nil; at = w.finished & mask {
		w.ripe.push1(w.early[at])
		w.early[at] = nil
		w.finished++
	}
}

// widen makes room for a job that is n behind the first that has not finished.
func (w *Workers[In, Out]) widen(n uint64) {
	size := max(8, len(w.early))
	for uint64(size) <= n {
		size *= 2
	}
	old := w.early
	w.early = make([]*Job[In, Out], size)
	for _, j := range old {
		if j != nil {
			w.early[j.seq&uint64(size-1)] = j
		}
	}
}

// close lets no worker take anything any more.
func (w *Workers[In, Out]) close() {
	w.mu.Lock()
	w.shut = true
	w.mu.Unlock()
}

// Failing reports whether a call has failed, so that no more elements are
// needed.
func (w *Workers[In, Out]) Failing() bool { return w.failing != nil }

// Fatal reports whether the error of j is the one that ends the stream.
func (w *Workers[In, Out]) Fatal(j *Job[In, Out]) bool { return w.failing == j }

// Due returns the job whose results come next, or nil.
func (w *Workers[In, Out]) Due() *Job[In, Out] {
	if w.ripe.n == 0 {
		return nil
	}
	return w.ripe.buf[w.ripe.first]
}

// Handed says that the first n results of j have been handed on.
func (w *Workers[In, Out]) Handed(j *Job[In, Out], n int) {
	if w.wipe[1] {
		clear(j.Out[:n])
	}
	j.Out = j.Out[n:]
	j.left -= n
	w.inside -= n
}

// Dealt says that the job that was due has been dealt with.
func (w *Workers[In, Out]) Dealt() { w.recycle(w.ripe.pop1()) }

// recycle keeps the memory of a job.
func (w *Workers[In, Out]) recycle(j *Job[In, Out]) {
	w.inside -= j.left
	if w.wipe[0] {
		clear(j.in)
	}
	if w.wipe[1] {
		clear(j.results)
	}
	*j = Job[In, Out]{in: j.in[:0], results: j.results[:0]}
	w.spent = append(w.spent, j)
}

// Stop ends the context of the calls; none begins any more. It may be called
// from any goroutine.
func (w *Workers[In, Out]) Stop() {
	w.leave()
	w.cancel()
}

// Halt lets no further call begin: the context has ended.
func (w *Workers[In, Out]) Halt() { w.end() }

// Sweep gives everything that is inside and not in a call to elements or to
// finished, and reports whether no call is running: then w is empty. The stage
// has called Stop before, and calls Sweep whenever it is woken.
func (w *Workers[In, Out]) Sweep(elements func([]In), finished func(*Job[In, Out])) (empty bool) {
	w.close()
	w.mu.Lock()
	rest := make([]In, w.queue.n)
	w.queue.pop(rest)
	jobs := w.done
	w.done = nil
	empty = w.running == 0
	w.mu.Unlock()
	for w.ripe.n > 0 {
		jobs = append(jobs, w.ripe.pop1())
	}
	for _, j := range w.early {
		if j != nil {
			jobs = append(jobs, j)
		}
	}
	w.early = nil
	slices.SortFunc(jobs, func(a, b *Job[In, Out]) int { return cmp.Compare(a.seq, b.seq) })
	for _, j := range jobs {
		finished(j)
		w.recycle(j)
	}
	w.inside -= len(rest)
	elements(rest)
	w.spent = nil
	return empty
}
