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
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/weirgo/weir/scheduler"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestIdentifiers(t *testing.T) {
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
		require.Equal(t, want, fmt.Sprint(identifiers(line)), "%q", line)
	}
}

// tree has the traps of a real source tree.
func tree() fstest.MapFS {
	fsys := fstest.MapFS{
		"a.go":             {Data: []byte("package a\n\nfunc f(x int) int { return x }\n")},
		"empty.go":         {},
		"not_a_file.go/b":  {Data: []byte("not go")},
		"dir/crlf.go":      {Data: []byte("package a\r\nvar x int\r\n")},
		"dir/no_end.go":    {Data: []byte("var last int")},
		"dir/bytes.go":     {Data: []byte("x\x00y \xff\xfe 1a a1")},
		"dir/readme.md":    {Data: []byte("x x x x")},
		"dir/sub/long.go":  {Data: []byte(strings.Repeat("word ", 1<<19))},
		"dir/sub/lines.go": {Data: []byte(strings.Repeat("x y\n", 1<<15))},
	}
	for i := range 300 {
		fsys[fmt.Sprintf("gen/f%03d.go", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "var v%d = w%d\n", i, i%7)}
	}
	return fsys
}

// plain is the job as a single-threaded loop.
func plain(t *testing.T, fsys fs.FS) map[string]int {
	counts := make(map[string]int)
	require.NoError(t, fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || filepath.Ext(path) != ".go" {
			return err
		}
		content, err := fs.ReadFile(fsys, path)
		if err != nil {
			return nil //nolint:nilerr // it is reported elsewhere
		}
		word := ""
		for _, c := range append(content, ' ') {
			switch {
			case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_':
				word += string(rune(c))
			default:
				if word != "" && (word[0] < '0' || word[0] > '9') {
					counts[word]++
				}
				word = ""
			}
			if len(word) > 1<<16 {
				return errors.New("this loop is for short words")
			}
		}
		return nil
	}))
	return counts
}

func TestCountsEqualThoseOfAPlainLoop(t *testing.T) {
	fsys := tree()
	want := plain(t, fsys)
	for workers := 1; workers <= 4; workers++ {
		var got map[string]int
		g, ctx := scheduler.NewGraph(t.Context(), "test")
		job{fsys: fsys, workers: workers, slow: time.Microsecond, unreadable: func(path string, err error) {
			t.Errorf("%s: %v", path, err)
		}}.start(ctx, g, &got)
		require.NoError(t, g.Wait())
		require.Equal(t, want, got, "%d workers", workers)
	}
}

// broken is a file system in which some files cannot be read.
type broken struct{ fs.FS }

var errDisk = errors.New("disk")

func (b broken) Open(name string) (fs.File, error) {
	if strings.Contains(name, "crlf") || name == "gen" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errDisk}
	}
	return b.FS.Open(name)
}

func TestUnreadableFilesAreReportedAndTheRestGoesOn(t *testing.T) {
	fsys := broken{tree()}
	var mu sync.Mutex
	var bad []string
	var got map[string]int
	g, ctx := scheduler.NewGraph(t.Context(), "test")
	job{fsys: fsys, workers: 2, unreadable: func(path string, err error) {
		mu.Lock()
		defer mu.Unlock()
		require.ErrorIs(t, err, errDisk)
		bad = append(bad, path)
	}}.start(ctx, g, &got)
	require.NoError(t, g.Wait())
	require.ElementsMatch(t, []string{"dir/crlf.go", "gen"}, bad)
	require.Equal(t, 1<<19, got["word"])
	require.Zero(t, got["v1"])
}

// write lays a small tree on disk.
func write(t *testing.T) string {
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, fstest.MapFS{
		"a.go":     {Data: []byte("b a c a b a")},
		"sub/b.go": {Data: []byte("c d")},
	}))
	return dir
}

func TestRun(t *testing.T) {
	var stdout, stderr bytes.Buffer
	status := run(t.Context(), []string{"-dir", write(t), "-addr", "127.0.0.1:0", "-top", "3"}, &stdout, &stderr)
	require.Zero(t, status, stderr.String())
	require.Equal(t, "3 a\n2 b\n2 c\n", stdout.String())
	require.Contains(t, stderr.String(), "backpressured")
	require.Contains(t, stderr.String(), "identifiers")
}

func TestRunNamesWhatItCannotRead(t *testing.T) {
	dir := write(t)
	require.NoError(t, os.Symlink("missing", filepath.Join(dir, "link.go"))) // no regular file: not counted
	if os.Geteuid() != 0 {
		require.NoError(t, os.Chmod(filepath.Join(dir, "a.go"), 0))
		var stdout, stderr bytes.Buffer
		require.Equal(t, 1, run(t.Context(), []string{"-dir", dir, "-addr", "127.0.0.1:0"}, &stdout, &stderr))
		require.Contains(t, stderr.String(), "a.go")
		require.Contains(t, stderr.String(), "1 unreadable")
		return
	}
	var stdout, stderr bytes.Buffer
	require.Zero(t, run(t.Context(), []string{"-dir", dir, "-addr", "127.0.0.1:0"}, &stdout, &stderr))
}

func TestBadUsageIsOneLine(t *testing.T) {
	used, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, used.Close()) }()
	file := filepath.Join(write(t), "a.go")
	for _, tt := range []struct {
		args   []string
		status int
		text   string
	}{
		{[]string{"-nonsense"}, 2, "-nonsense"},
		{[]string{"-workers", "0"}, 2, "-workers 0: must be at least 1"},
		{[]string{"-workers", "x"}, 2, `"x"`},
		{[]string{"-top", "-1"}, 2, "-top -1: must not be negative"},
		{[]string{"surplus"}, 2, `unexpected argument "surplus"`},
		{[]string{"-dir", "/does/not/exist"}, 1, "/does/not/exist: no such file or directory"},
		{[]string{"-dir", file}, 1, "not a directory"},
		{[]string{"-dir", filepath.Dir(file), "-addr", used.Addr().String()}, 1, "address already in use"},
		{[]string{"-dir", filepath.Dir(file), "-addr", "nonsense"}, 1, "nonsense"},
	} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, tt.status, run(t.Context(), tt.args, &stdout, &stderr), "%v", tt.args)
		require.Contains(t, stderr.String(), tt.text)
		require.Equal(t, 1, strings.Count(stderr.String(), "\n"), "%v: %s", tt.args, &stderr)
		require.Empty(t, stdout.String())
	}
}

// slowly is a file system that waits in its middle until it is told to go on.
type slowly struct {
	fs.FS
	reached chan struct{}
	resume  chan struct{}
}

func (s slowly) Open(name string) (fs.File, error) {
	if name == "gen/f150.go" {
		close(s.reached)
		<-s.resume
	}
	return s.FS.Open(name)
}

func TestDrainPrintsWhatHasBeenCounted(t *testing.T) {
	fsys := slowly{tree(), make(chan struct{}), make(chan struct{})}
	var got map[string]int
	g, ctx := scheduler.NewGraph(t.Context(), "test")
	job{fsys: fsys, workers: 2, unreadable: func(string, error) {}}.start(ctx, g, &got)
	<-fsys.reached
	go func() { close(fsys.resume) }()
	_, err := g.Drain(t.Context())
	require.NoError(t, err)
	require.NoError(t, g.Wait())
	require.NotEmpty(t, got)
}

func TestMetricsAnswerWhileItRuns(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	page := make(chan string, 1)
	o := options{dir: write(t), workers: 1, top: 1}
	_, err = o.count(ctx, listener, io.Discard, writerFunc(func(text string) {
		if !strings.HasPrefix(text, "counting") {
			return
		}
		resp, err := http.Get("http://" + listener.Addr().String() + "/metrics")
		if err == nil {
			body, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			page <- string(body)
		}
	}))
	require.NoError(t, err)
	require.Contains(t, <-page, "weir_build_info")
	http.DefaultClient.CloseIdleConnections()
}

type writerFunc func(string)

func (f writerFunc) Write(p []byte) (int, error) { f(string(p)); return len(p), nil }
