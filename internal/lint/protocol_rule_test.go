package lint

import (
	"go/ast"
	"path"
	"strings"
	"testing"
)

func TestProtocolTests(t *testing.T) { check(t, protocolRule) }

// protocolRule: every source, operator and sink is in the table of a protocol
// test, where the compatibility kit runs it.
func protocolRule(files []*file) (out []string) {
	tested := map[string]bool{} // dir + "." + function
	for _, f := range files {
		base := path.Base(f.path)
		if !f.isTest() || !strings.HasPrefix(base, "protocol") {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				for _, e := range append([]ast.Expr{call.Fun}, call.Args...) {
					tested[f.dir+"."+called(e)] = true
				}
			}
			return true
		})
	}
	for _, s := range stages(files) {
		if !tested[s.dir+"."+s.name()] {
			out = append(out, s.finding(s.decl.Name, "%s has no protocol test: add a row that calls it "+
				"to the table in %s/protocol_test.go", s.name(), s.dir))
		}
	}
	return out
}

// called returns the name of the function that e denotes.
func called(e ast.Expr) string {
	switch x := bare(e).(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return x.Sel.Name
	}
	return ""
}

func TestProtocolTestsIsSeenToFail(t *testing.T) {
	with := func(name, test string) map[string]string {
		return map[string]string{"operators/map.go": goodMap, name: "package operators_test\n" + test}
	}
	missing := []string{"Map has no protocol test: add a row that calls it to the table in operators/protocol_test.go"}
	seenToFail(t, protocolRule,
		snippet{"called", with("operators/protocol_test.go", "var f = func() { operators.Map(src) }"), nil},
		snippet{"passed", with("operators/protocol_time_test.go", "var f = row(operators.Map[int])"), nil},
		snippet{"named only", with("operators/protocol_test.go", `var f = row("Map")`), missing},
		snippet{"in another file", with("operators/map_test.go", "var f = operators.Map(src)"), missing},
		snippet{"in another package", with("sinks/protocol_test.go", "var f = operators.Map(src)"), missing},
	)
}
