package scheduler

import "context"

// AtEnd lets f be called when all of the graph has ended, or of the sink where
// there is no graph, before whoever waits for that goes on. It is for what
// belongs to a run and has no head that could end. Where nobody waits, f is
// called when the context ends.
func (r *Run) AtEnd(f func()) {
	for r.parent != nil {
		r = r.parent
	}
	if r.adhoc {
		context.AfterFunc(r.ctx, f)
		return
	}
	r.mu.Lock()
	over := r.over
	if !over {
		r.atEnd = append(r.atEnd, f)
	}
	r.mu.Unlock()
	if over {
		f()
	}
}

// conclude calls what was given to AtEnd.
func (r *Run) conclude() {
	r.mu.Lock()
	all := r.atEnd
	r.atEnd, r.over = nil, true
	r.mu.Unlock()
	for _, f := range all {
		f()
	}
}
