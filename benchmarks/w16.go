package main

import (
	"bufio"
	"bytes"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// w16 is a job of the usual kind: read files, take them apart, count. The source
// of Go 1.26 is 90 MB.
func w16() Workload {
	return Workload{
		Name: "W16",
		What: "Go's own source, lines, identifiers, counted by name: beside one loop over lines",
		N:    8_000, // files, or as many as there are
		Want: wordsInFiles,
		Must: []Target{{Ratio, 1 / 1.7}},
		By: []Contestant{
			{"weir", Ours, timed(countFiles)},
			{"loop", Limit, timed(func(n int) (int64, error) {
				t := newTally()
				err := t.files(goFiles(n))
				return t.value(), err
			})},
		},
	}
}

// w16g has as its limit two goroutines that take files from a counter.
func w16g() Workload {
	w := w16()
	w.Name, w.What = "W16g", "the same beside two goroutines that share the files"
	w.Must = []Target{{Ratio, 1 / 0.9}}
	w.By = []Contestant{
		{"weir", Ours, timed(countFiles)},
		{"goroutines", Limit, timed(func(n int) (int64, error) {
			paths := goFiles(n)
			var next atomic.Int64
			var all sync.WaitGroup
			var parts [2]*tally
			var errs [2]error
			for i := range parts {
				parts[i] = newTally()
				all.Go(func() {
					for at := next.Add(1) - 1; at < int64(len(paths)) && errs[i] == nil; at = next.Add(1) - 1 {
						errs[i] = parts[i].files(paths[at : at+1])
					}
				})
			}
			all.Wait()
			for _, err := range errs {
				if err != nil {
					return 0, err
				}
			}
			return sumTallies(parts[0], parts[1]).value(), nil
		})},
	}
	return w
}

// countFiles has two islands that count, and one that adds their results.
func countFiles(n int) (int64, error) {
	shares := operators.Balance(sources.Slice(goFiles(n)), 2, 8)
	counted := make([]flow.Publisher[*tally], len(shares))
	for i, paths := range shares {
		texts := operators.TryMap(paths, (&fileReader{}).read)
		lines := operators.FlatMapSlice(texts, splitLines)
		words := operators.FlatMapSlice(lines, new(splitter).words)
		counted[i] = operators.Async(operators.Fold(words, newTally(), (*tally).add), 1)
	}
	all, err := sinks.Reduce(context.Background(), operators.Merge(1, counted...), sumTallies)
	if err != nil {
		return 0, err
	}
	return all.value(), nil
}

// tally says how often each word was there.
type tally struct {
	at map[string]int // where its number is
	n  []int64
}

func newTally() *tally { return &tally{at: make(map[string]int, 1<<16)} }

// add counts a word, which shares memory with a file.
func (t *tally) add(word string) *tally {
	if at, ok := t.at[word]; ok {
		t.n[at]++
		return t
	}
	t.set(strings.Clone(word), 1)
	return t
}

func (t *tally) set(word string, n int64) {
	t.at[word] = len(t.n)
	t.n = append(t.n, n)
}

func sumTallies(a, b *tally) *tally {
	for word, from := range b.at {
		if at, ok := a.at[word]; ok {
			a.n[at] += b.n[from]
		} else {
			a.set(word, b.n[from])
		}
	}
	return a
}

// value is the number of words, and that of different ones.
func (t *tally) value() int64 {
	sum := int64(len(t.n))
	for _, n := range t.n {
		sum += n
	}
	return sum
}

// files counts the words of files, line by line.
func (t *tally) files(paths []string) error {
	var split splitter
	room := make([]byte, 0, 1<<16)
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		lines := bufio.NewScanner(f)
		lines.Buffer(room, 1<<24)
		for lines.Scan() {
			for _, word := range split.words(lines.Text()) {
				t.add(word)
			}
		}
		if err := lines.Err(); err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}

// fileReader reads files, all into the same memory.
type fileReader struct{ room bytes.Buffer }

func (r *fileReader) read(_ context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	r.room.Reset()
	_, err = r.room.ReadFrom(f)
	return r.room.String(), err
}

func splitLines(text string) []string { return strings.Split(text, "\n") }

// splitter splits lines into words, in memory for many of them.
type splitter struct{ free []string }

// words returns the identifiers in the line, and what else looks like one.
func (s *splitter) words(line string) []string {
	if cap(s.free) < 64 {
		s.free = make([]string, 0, 4096)
	}
	all := s.free
	for i := 0; i < len(line); i++ {
		if !inWord[line[i]] {
			continue
		}
		start := i
		for i < len(line) && inWord[line[i]] {
			i++
		}
		all = append(all, line[start:i])
	}
	s.free = all[len(all):]
	return slices.Clip(all)
}

var inWord = func() (is [256]bool) {
	for c := range is {
		is[c] = isWord(rune(c))
	}
	return is
}()

func isWord(c rune) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// wordsInFiles is what value is of the first n files, found in another way.
func wordsInFiles(n int) (value int64) {
	seen := map[string]bool{}
	for _, path := range goFiles(n) {
		text, err := os.ReadFile(path)
		if err != nil {
			return -1
		}
		for word := range bytes.FieldsFuncSeq(text, func(c rune) bool { return !isWord(c) }) {
			if value++; !seen[string(word)] {
				seen[string(word)] = true
				value++
			}
		}
	}
	return value
}

// goFiles returns the first n files of Go's source.
func goFiles(n int) []string {
	all := allGoFiles()
	return all[:min(n, len(all))]
}

var allGoFiles = sync.OnceValue(func() (all []string) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil
	}
	_ = filepath.WalkDir(filepath.Join(strings.TrimSpace(string(root)), "src"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.HasSuffix(path, ".go") {
			all = append(all, path)
		}
		return nil
	})
	return all
})
