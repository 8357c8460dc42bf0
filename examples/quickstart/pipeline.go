package main

import (
	"bytes"
	"context"
	"io/fs"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// job says what to count, and whom to tell. It is for one run.
type job struct {
	fsys       fs.FS
	workers    int
	unreadable func(path string, err error) // called from several goroutines
	slow       time.Duration                // what the slow sink takes for an element
}

// start adds the pipeline to the graph:
//
//	files -> go-files -> offer -> paths -+-> mine.1 -> read.1 -> ahead.1 -> lines.1 -> identifiers.1 -> count.1 -> done.1 -+-> merge -> result
//	                                     +-> mine.2 -> ...                                                                 +
//	                                     +-> sample (drops the oldest) -> slow
//
// paths, ahead, done and sample are boundaries: what is above them runs at the
// same time as what is below. The counts are in result when the graph has ended.
func (j *job) start(ctx context.Context, g *scheduler.Graph, result **counts) {
	files := sources.Files(j.fsys, ".", sources.WithName("files"), sources.WithWalkError(j.skip))
	goFiles := operators.Filter(files, isGo, operators.WithName("go-files"))
	offers := operators.Map(goFiles, newFile, operators.WithName("offer"))
	paths := operators.Broadcast(offers, j.workers+1, 64, operators.WithName("paths"))

	done := make([]flow.Publisher[*counts], j.workers)
	for i := range done {
		done[i] = j.worker(strconv.Itoa(i+1), paths[i])
	}
	merged := operators.Merge(1, done...)
	g.Go(func() (err error) {
		*result, err = sinks.Fold(ctx, merged, new(counts), add, sinks.WithName("result"))
		return err
	})

	sample := operators.Buffer(paths[j.workers], 16, flow.DropOldest, operators.WithName("sample"))
	g.Go(func() error {
		return sinks.ForEach(ctx, sample, j.linger, sinks.WithName("slow"))
	})
}

// worker counts the identifiers of the files that it is the first to take.
func (j *job) worker(number string, paths flow.Publisher[*file]) flow.Publisher[*counts] {
	name := func(stage string) operators.Option { return operators.WithName(stage + "." + number) }

	mine := operators.Filter(paths, (*file).take, name("mine"))
	texts := operators.Map(mine, (&reader{job: j}).read, name("read"))
	ahead := operators.Async(texts, 4, name("ahead")) // reads on while it counts
	rows := operators.FlatMapSlice(ahead, lines, name("lines"))
	words := operators.FlatMapSlice(rows, new(splitter).identifiers, name("identifiers"))
	counted := operators.Fold(words, newCounts(), count, name("count"))
	return operators.Async(counted, 1, name("done")) // or all would count where they are merged
}

// file is a file that all workers are offered and one takes.
type file struct {
	path  string
	taken atomic.Bool
}

func newFile(path string) *file { return &file{path: path} }

func (f *file) take() bool { return f.taken.CompareAndSwap(false, true) }

func isGo(path string) bool { return strings.HasSuffix(path, ".go") }

// reader reads files. It serves one stage, and reads all into the same memory.
type reader struct {
	*job
	buffer bytes.Buffer
}

// read returns the content of the file. One that cannot be read is reported
// and empty: an error of TryMap would end the stream.
func (r *reader) read(f *file) string {
	r.buffer.Reset()
	in, err := r.fsys.Open(f.path)
	if err == nil {
		defer func() { _ = in.Close() }()
		_, err = r.buffer.ReadFrom(in)
	}
	if err != nil {
		r.unreadable(f.path, err)
		return ""
	}
	return r.buffer.String()
}

// skip reports what the walk cannot look at, and goes on.
func (j *job) skip(path string, err error) error {
	j.unreadable(path, err)
	return nil
}

// linger is the slow sink: whatever takes long, as a screen or a remote
// service does.
func (j *job) linger(ctx context.Context, _ *file) error {
	select {
	case <-time.After(j.slow):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
