package sources

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// MaxToken is how many bytes [Scan] may need for a token unless [WithMaxToken]
// says otherwise.
const MaxToken = 1 << 20

// WithMaxToken sets how many bytes [Scan] may need for a token, with those that
// its function skips. One that needs more ends the stream with an error that
// wraps [bufio.ErrTooLong].
func WithMaxToken(n int) Option {
	stage.Require(n > 0, "sources.WithMaxToken: %d bytes, must be at least 1", n)
	return func(c *stage.Config) { c.MaxToken = n }
}

// Scan emits the tokens into which split cuts the reader, each in a slice of its
// own. Functions that cut at words, runes and lines are in package bufio; one of
// your own can cut at delimiters, or at lengths that are in the bytes. [Lines]
// is simpler for lines. It is hot: subscriptions share the reader, and a second
// one reads on where the first left off, or gets the error again.
//
//	Scan(r, bufio.ScanWords)  --"a"--"b"--"c"--|
//
// Demand: reads one token for each that is requested; the reader itself is read
// in blocks. It holds a goroutine only while there is demand.
//
// Buffer: at most 256 demanded tokens, on their way to the island.
//
// Errors: a read error, and an error that split returns, as a
// [flow.StageError] with the number of the token, and so for a token that needs
// more bytes than the bound: [bufio.ErrTooLong]. Whole tokens before it are
// emitted first; the bytes behind them are lost. A panic in split ends the
// stream with a [flow.PanicError].
//
// Ends: completes at the end of the reader, where split is told of it and may
// return a last token, or when split returns [bufio.ErrFinalToken].
func Scan(r io.Reader, split bufio.SplitFunc, opts ...Option) flow.Publisher[[]byte] {
	stage.Require(r != nil, "sources.Scan: nil reader")
	stage.Require(split != nil, "sources.Scan: nil function")
	t := &tokenReader{in: r, split: split, most: stage.Configure(opts).MaxToken}
	if t.most == 0 {
		t.most = MaxToken
	}
	t.scanner = bufio.NewScanner(t)
	t.scanner.Split(t.cut)
	// One byte more tells whether that was the end.
	t.scanner.Buffer(make([]byte, 0, min(t.most+1, 64<<10)), t.most+1)
	return readerOf("scan", "token", r, t.next, opts)
}

// tokenReader splits a reader into tokens.
type tokenReader struct {
	in      io.Reader
	err     error // of in
	split   bufio.SplitFunc
	most    int
	scanner *bufio.Scanner
}

// Read reads for the scanner.
func (t *tokenReader) Read(p []byte) (n int, err error) {
	n, err = t.in.Read(p)
	t.err = err
	return n, err
}

// cut is split with a bound. The scanner takes any error for the end, but a
// token that an error cuts off is none.
func (t *tokenReader) cut(data []byte, atEnd bool) (advance int, token []byte, err error) {
	advance, token, err = t.split(data, atEnd && errors.Is(t.err, io.EOF))
	more := advance == 0 && token == nil && err == nil
	if advance > t.most || more && len(data) > t.most {
		return 0, nil, bufio.ErrTooLong
	}
	return advance, token, err
}

// next returns the next token.
func (t *tokenReader) next() (token []byte, some bool, err error) {
	if t.scanner.Scan() {
		return bytes.Clone(t.scanner.Bytes()), true, nil
	}
	if err := t.scanner.Err(); err != nil {
		return nil, false, err
	}
	return nil, false, io.EOF
}
