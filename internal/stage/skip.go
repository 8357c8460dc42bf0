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

// Skip lets go of an element whose function asked for that with err.
func (l *Link[In, Out]) Skip(v In, err error) {
	l.Lost(flow.Skipped, 1)
	if l.release != nil && !errors.Is(err, ErrTaken) {
		l.release(v, flow.Skipped)
	}
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
	if s.release != nil && !errors.Is(err, ErrTaken) {
		s.release(v, flow.Skipped)
	}
}

// skip notes that f has asked to leave v out.
func (j *Job[In, Out]) skip(v In, err error) {
	j.Skipped++
	if !errors.Is(err, ErrTaken) {
		j.Left = append(j.Left, v)
	}
}
