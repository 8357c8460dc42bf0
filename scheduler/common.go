package scheduler

import "context"

// Common returns the context for a stream that several subscribers share, of
// which the first has the run r: that of the graph; or else the one that r was
// made in, without its end, since the stream may outlive that subscriber.
func (r *Run) Common() context.Context {
	if r.parent != nil {
		return r.parent.ctx
	}
	return context.WithoutCancel(r.outer)
}
