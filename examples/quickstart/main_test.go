package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// disk lays a small tree on disk. It has a file system below it that tests
// replace, and files for what is done to the directory itself.
func disk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, fstest.MapFS{
		"a.go":            {Data: []byte("b a c a b a")},
		"sub/b.go":        {Data: []byte("c d")},
		"not_a_file.go/x": {Data: []byte("a")},
	}))
	return dir
}

// transcript is a writer for several goroutines, which tells when a text has come.
type transcript struct {
	mu    sync.Mutex
	text  string
	await string
	seen  chan struct{}
}

func awaiting(text string) *transcript { return &transcript{await: text, seen: make(chan struct{})} }

func (l *transcript) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := strings.Contains(l.text, l.await)
	l.text += string(p)
	if l.seen != nil && !before && strings.Contains(l.text, l.await) {
		close(l.seen)
	}
	return len(p), nil
}

func (l *transcript) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text
}

// hooked is a file system that calls a function before a file is opened.
type hooked struct {
	fs.FS
	open func(name string) error
}

func (h hooked) Open(name string) (fs.File, error) {
	if err := h.open(name); err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return h.FS.Open(name)
}

func TestRunPrintsOnlyResultsToStandardOutput(t *testing.T) {
	var stdout, stderr bytes.Buffer
	dir := disk(t)
	require.NoError(t, os.Symlink(filepath.Join(dir, "a.go"), filepath.Join(dir, "link.go"))) // no regular file
	status := run(t.Context(), []string{"-dir", dir, "-addr", "127.0.0.1:0", "-top", "3"}, &stdout, &stderr)
	require.Zero(t, status, &stderr)
	require.Equal(t, "3 a\n2 b\n2 c\n", stdout.String())
	require.Contains(t, stderr.String(), "8 identifiers, 4 different, in ")
	require.Regexp(t, `stage +in +out +dropped +busy +backpressured +idle`, stderr.String())
	require.Regexp(t, `\n\n[^\n]+\.\n$`, stderr.String(), "the last line is a sentence")
}

var errDisk = errors.New("disk on fire")

func TestUnreadableIsNamedAndTheRestIsCounted(t *testing.T) {
	open := func(dir string) fs.FS {
		return hooked{os.DirFS(dir), func(name string) error {
			if name == "a.go" || name == "locked" {
				return errDisk
			}
			return nil
		}}
	}
	dir := disk(t)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "locked"), 0o755))
	var stdout, stderr bytes.Buffer
	require.Equal(t, 1, runOn(t.Context(), open, []string{"-dir", dir, "-addr", "127.0.0.1:0"}, &stdout, &stderr))
	require.Equal(t, "1 c\n1 d\n", stdout.String())
	require.Contains(t, stderr.String(), "unreadable: a.go: disk on fire\n")
	require.Contains(t, stderr.String(), "unreadable: locked: disk on fire\n")
	require.True(t, strings.HasSuffix(stderr.String(), "\nquickstart: 2 files or directories could not be read\n"), &stderr)
}

func TestReadErrorInTheMiddleOfAFile(t *testing.T) {
	open := func(string) fs.FS {
		return fstest.MapFS{"dir.go": {Data: []byte("a"), Mode: 0o644}, "b.go": {Data: []byte("b")}}
	}
	failing := func(dir string) fs.FS { return halfway{open(dir)} }
	var stdout, stderr bytes.Buffer
	require.Equal(t, 1, runOn(t.Context(), failing, []string{"-dir", t.TempDir(), "-addr", "127.0.0.1:0"}, &stdout, &stderr))
	require.Equal(t, "1 b\n", stdout.String())
	require.Contains(t, stderr.String(), "unreadable: dir.go: disk on fire\n")
}

// halfway is a file system with a file that fails while it is read.
type halfway struct{ fs.FS }

func (h halfway) Open(name string) (fs.File, error) {
	f, err := h.FS.Open(name)
	if name == "dir.go" {
		f = failingFile{f}
	}
	return f, err
}

type failingFile struct{ fs.File }

func (failingFile) Read(p []byte) (int, error) { return copy(p, "half "), errDisk }

func TestRootThatCannotBeReadIsAnError(t *testing.T) {
	open := func(dir string) fs.FS { return hooked{os.DirFS(dir), func(string) error { return errDisk }} }
	var stdout, stderr bytes.Buffer
	require.Equal(t, 1, runOn(t.Context(), open, []string{"-dir", t.TempDir(), "-addr", "127.0.0.1:0"}, &stdout, &stderr))
	require.Empty(t, stdout.String())
	require.Contains(t, stderr.String(), "quickstart: files: ")
	require.NotContains(t, stderr.String(), "goroutine")
}

func TestBadUsageIsOneLine(t *testing.T) {
	used, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = used.Close() }()
	dir := disk(t)
	for _, tt := range []struct {
		args   []string
		status int
		text   string
	}{
		{[]string{"-nonsense"}, 2, "-nonsense"},
		{[]string{"-workers", "0"}, 2, "-workers 0: must be from 1"},
		{[]string{"-workers", "100000000"}, 2, "-workers 100000000: must be from 1"},
		{[]string{"-workers", "x"}, 2, `"x"`},
		{[]string{"-top", "-1"}, 2, "-top -1: must not be negative"},
		{[]string{"-addr", ""}, 2, "-addr: must not be empty"},
		{[]string{dir}, 2, "is given with -dir"},
		{[]string{"-dir", filepath.Join(dir, "none")}, 1, "none: "},
		{[]string{"-dir", filepath.Join(dir, "a.go")}, 1, "not a directory"},
		{[]string{"-dir", dir, "-addr", used.Addr().String()}, 1, "address already in use"},
		{[]string{"-dir", dir, "-addr", "nonsense"}, 1, "nonsense"},
	} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, tt.status, run(t.Context(), tt.args, &stdout, &stderr), "%v", tt.args)
		require.Contains(t, stderr.String(), tt.text)
		require.True(t, strings.HasPrefix(stderr.String(), "quickstart: "), "%v: %s", tt.args, &stderr)
		require.Equal(t, 1, strings.Count(stderr.String(), "\n"), "%v: %s", tt.args, &stderr)
		require.Empty(t, stdout.String())
	}
}

func TestHelpNamesTheFlags(t *testing.T) {
	var stdout, stderr bytes.Buffer
	require.Zero(t, run(t.Context(), []string{"-h"}, &stdout, &stderr))
	require.Empty(t, stdout.String())
	for _, name := range []string{"-dir", "-top", "-addr", "-workers"} {
		require.Contains(t, stderr.String(), "  "+name)
	}
}

func TestDefaultDirectoryIsTheSourceOfGo(t *testing.T) {
	o, err := parse(nil, io.Discard)
	require.NoError(t, err)
	require.NoError(t, o.check())
	require.FileExists(t, filepath.Join(o.dir, "fmt", "print.go"))

	t.Setenv("PATH", "") // no go command
	o.dir = ""
	if err := o.check(); err != nil { // compiled with -trimpath
		require.ErrorContains(t, err, "give a directory with -dir")
	}
}

func TestMetricsAnswerWhileItRuns(t *testing.T) {
	stderr := awaiting("/metrics\n")
	var page string
	open := func(dir string) fs.FS {
		return hooked{os.DirFS(dir), func(name string) error {
			if name == "sub/b.go" {
				<-stderr.seen
				page = get(t, regexp.MustCompile(`http://\S+`).FindString(stderr.String()))
			}
			return nil
		}}
	}
	var stdout bytes.Buffer
	require.Zero(t, runOn(t.Context(), open, []string{"-dir", disk(t), "-addr", "127.0.0.1:0", "-workers", "1"}, &stdout, stderr))
	require.Contains(t, page, `weir_stage_elements_total{direction="in",stage="read.1",stream="quickstart"}`)
	require.Contains(t, page, `stage="sample"`)
}

func get(t *testing.T, url string) string {
	transport := &http.Transport{DisableKeepAlives: true}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		return err.Error()
	}
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return fmt.Sprint(string(body), err)
}

func TestCancelledContextIsAnError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	require.Equal(t, 1, run(ctx, []string{"-dir", disk(t), "-addr", "127.0.0.1:0"}, &stdout, &stderr))
	require.Empty(t, stdout.String())
	require.Contains(t, stderr.String(), "quickstart: context canceled\n")
}

func TestProgressIsOneLineOnATerminal(t *testing.T) {
	var w strings.Builder
	s := newScreen(&w)
	s.show("one")
	s.terminal = true
	s.show("12")
	s.show("3")
	s.print("stays")
	require.Equal(t, "one\n12\r  \r3\r \rstays\n", w.String())
}
