package sources

import (
	"bufio"
	"errors"
	"io"

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
	l := &lineReader{bufio.NewReaderSize(r, 64<<10), stage.Configure(opts).MaxLine}
	if l.most == 0 {
		l.most = MaxLine
	}
	return readerOf("lines", "line", r, l.next, opts)
}

// lineReader splits a reader into lines.
type lineReader struct {
	in   *bufio.Reader
	most int
}

// next returns the next line without its end. A last one without an end comes
// with io.EOF.
func (l *lineReader) next() (line string, some bool, err error) {
	var long []byte
	for {
		part, err := l.in.ReadSlice('\n')
		if len(long)+len(part) > l.most+2 {
			return "", false, bufio.ErrTooLong
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			long = append(long, part...)
			continue
		case long == nil:
			return l.trim(part, err)
		}
		return l.trim(append(long, part...), err)
	}
}

func (l *lineReader) trim(line []byte, err error) (string, bool, error) {
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
		if n > 1 && line[n-2] == '\r' {
			line = line[:n-2]
		}
	}
	if len(line) > l.most {
		return "", false, bufio.ErrTooLong
	}
	return string(line), err == nil || len(line) > 0, err
}
