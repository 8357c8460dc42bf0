package sources_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func TestLinesSplits(t *testing.T) {
	long := strings.Repeat("x", 200_000) // longer than a block of 64 KiB
	for name, test := range map[string]struct {
		in   string
		want []string
	}{
		"empty":                 {"", nil},
		"one newline":           {"\n", []string{""}},
		"one line":              {"a\n", []string{"a"}},
		"no newline at the end": {"a\nb", []string{"a", "b"}},
		"empty lines":           {"\n\na\n\n", []string{"", "", "a", ""}},
		"CRLF":                  {"a\r\nb\r\n", []string{"a", "b"}},
		"mixed":                 {"a\r\nb\nc\r\n", []string{"a", "b", "c"}},
		"empty CRLF":            {"\r\n\r\n", []string{"", ""}},
		"CR inside":             {"a\rb\n", []string{"a\rb"}},
		"two CR":                {"a\r\r\n", []string{"a\r"}},
		"spaces stay":           {" a \n\tb\n", []string{" a ", "\tb"}},
		"zero bytes stay":       {"a\x00b\n", []string{"a\x00b"}},
		"not UTF-8":             {"\xff\xfe\n", []string{"\xff\xfe"}},
		"long":                  {long + "\nb\n", []string{long, "b"}},
		"long without newline":  {long, []string{long}},
		"ends at the block":     {long[:64<<10] + "\nb", []string{long[:64<<10], "b"}},
		"CR at the block":       {long[:64<<10-1] + "\r\nb", []string{long[:64<<10-1], "b"}},
	} {
		for how, reader := range map[string]func(io.Reader) io.Reader{
			"whole":       func(r io.Reader) io.Reader { return r },
			"OneByte":     iotest.OneByteReader,
			"Half":        iotest.HalfReader,
			"DataErr":     iotest.DataErrReader,
			"DataErr one": func(r io.Reader) io.Reader { return iotest.DataErrReader(iotest.OneByteReader(r)) },
		} {
			t.Run(name+" "+how, func(t *testing.T) {
				got, err := sinks.Slice(t.Context(), sources.Lines(reader(strings.NewReader(test.in))))
				require.NoError(t, err)
				require.Equal(t, test.want, got)
			})
		}
	}
}

func TestLinesBoundsLines(t *testing.T) {
	for name, test := range map[string]struct {
		in   string
		max  int
		want []string
		text string // of the error, "" for none
	}{
		"exactly":              {"abcd\nb\n", 4, []string{"abcd", "b"}, ""},
		"exactly CRLF":         {"abcd\r\nb\r\n", 4, []string{"abcd", "b"}, ""},
		"exactly at the end":   {"abcd", 4, []string{"abcd"}, ""},
		"one above":            {"a\nabcde\nb\n", 4, []string{"a"}, "line 2: "},
		"one above CRLF":       {"abcde\r\n", 4, nil, "line 1: "},
		"one above at the end": {"a\n\nabcde", 4, []string{"a", ""}, "line 3: "},
		"two above":            {"abcdef\n", 4, nil, "line 1: "},
		"bound 1":              {"a\nb\n\nbc", 1, []string{"a", "b", ""}, "line 4: "},
		"endless":              {"a\n" + strings.Repeat("x", 1<<20), 100_000, []string{"a"}, "line 2: "},
		"default":              {strings.Repeat("x", sources.MaxLine) + "\n", 0, []string{strings.Repeat("x", sources.MaxLine)}, ""},
		"above the default":    {"a\n" + strings.Repeat("x", sources.MaxLine+1) + "\n", 0, []string{"a"}, "line 2: "},
	} {
		t.Run(name, func(t *testing.T) {
			opts := []sources.Option{sources.WithName("in")}
			if test.max > 0 {
				opts = append(opts, sources.WithMaxLine(test.max))
			}
			got, err := sinks.Slice(t.Context(), sources.Lines(strings.NewReader(test.in), opts...))
			require.Equal(t, test.want, got)
			if test.text == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, bufio.ErrTooLong)
			require.ErrorContains(t, err, test.text)
			var stage *flow.StageError
			require.ErrorAs(t, err, &stage)
			require.Equal(t, "in", stage.Stage)
		})
	}
}

func TestLinesPassesReadErrorsOn(t *testing.T) {
	for name, test := range map[string]struct {
		r    io.Reader
		want []string
		err  error
	}{
		"at once":    {iotest.ErrReader(errTest), nil, errTest},
		"after some": {io.MultiReader(strings.NewReader("a\nb\n"), iotest.ErrReader(errTest)), []string{"a", "b"}, errTest},
		"with data": {
			iotest.DataErrReader(io.MultiReader(strings.NewReader("a\n"), iotest.ErrReader(errTest))), []string{"a"}, errTest,
		},
		"timeout":    {iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("\n\n"))), []string{""}, iotest.ErrTimeout},
		"unexpected": {io.MultiReader(strings.NewReader("a\n"), iotest.ErrReader(io.ErrUnexpectedEOF)), []string{"a"}, io.ErrUnexpectedEOF},
		"panic":      {panickingReader{}, nil, errTest},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := sinks.Slice(t.Context(), sources.Lines(test.r))
			require.Equal(t, test.want, got)
			require.ErrorIs(t, err, test.err)
		})
	}
}

type panickingReader struct{}

func (panickingReader) Read([]byte) (int, error) { panic(errTest) }

// closer counts Close.
type closer struct {
	io.Reader
	closed atomic.Int32
	err    error
}

func (c *closer) Close() error {
	c.closed.Add(1)
	return c.err
}

func TestLinesCloses(t *testing.T) {
	t.Run("at the end", func(t *testing.T) {
		r := &closer{Reader: strings.NewReader("a\nb\n")}
		require.NoError(t, sinks.Discard(t.Context(), sources.Lines(r, sources.WithClose())))
		require.EqualValues(t, 1, r.closed.Load())
	})
	t.Run("on a read error", func(t *testing.T) {
		r := &closer{Reader: iotest.ErrReader(errTest)}
		require.ErrorIs(t, sinks.Discard(t.Context(), sources.Lines(r, sources.WithClose())), errTest)
		require.EqualValues(t, 1, r.closed.Load())
	})
	t.Run("and reports what that says", func(t *testing.T) {
		r := &closer{Reader: strings.NewReader("a\n"), err: errTest}
		got, err := sinks.Slice(t.Context(), sources.Lines(r, sources.WithClose()))
		require.Equal(t, []string{"a"}, got)
		require.ErrorIs(t, err, errTest)
	})
	t.Run("not without WithClose", func(t *testing.T) {
		r := &closer{Reader: strings.NewReader("a\n")}
		require.NoError(t, sinks.Discard(t.Context(), sources.Lines(r)))
		require.Zero(t, r.closed.Load())
	})
	t.Run("only what can be closed", func(t *testing.T) {
		require.NoError(t, sinks.Discard(t.Context(), sources.Lines(strings.NewReader("a"), sources.WithClose())))
	})
}

// TestLinesEndsAWaitingRead: a Read that waits on the outside returns when its
// reader is closed.
func TestLinesEndsAWaitingRead(t *testing.T) {
	r, w := io.Pipe()
	go func() { _, _ = io.WriteString(w, "a\n") }()
	err := sinks.ForEach(t.Context(), sources.Lines(r, sources.WithClose()), func(_ context.Context, line string) error {
		require.Equal(t, "a", line)
		return errTest
	})
	require.ErrorIs(t, err, errTest)
	_, err = w.Write([]byte("b"))
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

// TestLinesIsHot: a second subscription reads on where the first left off, and
// the first reads one line for each that was requested.
func TestLinesIsHot(t *testing.T) {
	src := sources.Lines(strings.NewReader("a\nb\nc\nd\n"))
	first, err := sinks.First(t.Context(), src)
	require.NoError(t, err)
	second, err := sinks.First(t.Context(), src)
	require.NoError(t, err)
	require.Equal(t, "a b", first+" "+second)
	flowtest.Expect(t, src).Request(1).Next("c").Cancel()
	rest, err := sinks.Slice(t.Context(), src)
	require.NoError(t, err)
	require.Equal(t, []string{"d"}, rest)
}

// TestLinesReadsNothingWithoutDemand also for a reader that would fail.
func TestLinesReadsNothingWithoutDemand(t *testing.T) {
	flowtest.Expect(t, sources.Lines(iotest.ErrReader(errors.New("read")))).NoSignal().Cancel()
}
