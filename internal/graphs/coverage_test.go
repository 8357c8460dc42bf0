package graphs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/internal/exported"
)

// notDrawn are the functions that no graph is drawn of, and why.
var notDrawn = map[string]string{}

// TestEverythingIsDrawn: every operator, source and sink is in a graph, or there
// is a reason why not.
func TestEverythingIsDrawn(t *testing.T) {
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	drawn := map[string]bool{}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if pkg, ok := s.X.(*ast.Ident); ok && slices.Contains(exported.Packages(), pkg.Name) {
					drawn[pkg.Name+"."+s.Sel.Name] = true
				}
			}
			return true
		})
	}
	all, err := exported.Functions("../..")
	require.NoError(t, err)
	for _, f := range all {
		_, excused := notDrawn[f.Name()]
		if !drawn[f.Name()] && !excused {
			t.Errorf("%s is not drawn: put it into a table of internal/graphs, see table_test.go, "+
				"or a reason into notDrawn", f.Name())
		}
		require.False(t, drawn[f.Name()] && excused, "%s is drawn: take it out of notDrawn", f.Name())
	}
}
