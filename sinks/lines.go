package sinks

import (
	"bufio"
	"context"
	"io"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Lines runs the stream and writes each element and a newline to the writer. It
// writes in blocks, and whenever the stream pauses for lack of elements.
//
// Demand: unbounded.
//
// Errors: the stream's error, after what came before it has been written; a
// write error, as a [flow.StageError].
//
// Ends: returns when the stream has ended, all is written, and its goroutines
// have returned. The writer is not closed.
func Lines(ctx context.Context, src flow.Publisher[string], w io.Writer, opts ...Option) error {
	stage.Require(ctx != nil, "sinks.Lines: nil context")
	stage.Require(src != nil, "sinks.Lines: nil source")
	stage.Require(w != nil, "sinks.Lines: nil writer")
	s := &linesSink{w: bufio.NewWriterSize(w, 64<<10)}
	s.Open(ctx, stage.NewSink("lines", src, opts), src, s, flow.Unbounded)
	defer s.Close()
	s.OnIdle(s.flush)
	s.Await()
	s.flush()
	if err := s.Err(); err != nil {
		return err
	}
	return s.late
}

type linesSink struct {
	stage.Sink[string]
	in stage.One[string]
	w  *bufio.Writer

	late error // of a write after the stream had ended
}

// flush writes what is gathered.
func (s *linesSink) flush() {
	switch err := s.write(); {
	case err == nil:
	case s.Done():
		s.late = err
	default:
		s.Stop(err)
	}
}

func (s *linesSink) write() (err error) {
	returned := false
	defer func() {
		if !returned {
			err = s.PanicError(recover()) // the writer is a user's
		}
	}()
	err = s.w.Flush()
	returned = true
	if err != nil {
		err = s.StageError(err)
	}
	return err
}

func (s *linesSink) OnNext(v string) { s.OnNextBatch(s.in.One(v)) }

func (s *linesSink) OnNextBatch(vs []string) {
	at, returned := 0, false
	defer func() {
		s.Deal(at)
		if !returned {
			s.Broken(recover()) // the writer is a user's
		}
		s.Discard(vs[at:])
	}()
	for ; at < len(vs) && !s.Stopped(); at++ {
		_, _ = s.w.WriteString(vs[at]) // Flush returns the first error
		if err := s.w.WriteByte('\n'); err != nil {
			returned = true
			s.UserError(err)
			return
		}
	}
	returned = true
}
