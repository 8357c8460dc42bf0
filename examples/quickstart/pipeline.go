package main

import (
	"context"
	"hash/maphash"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// job says what to count, and whom to tell.
type job struct {
	fsys       fs.FS
	workers    int
	unreadable func(path string, err error)
	slow       time.Duration // what the slow sink takes for an element
}

// start adds the pipeline to the graph:
//
//	files -> go-files -> paths -+-> mine.1 -> lines.1 -> hop.1 -> identifiers.1 -> count.1 -> done.1 -+-> merge -> total -> result
//	                            +-> mine.2 -> ...                                                     +
//	                            +-> sample (drops the oldest) -> slow
//
// The counts are in result when the graph has ended.
func (j job) start(ctx context.Context, g *scheduler.Graph, result *map[string]int) {
	files := sources.Files(j.fsys, ".", sources.WithName("files"), sources.WithWalkError(j.skip))
	goFiles := operators.Filter(files, isGo, operators.WithName("go-files"))
	paths := operators.Broadcast(goFiles, j.workers+1, 64, operators.WithName("paths"))

	counts := make([]flow.Publisher[map[string]int], j.workers)
	for i := range counts {
		counts[i] = j.worker(i, paths[i])
	}
	total := operators.Fold(operators.Merge(1, counts...), map[string]int{}, add, operators.WithName("total"))
	g.Go(func() (err error) {
		*result, err = sinks.First(ctx, total, sinks.WithName("result"))
		return err
	})

	sample := operators.Buffer(paths[j.workers], 16, flow.DropOldest, operators.WithName("sample"))
	g.Go(func() error {
		return sinks.ForEach(ctx, sample, j.linger, sinks.WithName("slow"))
	})
}

// worker counts the identifiers of its share of the files: one island reads
// and splits into lines, another one splits lines and counts, concurrently with
// those of the other workers.
func (j job) worker(i int, paths flow.Publisher[string]) flow.Publisher[map[string]int] {
	name := func(stage string) operators.Option {
		return operators.WithName(stage + "." + strconv.Itoa(i+1))
	}
	mine := operators.Filter(paths, func(path string) bool { return share(path, j.workers) == i }, name("mine"))
	lines := operators.FlatMapSlice(mine, j.lines, name("lines"))
	hop := operators.Async(lines, 4096, name("hop"))
	words := operators.FlatMapSlice(hop, identifiers, name("identifiers"))
	counts := operators.Fold(words, map[string]int{}, count, name("count"))
	return operators.Async(counts, 1, name("done"))
}

func isGo(path string) bool { return strings.HasSuffix(path, ".go") }

var seed = maphash.MakeSeed()

// share returns which worker has the file.
func share(path string, workers int) int {
	return int(maphash.String(seed, path) % uint64(workers))
}

// lines returns the lines of a file. One that cannot be read is reported, and
// has none.
func (j job) lines(path string) []string {
	content, err := fs.ReadFile(j.fsys, path)
	if err != nil {
		j.unreadable(path, err)
		return nil
	}
	return strings.Split(string(content), "\n")
}

// skip reports what the walk cannot look at, and goes on.
func (j job) skip(path string, err error) error {
	j.unreadable(path, err)
	return nil
}

// linger is the slow sink.
func (j job) linger(ctx context.Context, _ string) error {
	select {
	case <-time.After(j.slow):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func count(m map[string]int, word string) map[string]int {
	m[word]++
	return m
}

func add(sum, m map[string]int) map[string]int {
	for word, n := range m {
		sum[word] += n
	}
	return sum
}
