package stage

import (
	"errors"
	"fmt"

	"github.com/weirgo/weir/flow"
)

// ErrTaken is flow.ErrSkip for an element that somebody has consumed, so that
// it is counted but not released.
var ErrTaken = fmt.Errorf("%w, and has been dealt with", flow.ErrSkip)

// Skips reports whether a user's function has returned err to leave its element
// out.
func Skips(err error) bool { return errors.Is(err, flow.ErrSkip) }

// TellSkipped tells an element with release that its function has left it out
// with err, unless somebody has consumed it. release may be nil.
func TellSkipped[T any](release func(T, flow.Reason), v T, err error) {
	if release != nil && !errors.Is(err, ErrTaken) {
		release(v, flow.Skipped)
	}
}

// Skip lets go of an element whose function asked for that with err.
func (l *Link[In, Out]) Skip(v In, err error) {
	l.Lost(flow.Skipped, 1)
	TellSkipped(l.release, v, err)
}

// Instead asks upstream for n elements in place of those that were left out.
func (l *Link[In, Out]) Instead(n int) {
	if n > 0 && !l.endless.Load() && !l.Left() {
		l.up.Request(int64(n))
	}
}

// Skip lets go of an element whose function asked for that with err.
func (s *Sink[T]) Skip(v T, err error) {
	s.Lost(flow.Skipped, 1)
	TellSkipped(s.release, v, err)
}

// skip notes that f has asked to leave v out.
func (j *Job[In, Out]) skip(v In, err error) {
	j.Skipped++
	if !errors.Is(err, ErrTaken) {
		j.Left = append(j.Left, v)
	}
}
