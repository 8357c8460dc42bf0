package sources_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func TestFilesInOrderAndOnlyRegularOnes(t *testing.T) {
	fsys := fstest.MapFS{
		"b.txt":        {},
		"a/z.go":       {},
		"a/b/c.go":     {},
		"a.go":         {},
		"dir.go":       {Mode: fs.ModeDir | 0o755}, // a directory named like a file
		"dir.go/in.go": {},
		"empty":        {Mode: fs.ModeDir | 0o755},
		"link":         {Data: []byte("a.go"), Mode: fs.ModeSymlink},
		"pipe":         {Mode: fs.ModeNamedPipe},
		"socket":       {Mode: fs.ModeSocket},
		"device":       {Mode: fs.ModeDevice},
		".hidden":      {},
	}
	for root, want := range map[string][]string{
		".":      {".hidden", "a/b/c.go", "a/z.go", "a.go", "b.txt", "dir.go/in.go"},
		"a":      {"a/b/c.go", "a/z.go"},
		"a/b":    {"a/b/c.go"},
		"dir.go": {"dir.go/in.go"},
		"b.txt":  {"b.txt"},
		"empty":  nil,
	} {
		got, err := sinks.Slice(t.Context(), sources.Files(fsys, root))
		require.NoError(t, err)
		require.Equal(t, want, got, "root %q", root)
	}
}

func TestFilesOfARealDirectory(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "sub"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "sub", "b"), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a"), nil, 0o600))
	got, err := sinks.Slice(t.Context(), sources.Files(os.DirFS(dir), "."))
	require.NoError(t, err)
	require.Equal(t, []string{"a", "sub/b"}, got)
}

func TestFilesIsCold(t *testing.T) {
	src := sources.Files(fstest.MapFS{"a": {}, "b": {}}, ".")
	for range 2 {
		got, err := sinks.Slice(t.Context(), src)
		require.NoError(t, err)
		require.Equal(t, []string{"a", "b"}, got)
	}
}

// locked is a file system with directories that cannot be read.
type locked struct {
	fs.FS
	dirs map[string]bool
	read []string // directories, in order
}

func (l *locked) ReadDir(name string) ([]fs.DirEntry, error) {
	l.read = append(l.read, name)
	if l.dirs[name] {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return fs.ReadDir(l.FS, name)
}

func lockedFS(dirs ...string) *locked {
	l := &locked{FS: fstest.MapFS{"a/1": {}, "b/2": {}, "b/x/3": {}, "c/4": {}}, dirs: map[string]bool{}}
	for _, d := range dirs {
		l.dirs[d] = true
	}
	return l
}

func TestFilesEndsWithAWalkError(t *testing.T) {
	got, err := sinks.Slice(t.Context(), sources.Files(lockedFS("b"), ".", sources.WithName("walk")))
	require.Equal(t, []string{"a/1"}, got)
	require.ErrorIs(t, err, fs.ErrPermission)
	require.ErrorContains(t, err, "walk: b: ")
	var stage *flow.StageError
	require.ErrorAs(t, err, &stage)
	require.Equal(t, "walk", stage.Stage)
}

func TestWithWalkErrorGoesOn(t *testing.T) {
	var paths []string
	skip := func(path string, err error) error {
		if !errors.Is(err, fs.ErrPermission) {
			return err
		}
		paths = append(paths, path)
		return nil
	}
	got, err := sinks.Slice(t.Context(), sources.Files(lockedFS("a", "b/x"), ".", sources.WithWalkError(skip)))
	require.NoError(t, err)
	require.Equal(t, []string{"b/2", "c/4"}, got)
	require.Equal(t, []string{"a", "b/x"}, paths)
}

func TestWithWalkErrorEndsWithItsError(t *testing.T) {
	stop := func(string, error) error { return errTest }
	got, err := sinks.Slice(t.Context(), sources.Files(lockedFS("b"), ".", sources.WithWalkError(stop)))
	require.Equal(t, []string{"a/1"}, got)
	require.ErrorIs(t, err, errTest)
}

func TestWithWalkErrorThatPanics(t *testing.T) {
	_, err := sinks.Slice(t.Context(), sources.Files(lockedFS("b"), ".",
		sources.WithWalkError(func(string, error) error { panic(errTest) })))
	require.ErrorIs(t, err, errTest)
	var p *flow.PanicError
	require.ErrorAs(t, err, &p)
}

// TestFilesWithAnUnreadableRoot: nothing can be skipped there, so
// WithWalkError is not asked.
func TestFilesWithAnUnreadableRoot(t *testing.T) {
	never := sources.WithWalkError(func(string, error) error { t.Error("asked"); return nil })
	for _, opts := range [][]sources.Option{nil, {never}} {
		_, err := sinks.Slice(t.Context(), sources.Files(lockedFS("."), ".", opts...))
		require.ErrorIs(t, err, fs.ErrPermission)
		_, err = sinks.Slice(t.Context(), sources.Files(fstest.MapFS{}, "missing/dir", opts...))
		require.ErrorIs(t, err, fs.ErrNotExist)
		require.ErrorContains(t, err, "missing/dir")
	}
}

// TestFilesWalksNoFurther than it is asked to.
func TestFilesWalksNoFurther(t *testing.T) {
	fsys := lockedFS()
	got, err := sinks.Slice(t.Context(), operators.Take(sources.Files(fsys, "."), 1))
	require.NoError(t, err)
	require.Equal(t, []string{"a/1"}, got)
	require.NotContains(t, fsys.read, "c")
}
