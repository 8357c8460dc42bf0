package catalogue

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// paths are where the packages are that the tables of capabilities name.
var paths = map[string]string{
	"flow": "flow", "flowtest": "flow/flowtest", "scheduler": "scheduler", "metrics": "metrics",
	"sources": "sources", "operators": "operators", "sinks": "sinks",
}

var named = regexp.MustCompile(`\b([a-z]+)\.([A-Z]\w*)(?:\.([A-Z]\w*))?`)

// capability is something that users of other libraries look for.
type capability struct {
	family, name string
	here         string // where it is
	lacks        string // what is not the same
}

// TestCapabilities: every capability that all users look for has a place, every
// other one has a place or a reason, and what they name exists.
func TestCapabilities(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range slices.Concat(must, should) {
		key := c.family + "/" + c.name
		require.False(t, seen[key], "twice: %s", key)
		seen[key] = true
		require.NotEmpty(t, c.here+c.lacks, "%s has no place and no reason", key)
	}
	exported := map[string]map[string]bool{}
	for pkg, path := range paths {
		exported[pkg] = exportedIn(t, path)
	}
	for _, c := range must {
		require.NotEmpty(t, c.here, "%s is missing", c.name)
	}
	for _, c := range slices.Concat(must, should) {
		for _, n := range named.FindAllStringSubmatch(c.here+" "+c.lacks, -1) {
			if path := exported[n[1]]; path != nil {
				require.True(t, path[n[2]], "%s names %s, which is not there", c.name, n[0])
				require.True(t, n[3] == "" || path[n[2]+"."+n[3]], "%s names %s, which is not there", c.name, n[0])
			} else {
				require.Contains(t, []string{"testing", "time", "iter", "errors"}, n[1], c.name)
			}
		}
	}
	require.Len(t, must, 148, "147, and the strategy of each subscriber of a hub")
	require.Len(t, should, 140, "136, and four that nobody had")
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

// writeCoverage writes the tables of capabilities.
func writeCoverage(b *bytes.Buffer) {
	b.WriteString("## What others have\n\nWhat users of RxJava, Reactor, Pekko Streams, fs2, ro, RxGo, go-streams and rill look for, and where it is here.\n\n")
	code := func(s string) string { return named.ReplaceAllString(s, "`$0`") }
	row := func(cells ...string) { fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | ")) }
	row("family", "capability", "here", "not the same")
	row("---", "---", "---", "---")
	for _, c := range slices.Concat(must, should) {
		if c.here != "" {
			row(c.family, c.name, code(c.here), code(c.lacks))
		}
	}
	b.WriteString("\n## What is left out\n\n")
	row("family", "capability", "why, and what to do instead")
	row("---", "---", "---")
	for _, c := range should {
		if c.here == "" {
			row(c.family, c.name, code(c.lacks))
		}
	}
}
