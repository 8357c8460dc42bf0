package lint

import (
	"go/ast"
	"go/token"
	"path"
	"strconv"
	"strings"
	"testing"
)

// withoutLaws are the operators that need no row in a table of laws, and why.
var withoutLaws = map[string]string{}

func TestLawTables(t *testing.T) {
	check(t, func(files []*file) []string { return lawsRule(files, withoutLaws) })
}

// lawsRule: every operator has a row in a table of laws, where
// flowtest.VerifyLaws holds it, or a reason why not. A row is an entry of a map,
// or a subtest, whose name begins with that of the operator, in a file of
// operators whose name begins with laws and that calls the operator.
func lawsRule(files []*file, without map[string]string) (out []string) {
	held := map[string]bool{}
	for _, f := range files {
		if f.dir != "operators" || !f.isTest() || !strings.HasPrefix(path.Base(f.path), "laws") {
			continue
		}
		rows, calls := rowsAndCalls(f.syntax)
		for name := range rows {
			held[name] = held[name] || calls[name]
		}
	}
	for _, s := range stages(files) {
		if s.dir != "operators" {
			continue
		}
		_, excused := without[s.name()]
		switch {
		case held[s.name()] && excused:
			out = append(out, s.finding(s.decl.Name, "%s has a row in a table of laws: take it out of withoutLaws "+
				"in internal/lint/laws_rule_test.go", s.name()))
		case !held[s.name()] && !excused:
			out = append(out, s.finding(s.decl.Name, "%s is not held against the laws: add a row that is named %q and calls it "+
				"to the table in an operators/laws_*_test.go, or a reason to withoutLaws in internal/lint/laws_rule_test.go",
				s.name(), s.name()))
		}
	}
	return out
}

// rowsAndCalls returns the first words of the names of entries and subtests in
// a file, and the functions of operators that it names.
func rowsAndCalls(syntax *ast.File) (rows, calls map[string]bool) {
	rows, calls = map[string]bool{}, map[string]bool{}
	ast.Inspect(syntax, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.KeyValueExpr:
			rows[firstWord(x.Key)] = true
		case *ast.CallExpr:
			if called(x.Fun) == "Run" && len(x.Args) > 0 {
				rows[firstWord(x.Args[0])] = true
			}
		case *ast.SelectorExpr:
			if pkg, ok := x.X.(*ast.Ident); ok && pkg.Name == "operators" {
				calls[x.Sel.Name] = true
			}
		}
		return true
	})
	return rows, calls
}

// firstWord returns the first word of a string literal, else "".
func firstWord(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	text, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	word, _, _ := strings.Cut(text, " ")
	return word
}

func TestLawTablesIsSeenToFail(t *testing.T) {
	with := func(name, test string) map[string]string {
		return map[string]string{"operators/map.go": goodMap, name: "package operators_test\n" + test}
	}
	missing := []string{`Map is not held against the laws: add a row that is named "Map" and calls it to the table`}
	rule := func(files []*file) []string { return lawsRule(files, nil) }
	row := `var laws = map[string]row{"Map of numbers": {New: func() { operators.Map(src) }}}`
	seenToFail(t, rule,
		snippet{"an entry", with("operators/laws_test.go", row), nil},
		snippet{"made by a function", with("operators/laws_map_test.go", `var laws = table{"Map": row(operators.Map[int])}`), nil},
		snippet{"a subtest", with("operators/laws_test.go", `func f() { t.Run("Map", func() { operators.Map(src) }) }`), nil},
		snippet{"in another file", with("operators/map_test.go", row), missing},
		snippet{"in another package", with("sinks/laws_test.go", row), missing},
		snippet{"of another name", with("operators/laws_test.go", `var laws = table{"Mapping": row(operators.Map[int])}`), missing},
		snippet{"of another operator", with("operators/laws_test.go", `var laws = table{"Map": row(operators.Filter[int])}`), missing},
	)
	excused := func(files []*file) []string { return lawsRule(files, map[string]string{"Map": "a reason"}) }
	seenToFail(t, excused,
		snippet{"excused", with("operators/map_test.go", ""), nil},
		snippet{"excused and held", with("operators/laws_test.go", row), []string{"Map has a row in a table of laws"}},
	)
}
