package lint

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/weirgo/weir"

// file is one text file of the repository. syntax is nil unless it is Go.
type file struct {
	path   string // slash-separated, relative to the root
	dir    string // the package's import path relative to the module; "." at the root
	text   string
	syntax *ast.File
	fset   *token.FileSet
}

func (f *file) isGo() bool   { return f.syntax != nil }
func (f *file) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }
func (f *file) isMain() bool { return f.isGo() && f.syntax.Name.Name == "main" }

// in reports whether the file is in dir or below it, for any of dirs.
func (f *file) in(dirs ...string) bool {
	return slices.ContainsFunc(dirs, func(d string) bool {
		return f.dir == d || strings.HasPrefix(f.dir, d+"/")
	})
}

// isLibrary reports whether users of the module compile the file.
func (f *file) isLibrary() bool {
	return f.isGo() && !f.isTest() && !f.isMain() && !f.in("examples", "benchmarks", "internal/lint")
}

// finding formats what is wrong at n, and what to do about it.
func (f *file) finding(n ast.Node, format string, args ...any) string {
	return fmt.Sprintf("%s:%d: %s", f.path, f.fset.Position(n.Pos()).Line, fmt.Sprintf(format, args...))
}

// A rule returns what is wrong with the files, one message a finding.
type rule func(files []*file) []string

// check runs r over the repository.
func check(t *testing.T, r rule) {
	t.Helper()
	files, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range r(files) {
		t.Error(finding)
	}
}

// snippet is a small tree and what a rule must say about it: one substring a
// finding, in order. None means that the rule must accept it.
type snippet struct {
	name  string
	files map[string]string
	want  []string
}

// seenToFail runs r over snippets that break it, and over some that do not.
func seenToFail(t *testing.T, r rule, snippets ...snippet) {
	t.Helper()
	for _, s := range snippets {
		t.Run(s.name, func(t *testing.T) {
			var files []*file
			for name, text := range s.files {
				f, err := parse(name, text)
				if err != nil {
					t.Fatal(err)
				}
				files = append(files, f)
			}
			sortFiles(files)
			got := r(files)
			if len(got) != len(s.want) {
				t.Fatalf("got %d findings %q, want %d %q", len(got), got, len(s.want), s.want)
			}
			for i := range got {
				if !strings.Contains(got[i], s.want[i]) {
					t.Errorf("finding %d is %q, want it to say %q", i, got[i], s.want[i])
				}
			}
		})
	}
}

// repository reads and parses every text file of the repository, once.
var repository = sync.OnceValues(func() ([]*file, error) {
	const root = "../.."
	var files []*file
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		if d.IsDir() {
			if hidden(name) || d.Name() == "testdata" || d.Name() == "node_modules" {
				return filepath.SkipDir
			}
			return nil
		}
		if !isText(name) {
			return nil
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		f, err := parse(name, string(text))
		files = append(files, f)
		return err
	})
	sortFiles(files)
	return files, err
})

// hidden names a directory that is not part of the project's text.
func hidden(dir string) bool {
	base := path.Base(dir)
	return len(base) > 1 && base[0] == '.' && base != ".." && base != ".ci" && base != ".github"
}

func isText(name string) bool {
	switch path.Ext(name) {
	case ".go", ".md", ".yml", ".yaml", ".sh", ".mod":
		return true
	}
	return path.Base(name) == "Makefile" || path.Dir(name) == ".ci"
}

func parse(name, text string) (*file, error) {
	f := &file{path: name, dir: path.Dir(name), text: text, fset: token.NewFileSet()}
	if path.Ext(name) != ".go" {
		return f, nil
	}
	var err error
	f.syntax, err = parser.ParseFile(f.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	return f, err
}

func sortFiles(files []*file) {
	slices.SortFunc(files, func(a, b *file) int { return strings.Compare(a.path, b.path) })
}
