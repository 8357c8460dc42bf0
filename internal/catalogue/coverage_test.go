package catalogue

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// paths are where the packages are that must names.
var paths = map[string]string{
	"flow": "flow", "flowtest": "flow/flowtest", "scheduler": "scheduler", "metrics": "metrics",
	"sources": "sources", "operators": "operators", "sinks": "sinks",
}

var named = regexp.MustCompile(`\b([a-z]+)\.([A-Z]\w*)(?:\.([A-Z]\w*))?`)

// TestMust: every capability has a place, and what that names exists.
func TestMust(t *testing.T) {
	exported := map[string]map[string]bool{}
	for pkg, path := range paths {
		exported[pkg] = exportedIn(t, path)
	}
	seen := map[string]bool{}
	for _, m := range must {
		key := m.family + "/" + m.capability
		require.False(t, seen[key], "twice: %s", key)
		seen[key] = true
		require.NotEmpty(t, m.here, "%s is missing", key)
		for _, n := range named.FindAllStringSubmatch(m.here, -1) {
			if n[1] == "testing" {
				continue
			}
			require.Contains(t, exported, n[1], key)
			require.True(t, exported[n[1]][n[2]], "%s names %s, which is not there", key, n[0])
			if n[3] != "" {
				require.True(t, exported[n[1]][n[2]+"."+n[3]], "%s names %s, which is not there", key, n[0])
			}
		}
	}
	require.Len(t, must, 148, "147, and the strategy of each subscriber of a hub")
}

// exportedIn returns the names that a package exports, methods as T.M.
func exportedIn(t *testing.T, path string) map[string]bool {
	files, err := filepath.Glob(filepath.Join("../..", path, "*.go"))
	require.NoError(t, err)
	all := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				all[receiver(d)+d.Name.Name] = true
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						all[s.Name.Name] = true
					case *ast.ValueSpec:
						for _, n := range s.Names {
							all[n.Name] = true
						}
					}
				}
			}
		}
	}
	return all
}

// receiver is the type of a method with a dot, or nothing.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	typ := d.Recv.List[0].Type
	for {
		switch x := typ.(type) {
		case *ast.StarExpr:
			typ = x.X
		case *ast.IndexExpr:
			typ = x.X
		case *ast.IndexListExpr:
			typ = x.X
		case *ast.Ident:
			return x.Name + "."
		default:
			return ""
		}
	}
}

// writeCoverage writes the table of capabilities.
func writeCoverage(b *bytes.Buffer) {
	b.WriteString("## What others have\n\nWhat users of RxJava, Reactor, Pekko Streams, fs2, ro, RxGo, go-streams and rill look for, and where it is here.\n\n")
	b.WriteString("| family | capability | here | not the same |\n|---|---|---|---|\n")
	for _, m := range must {
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", m.family, m.capability, named.ReplaceAllString(m.here, "`$0`"), m.lacks)
	}
}
