package stage

import (
	"context"
	"errors"
	"fmt"

	"github.com/weirgo/weir/scheduler"
)

// mostErrors is how many errors are kept as they are. The others are counted.
const mostErrors = 16

// Errors keeps errors of several streams, in the order in which they come, until
// all of the streams have ended: see [Upstream.Keep]. Only the island uses it.
// A nil *Errors keeps none.
type Errors struct {
	kept []error
	more int
}

// Add keeps one more.
func (e *Errors) Add(err error) {
	if len(e.kept) == mostErrors {
		e.more++
		return
	}
	e.kept = append(e.kept, err)
}

// Take forgets the errors and returns them as one: nil if there is none, and
// one alone as it is.
func (e *Errors) Take() error {
	if e == nil || len(e.kept) == 0 {
		return nil
	}
	all := e.kept
	if e.more > 0 {
		all = append(all, fmt.Errorf("and %d more errors", e.more))
	}
	*e = Errors{}
	if len(all) == 1 {
		return all[0]
	}
	return errors.Join(all...)
}

// Report forgets the errors and reports them to the run, where the stream ends
// otherwise. That the context has ended is known.
func (e *Errors) Report(ctx context.Context, run *scheduler.Run) {
	if e == nil {
		return
	}
	cause := context.Cause(ctx)
	all := e.kept
	*e = Errors{}
	for _, err := range all {
		if cause == nil || !errors.Is(err, cause) {
			run.Undeliverable(err)
		}
	}
}
