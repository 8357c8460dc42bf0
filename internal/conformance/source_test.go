package conformance

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/internal/exported"
)

// source is what the code says must be in the record.
type source struct {
	api     map[string]bool     // functions
	rules   map[string][]string // texts of the rules, by number
	laws    map[string]string   // text of each, by L.name
	order   []string            // of the laws
	rows    map[string]bool     // package.kit/name: keys and names of subtests in the tables
	reasons map[string]bool     // law: why it is not kept
}

func readSource(t *testing.T) source {
	s := source{map[string]bool{}, map[string][]string{}, map[string]string{}, nil, map[string]bool{}, map[string]bool{}}
	functions, err := exported.Functions("../..")
	require.NoError(t, err)
	for _, f := range functions {
		s.api[f.Name()] = true
	}
	each(t, "../../flow/flowtest/*.go", func(name string, f *ast.File) {
		if !strings.HasSuffix(name, "_test.go") {
			ast.Inspect(f, s.rule)
		}
	})
	tables := map[string]string{ // pattern to package.kit
		"sources/protocol*": "sources.Protocol", "operators/protocol*": "operators.Protocol",
		"sinks/protocol*": "sinks.Protocol", "operators/laws*": "operators.Laws",
	}
	for pattern, kit := range tables {
		each(t, "../../"+pattern+"_test.go", func(_ string, f *ast.File) {
			ast.Inspect(f, func(n ast.Node) bool { return s.row(kit, n) })
		})
	}
	return s
}

func each(t *testing.T, pattern string, do func(name string, f *ast.File)) {
	names, err := filepath.Glob(pattern)
	require.NoError(t, err)
	for _, name := range names {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		do(name, f)
	}
}

var ruleText = regexp.MustCompile(`^(\d\.\d\d|G\.\d\d) (.+)$`)

// rule takes the rules of the kit: {"1.01", "text", check}, and {"name",
// "text", check, …} for a law.
func (s *source) rule(n ast.Node) bool {
	switch x := n.(type) {
	case *ast.CompositeLit:
		if len(x.Elts) < 3 || len(x.Elts) > 4 {
			return true
		}
		id, text := literal(x.Elts[0]), literal(x.Elts[1])
		switch {
		case id == "" || text == "":
		case ruleName.MatchString(id):
			s.rules[id] = append(s.rules[id], text)
		case len(x.Elts) == 4:
			s.laws["L."+id] = text
			s.order = append(s.order, "L."+id)
		}
	case *ast.BasicLit:
		if m := ruleText.FindStringSubmatch(literal(x)); m != nil {
			s.rules[m[1]] = append(s.rules[m[1]], m[2])
		}
	}
	return true
}

// row takes the names of rows, and the reasons why a law is not kept.
func (s *source) row(kit string, n ast.Node) bool {
	switch x := n.(type) {
	case *ast.KeyValueExpr:
		key := literal(x.Key)
		if !s.reason(key, x.Value) && key != "" {
			s.rows[kit+"/"+key] = true
		}
	case *ast.AssignStmt: // exempt["law"] = "why"
		if at, ok := x.Lhs[0].(*ast.IndexExpr); ok {
			s.reason(literal(at.Index), x.Rhs[0])
		}
	case *ast.CallExpr:
		if f, ok := x.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Run" && len(x.Args) > 0 {
			if name := literal(x.Args[0]); name != "" {
				s.rows[kit+"/"+name] = true
			}
		}
	}
	return true
}

// reason takes why a law is not kept, and reports whether that is what it is.
func (s *source) reason(law string, value ast.Expr) bool {
	why := literal(value)
	if s.laws["L."+law] == "" || why == "" {
		return false
	}
	s.reasons[law+": "+why] = true
	return true
}

// literal returns the value of a string literal, else "".
func literal(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	text, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return text
}
