package graphs

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"testing/fstest"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

func textRows[T any]() []sourceRow[T] {
	return []sourceRow[T]{
		{"Lines", (*draw[T]).lines},
		{"Files", (*draw[T]).files},
	}
}

// parsed makes elements of texts.
func (d *draw[T]) parsed(pub flow.Publisher[string], number func(string) string) flow.Publisher[T] {
	return operators.TryMap(pub, func(_ context.Context, text string) (T, error) {
		v, err := strconv.Atoi(number(text))
		return d.mint(v), err
	})
}

// lines draws a text with a number in each line. Some readers give a few bytes
// at a time, and some take their time. The source is hot, which is right: what
// is drawn is subscribed once.
func (d *draw[T]) lines() stream[T] {
	want, call := d.numbers(), d.function()
	var text strings.Builder
	for i, v := range want {
		text.WriteString(strconv.Itoa(v))
		if i < len(want)-1 || d.intn(2) == 0 {
			text.WriteString(oneOf(d, "\n", "\r\n"))
		}
	}
	r := &reader{text: strings.NewReader(text.String()), most: oneOf(d, 3, 50, 1<<20), call: call}
	var opts []sources.Option
	if d.intn(2) == 0 {
		opts = append(opts, sources.WithClose())
	}
	if d.intn(3) == 0 {
		wait := d.pause()
		r.wait = func() { sleep(wait) }
	}
	same := func(line string) string { return line }
	return origin(d.parsed(sources.Lines(r, opts...), same), want, fmt.Sprintf("Lines(%d bytes at a time, %d options)", r.most, len(opts)))
}

// reader reads a text in portions, with a user's function in each.
type reader struct {
	text *strings.Reader
	most int
	wait func()
	call func() error
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.call(); err != nil {
		return 0, err
	}
	if r.wait != nil {
		r.wait()
	}
	return io.LimitReader(r.text, int64(r.most)).Read(p)
}

func (*reader) Close() error { return nil }

// files draws directories with a file for each number, which is in its name.
// The file system calls a user's function whenever it reads a directory.
func (d *draw[T]) files() stream[T] {
	want, dirs := d.numbers(), 1+d.intn(10)
	all := make(fstest.MapFS)
	for i, v := range want { // in the order of the walk
		all[fmt.Sprintf("%03d/%04d-%d", i*dirs/len(want), i, v)] = &fstest.MapFile{}
	}
	src := sources.Files(readDirs{all, d.function()}, ".")
	number := func(path string) string { return path[strings.LastIndexByte(path, '-')+1:] }
	return origin(d.parsed(src, number), want, fmt.Sprintf("Files in %d directories", dirs))
}

// readDirs is a file system whose directories cannot be read when call fails.
type readDirs struct {
	fstest.MapFS
	call func() error
}

func (f readDirs) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := f.call(); err != nil {
		return nil, err
	}
	return f.MapFS.ReadDir(name)
}
