package main

import (
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/metrics"
	"github.com/weirgo/weir/scheduler"
)

// tree has the traps of a real source tree.
func tree() fstest.MapFS {
	fsys := fstest.MapFS{
		"a.go":             {Data: []byte("package a\n\nfunc f(x int) int { return x }\n")},
		"empty.go":         {},
		"newline.go":       {Data: []byte("\n")},
		"not_a_file.go/b":  {Data: []byte("not go")},
		"pipe.go":          {Mode: fs.ModeNamedPipe, Data: []byte("not regular")},
		"dir/crlf.go":      {Data: []byte("package a\r\nvar x int\r\n\r\n")},
		"dir/no_end.go":    {Data: []byte("var last int")},
		"dir/bytes.go":     {Data: []byte("x\x00y \xff\xfe 1a a1\n\xe2\x28\xa1 z\xc3")},
		"dir/readme.md":    {Data: []byte("x x x x")},
		"dir/sub/long.go":  {Data: []byte(strings.Repeat("word ", 1<<19))},
		"dir/sub/one.go":   {Data: []byte(strings.Repeat("w", 1<<21))},
		"dir/sub/lines.go": {Data: []byte(strings.Repeat("x y\n", 1<<15))},
	}
	for i := range 300 {
		fsys[fmt.Sprintf("gen/f%03d.go", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "var v%d = w%d\n", i, i%7)}
	}
	return fsys
}

// plain is the job as a single-threaded loop.
func plain(t *testing.T, fsys fs.FS) (words map[string]int, lines int64) {
	t.Helper()
	words = make(map[string]int)
	separates := func(c rune) bool { return !strings.ContainsRune(alphabet, c) }
	require.NoError(t, fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || filepath.Ext(path) != ".go" {
			return err
		}
		f, err := fsys.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		scanner := bufio.NewScanner(f)
		scanner.Buffer(nil, 1<<24)
		for ; scanner.Scan(); lines++ {
			for _, word := range strings.FieldsFunc(scanner.Text(), separates) {
				if word[0] < '0' || word[0] > '9' {
					words[word]++
				}
			}
		}
		return scanner.Err()
	}))
	return words, lines
}

const alphabet = "_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// plainly returns c as a map of its own.
func (c *counts) plainly() map[string]int {
	all := make(map[string]int)
	for word, at := range c.at {
		all[word] = c.n[at]
	}
	return all
}

func TestCountsEqualThoseOfAPlainLoop(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	fsys := tree()
	want, wantLines := plain(t, fsys)
	for _, workers := range []int{1, 2, 3, 8} {
		var got *counts
		m := metrics.New(nil, metrics.WithMaxStages(200))
		g, ctx := scheduler.NewGraph(ctx, "test", scheduler.Observe(m))
		j := &job{fsys: fsys, workers: workers, slow: time.Millisecond, unreadable: func(path string, err error) {
			t.Errorf("%s: %v", path, err)
		}}
		j.start(ctx, g, &got)
		require.NoError(t, g.Wait())
		require.Equal(t, want, got.plainly(), "%d workers", workers)

		sums := make(map[string]int64) // of what the stages handed on
		for _, s := range m.Snapshot() {
			name, _, _ := strings.Cut(s.Stage, ".")
			sums[name] += s.Out
			if name == "sample" {
				require.Equal(t, s.In, s.Out+s.Dropped())
				require.Positive(t, s.Dropped(), "the slow branch must not hold up the others")
			}
		}
		require.EqualValues(t, len(fsys)-3, sums["read"]) // but a pipe, a text, and what is in not_a_file.go
		require.Equal(t, wantLines, sums["lines"])
		require.EqualValues(t, got.total(), sums["identifiers"])
	}
}

func TestIdentifiers(t *testing.T) {
	var s splitter
	for line, want := range map[string]string{
		"":                     "[]",
		"x":                    "[x]",
		"func f(a_1, _ int) {": "[func f a_1 _ int]",
		"123abc 0x1F a1 _9":    "[a1 _9]",
		"größe naïve":          "[gr e na ve]",
		"a\x00b\tc\r":          "[a b c]",
		"\xff\xfeif\xff":       "[if]",
		"x.y->z9;1e9":          "[x y z9]",
	} {
		require.Equal(t, want, fmt.Sprint(s.identifiers(line)), "%q", line)
	}
}

var wordRun = regexp.MustCompile(`[A-Za-z0-9_]+`)

func FuzzIdentifiers(f *testing.F) {
	f.Add("func f(a_1, _ int) {", "123abc \xff x")
	f.Add(strings.Repeat("a ", 2*roomAhead), "b")
	f.Fuzz(func(t *testing.T, one, two string) {
		var s splitter
		var got [2][]string
		for i, line := range []string{one, two} {
			got[i] = s.identifiers(line)
		}
		for i, line := range []string{one, two} { // the second call must leave the first result alone
			want := slices.DeleteFunc(wordRun.FindAllString(line, -1), func(w string) bool { return w[0] <= '9' })
			require.Equal(t, fmt.Sprint(want), fmt.Sprint(got[i]))
		}
	})
}

func TestLines(t *testing.T) {
	for text, want := range map[string][]string{
		"":         nil,
		"\n":       {""},
		"a":        {"a"},
		"a\n":      {"a"},
		"a\r\n\nb": {"a\r", "", "b"},
	} {
		require.Equal(t, want, lines(text), "%q", text)
	}
}

func TestTopIsTheBeginningOfAll(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	c := newCounts()
	for i := range 5000 {
		c.set(fmt.Sprint("w", i), 1+random.IntN(100))
	}
	all := c.top(1 << 62)
	require.Len(t, all, 5000)
	require.True(t, slices.IsSortedFunc(all, func(a, b tally) int {
		if a.n != b.n {
			return b.n - a.n
		}
		return strings.Compare(a.word, b.word)
	}))
	for _, n := range []int{0, 1, 20, 999, 4999, 5000, 5001} {
		require.Equal(t, fmt.Sprint(all[:min(n, len(all))]), fmt.Sprint(c.top(n)), "top %d", n)
	}
}

func TestAddKeepsEveryWord(t *testing.T) {
	small, large := newCounts(), newCounts()
	for _, word := range []string{"a", "b", "b"} {
		count(small, word)
	}
	for _, word := range []string{"b", "c", "d"} {
		count(large, word)
	}
	want := map[string]int{"a": 1, "b": 3, "c": 1, "d": 1}
	require.Equal(t, want, add(small, large).plainly())
}
