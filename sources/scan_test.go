package sources_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// frames cuts at the lengths that stand before each frame.
func frames(data []byte, atEOF bool) (int, []byte, error) {
	if len(data) >= 2 {
		if size := 2 + int(binary.BigEndian.Uint16(data)); len(data) >= size {
			return size, data[2:size], nil
		}
	}
	if atEOF && len(data) > 0 {
		return 0, nil, io.ErrUnexpectedEOF
	}
	return 0, nil, nil
}

func frame(text string) string {
	return string(binary.BigEndian.AppendUint16(nil, uint16(len(text)))) + text
}

// texts are the tokens as texts.
func texts(src flow.Publisher[[]byte]) flow.Publisher[string] {
	return operators.Map(src, func(token []byte) string { return string(token) })
}

func TestScan(t *testing.T) {
	long := strings.Repeat("x", 60_000)
	stop := func(data []byte, atEOF bool) (int, []byte, error) {
		advance, token, err := bufio.ScanWords(data, atEOF)
		if string(token) == "stop" {
			return advance, nil, bufio.ErrFinalToken
		}
		return advance, token, err
	}
	for name, test := range map[string]struct {
		in    string
		split bufio.SplitFunc
		want  []string
		text  string // of the error, "" for none
	}{
		"empty":               {"", bufio.ScanWords, nil, ""},
		"words":               {" a  bc\nd", bufio.ScanWords, []string{"a", "bc", "d"}, ""},
		"no words":            {"  \n ", bufio.ScanWords, nil, ""},
		"runes":               {"aé", bufio.ScanRunes, []string{"a", "é"}, ""},
		"empty lines":         {"\n\na\n", bufio.ScanLines, []string{"", "", "a"}, ""},
		"frames":              {frame("ab") + frame("") + frame(long), frames, []string{"ab", "", long}, ""},
		"a frame is cut off":  {frame("ab") + frame("cd")[:3], frames, []string{"ab"}, "in: token 2: unexpected EOF"},
		"a final token":       {"a stop b", stop, []string{"a"}, ""},
		"more than a block":   {strings.Repeat(" ", 100_000) + long, bufio.ScanWords, []string{long}, ""},
		"more than one block": {strings.Repeat(frame(long), 3), frames, []string{long, long, long}, ""},
	} {
		for how, reader := range map[string]func(io.Reader) io.Reader{
			"whole":   func(r io.Reader) io.Reader { return r },
			"OneByte": iotest.OneByteReader,
			"DataErr": iotest.DataErrReader,
		} {
			t.Run(name+" "+how, func(t *testing.T) {
				src := sources.Scan(reader(strings.NewReader(test.in)), test.split, sources.WithName("in"))
				got, err := sinks.Slice(t.Context(), texts(src))
				require.Equal(t, test.want, got)
				if test.text == "" {
					require.NoError(t, err)
					return
				}
				require.EqualError(t, err, test.text)
			})
		}
	}
}

// TestScanBoundsTokens: the bytes that a token needs are counted, not those
// that happen to be there.
func TestScanBoundsTokens(t *testing.T) {
	for name, test := range map[string]struct {
		in    string
		split bufio.SplitFunc
		max   int
		want  []string
		text  string // of the error, "" for none
	}{
		"exactly":              {"abcd\nb\n", bufio.ScanLines, 5, []string{"abcd", "b"}, ""},
		"exactly at the end":   {"a\nabcde", bufio.ScanLines, 5, []string{"a", "abcde"}, ""},
		"one above":            {"a\nabcde\nb\n", bufio.ScanLines, 5, []string{"a"}, "token 2: "},
		"one above at the end": {"a\nabcdef", bufio.ScanLines, 5, []string{"a"}, "token 2: "},
		"frame":                {frame("abc") + frame("abc"), frames, 5, []string{"abc", "abc"}, ""},
		"frame above":          {frame("abc") + frame("abcd"), frames, 5, []string{"abc"}, "token 2: "},
		"bytes":                {"abc", bufio.ScanBytes, 1, []string{"a", "b", "c"}, ""},
		"endless":              {"a " + strings.Repeat("x", 1<<20), bufio.ScanWords, 100_000, []string{"a"}, "token 2: "},
		"default":              {strings.Repeat("x", sources.MaxToken), bufio.ScanWords, 0, []string{strings.Repeat("x", sources.MaxToken)}, ""},
		"above the default":    {strings.Repeat("x", sources.MaxToken+1), bufio.ScanWords, 0, nil, "token 1: "},
	} {
		for _, reader := range []func(io.Reader) io.Reader{
			func(r io.Reader) io.Reader { return r }, iotest.HalfReader,
		} {
			t.Run(name, func(t *testing.T) {
				opts := []sources.Option{sources.WithName("in")}
				if test.max > 0 {
					opts = append(opts, sources.WithMaxToken(test.max))
				}
				got, err := sinks.Slice(t.Context(), texts(sources.Scan(reader(strings.NewReader(test.in)), test.split, opts...)))
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
}

// TestScanFails behind whole tokens: what the error has cut off is not taken
// for a token.
func TestScanFails(t *testing.T) {
	for name, test := range map[string]struct {
		r     io.Reader
		split bufio.SplitFunc
		want  []string
		err   error
	}{
		"at once":   {iotest.ErrReader(errTest), bufio.ScanWords, nil, errTest},
		"behind":    {io.MultiReader(strings.NewReader("a b "), iotest.ErrReader(errTest)), bufio.ScanWords, []string{"a", "b"}, errTest},
		"within":    {io.MultiReader(strings.NewReader("a bc"), iotest.ErrReader(errTest)), bufio.ScanWords, []string{"a"}, errTest},
		"with data": {iotest.DataErrReader(io.MultiReader(strings.NewReader("a bc"), iotest.ErrReader(errTest))), bufio.ScanWords, []string{"a"}, errTest},
		"the function": {strings.NewReader("a b"), func(data []byte, atEOF bool) (int, []byte, error) {
			if string(data) == "b" {
				return 0, nil, errTest
			}
			return bufio.ScanWords(data, atEOF)
		}, []string{"a"}, errTest},
		"goes too far":   {strings.NewReader("a"), func(data []byte, _ bool) (int, []byte, error) { return len(data) + 1, nil, nil }, nil, bufio.ErrAdvanceTooFar},
		"panic":          {panickingReader{}, bufio.ScanWords, nil, errTest},
		"function panic": {strings.NewReader("a"), func([]byte, bool) (int, []byte, error) { panic(errTest) }, nil, errTest},
	} {
		t.Run(name, func(t *testing.T) {
			src := sources.Scan(test.r, test.split)
			got, err := sinks.Slice(t.Context(), texts(src))
			require.Equal(t, test.want, got)
			require.ErrorIs(t, err, test.err)
			_, err = sinks.Slice(t.Context(), src) // a second one is not held up
			require.ErrorIs(t, err, test.err)
		})
	}
}

// TestReadersThatGo leave the reader to other subscriptions.
func TestReadersThatGo(t *testing.T) {
	first := true
	r := readerFunc(func(p []byte) (int, error) {
		if first {
			first = false
			runtime.Goexit()
		}
		return copy(p, "a\n"), io.EOF
	})
	src := sources.Lines(r)
	_, err := sinks.Slice(t.Context(), src)
	require.ErrorIs(t, err, flow.ErrGoexit)
	got, err := sinks.Slice(t.Context(), src)
	require.NoError(t, err)
	require.Equal(t, []string{"a"}, got)
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// TestScanCopies: a token is not overwritten by what is read later.
func TestScanCopies(t *testing.T) {
	r := iotest.HalfReader(strings.NewReader(strings.Repeat("abc ", 50_000)))
	all, err := sinks.Slice(t.Context(), sources.Scan(r, bufio.ScanWords, sources.WithMaxToken(8)))
	require.NoError(t, err)
	require.Len(t, all, 50_000)
	for _, token := range all {
		require.Equal(t, "abc", string(token))
	}
}

func TestScanCloses(t *testing.T) {
	r := &closer{Reader: strings.NewReader("a b"), err: errTest}
	got, err := sinks.Slice(t.Context(), texts(sources.Scan(r, bufio.ScanWords, sources.WithClose())))
	require.Equal(t, []string{"a", "b"}, got)
	require.ErrorIs(t, err, errTest)
	require.EqualValues(t, 1, r.closed.Load())
}

// TestScanIsHot: a second subscription reads on where the first left off, and
// nothing is read without demand.
func TestScanIsHot(t *testing.T) {
	flowtest.Expect(t, sources.Scan(iotest.ErrReader(errors.New("read")), bufio.ScanWords)).NoSignal().Cancel()
	src := texts(sources.Scan(strings.NewReader("a b c d"), bufio.ScanWords))
	first, err := sinks.First(t.Context(), src)
	require.NoError(t, err)
	require.Equal(t, "a", first)
	flowtest.Expect(t, src).Request(1).Next("b").Cancel()
	rest, err := sinks.Slice(t.Context(), src)
	require.NoError(t, err)
	require.Equal(t, []string{"c", "d"}, rest)
}

func TestScanArguments(t *testing.T) {
	for text, f := range map[string]func(){
		"sources.Scan: nil reader":                           func() { sources.Scan(nil, bufio.ScanWords) },
		"sources.Scan: nil function":                         func() { sources.Scan(strings.NewReader(""), nil) },
		"sources.WithMaxToken: 0 bytes, must be at least 1":  func() { sources.WithMaxToken(0) },
		"sources.WithMaxToken: -1 bytes, must be at least 1": func() { sources.WithMaxToken(-1) },
	} {
		require.PanicsWithValue(t, text, f)
	}
	sources.Scan(failing{}, func([]byte, bool) (int, []byte, error) { t.Error("called"); return 0, nil, nil })
}
