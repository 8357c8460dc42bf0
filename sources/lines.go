package sources

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// MaxLine is the length in bytes of the longest line that [Lines] accepts
// unless [WithMaxLine] says otherwise.
const MaxLine = 1 << 20

// WithMaxLine sets the length in bytes of the longest line that [Lines]
// accepts. A longer one ends the stream with an error that wraps
// [bufio.ErrTooLong].
func WithMaxLine(n int) Option {
	stage.Require(n > 0, "sources.WithMaxLine: %d bytes, must be at least 1", n)
	return func(c *stage.Config) { c.MaxLine = n }
}

// WithClose lets [Lines] close its reader, if that is an io.Closer, when the
// stream ends or is cancelled. A Read that is waiting then returns, if the
// reader is one whose Close has that effect.
func WithClose() Option { return func(c *stage.Config) { c.Close = true } }

// Lines emits the lines of the reader without their ends, \n or \r\n. A last
// line without an end is emitted, too. It is hot: subscriptions share the
// reader, and a second one reads on where the first left off.
//
//	Lines(r)  --"a"--"b"--"c"--|
//
// Demand: reads one line for each that is requested; the reader itself is read
// in blocks of 64 KiB. It holds a goroutine only while there is demand.
//
// Buffer: at most 256 demanded lines, on their way to the island.
//
// Errors: a read error, as a [flow.StageError]; [bufio.ErrTooLong] with the
// number of the line for one that is longer than the bound. Lines before it
// are emitted first.
//
// Ends: completes at the end of the reader.
func Lines(r io.Reader, opts ...Option) flow.Publisher[string] {
	stage.Require(r != nil, "sources.Lines: nil reader")
	c := stage.Configure(opts)
	if c.MaxLine == 0 {
		c.MaxLine = MaxLine
	}
	return &linesSource{
		Blueprint: stage.NewBlueprint("lines", nil, opts), r: r, in: bufio.NewReaderSize(r, 64<<10), config: c,
		turn: make(chan struct{}, 1),
	}
}

type linesSource struct {
	stage.Blueprint
	r      io.Reader
	in     *bufio.Reader
	config stage.Config
	turn   chan struct{} // held by the subscription that reads a line
}

func (p *linesSource) Subscribe(ctx context.Context, down flow.Subscriber[string]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &linesSubscription{linesSource: p}
	s.BeginFeed(ctx, p.Node(), down, s, s.read)
}

type linesSubscription struct {
	stage.Feed[string]
	*linesSource
	number int
	closed sync.Once
}

// Stop closes the reader if the source owns it, and does so on a goroutine of
// its own, since the reader may be waiting.
func (s *linesSubscription) Stop() {
	s.Feed.Stop()
	s.abandon()
}

// Drain closes the reader, too: nothing more is read.
func (s *linesSubscription) Drain() {
	s.Feed.Drain()
	s.abandon()
}

func (s *linesSubscription) abandon() {
	if s.config.Close {
		s.Outlet.Run().Block(func() { _ = s.close(nil) })
	}
}

// read puts lines while there is credit.
func (s *linesSubscription) read(context.Context) error {
	for s.Credit() > 0 {
		s.number++
		s.turn <- struct{}{}
		line, err := s.line()
		<-s.turn
		if err != nil && !errors.Is(err, io.EOF) {
			return s.close(fmt.Errorf("line %d: %w", s.number, err))
		}
		if err == nil || line != "" {
			s.Take(line)
		}
		if err != nil {
			return s.close(nil)
		}
	}
	return stage.ErrPause
}

// close closes the reader, once, if the source owns it, and adds what Close
// returns to err.
func (s *linesSubscription) close(err error) error {
	if c, ok := s.r.(io.Closer); ok && s.config.Close {
		s.closed.Do(func() { err = errors.Join(err, c.Close()) })
	}
	return err
}

// line returns the next line without its end.
func (s *linesSubscription) line() (string, error) {
	var line []byte
	for {
		part, err := s.in.ReadSlice('\n')
		if len(line)+len(part) > s.config.MaxLine+2 {
			return "", bufio.ErrTooLong
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			line = append(line, part...)
			continue
		case line == nil:
			return s.trim(part, err)
		}
		return s.trim(append(line, part...), err)
	}
}

func (s *linesSubscription) trim(line []byte, err error) (string, error) {
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
		if n > 1 && line[n-2] == '\r' {
			line = line[:n-2]
		}
	}
	if len(line) > s.config.MaxLine {
		return "", bufio.ErrTooLong
	}
	return string(line), err
}
