package lint

import (
	"go/ast"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

func TestForbidden(t *testing.T) { check(t, forbiddenRule) }

func forbiddenRule(files []*file) (out []string) {
	for _, f := range files {
		if !f.isGo() {
			continue
		}
		out = append(out, forbiddenComments(f)...)
		if f.isTest() {
			out = append(out, forbiddenInTests(f)...)
		}
		if f.isLibrary() {
			out = append(out, forbiddenDecls(f)...)
			out = append(out, forbiddenCode(f)...)
		}
	}
	return out
}

var (
	marker    = regexp.MustCompile(`\b(TODO|FIXME|XXX)\b`)
	nolint    = regexp.MustCompile(`^//\s*nolint`)
	explained = regexp.MustCompile(`^//nolint:[\w,-]+ // \S`)
)

func forbiddenComments(f *file) (out []string) {
	for _, group := range f.syntax.Comments {
		for _, c := range group.List {
			if m := marker.FindString(c.Text); m != "" {
				out = append(out, f.finding(c, "%s in a comment: do it now, or open an issue and name it", m))
			}
			if nolint.MatchString(c.Text) && !explained.MatchString(c.Text) {
				out = append(out, f.finding(c, "nolint without a reason: mend the code, or write "+
					"//nolint:<linter> // <why the linter is wrong here>"))
			}
		}
	}
	return out
}

func forbiddenInTests(f *file) (out []string) {
	bubble := strings.Contains(f.text, `"testing/synctest"`) || strings.Contains(f.text, "flowtest.Simulate(")
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch pkg, name := selector(call.Fun); {
		case pkg == "time" && name == "Sleep" && !bubble:
			out = append(out, f.finding(n, "time.Sleep in a test: run it in a synctest bubble (flowtest.Simulate), "+
				"or wait on a channel"))
		case (pkg == "t" || pkg == "b" || pkg == "tb") && (name == "Skip" || name == "SkipNow" || name == "Skipf"):
			out = append(out, f.finding(n, "%s.%s: a test runs or is deleted", pkg, name))
		}
		return true
	})
	return out
}

func forbiddenDecls(f *file) (out []string) {
	for _, decl := range f.syntax.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Name.Name == "init" && d.Recv == nil {
				out = append(out, f.finding(d, "init function: initialise the variable where it is declared, "+
					"or when it is first used"))
			}
		case *ast.GenDecl:
			if d.Tok != token.VAR {
				continue
			}
			for _, spec := range d.Specs {
				for _, name := range spec.(*ast.ValueSpec).Names {
					if name.IsExported() && !strings.HasPrefix(name.Name, "Err") {
						out = append(out, f.finding(name, "exported variable %s: anybody could change it; "+
							"make it a constant or a function", name.Name))
					}
				}
			}
		}
	}
	return out
}

func forbiddenCode(f *file) (out []string) {
	runs := f.in("scheduler", "flow/flowtest")
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.GoStmt:
			if !runs {
				out = append(out, f.finding(x, "go statement outside scheduler: use the run's scheduler "+
					"(Go for an island, Block for a call that waits), which joins it"))
			}
		case *ast.SelectorExpr:
			if pkg, name := selector(x); pkg == "sync" && name == "WaitGroup" && !runs {
				out = append(out, f.finding(x, "sync.WaitGroup outside scheduler: its Go starts a goroutine; "+
					"the run starts and joins them"))
			}
		case *ast.CallExpr:
			pkg, name := selector(x.Fun)
			switch {
			case pkg == "context" && (name == "Background" || name == "TODO") && !runs:
				out = append(out, f.finding(x, "context.%s in library code: take the context of the run", name))
			case pkg == "fmt" && strings.HasPrefix(name, "Print"), pkg == "log",
				pkg == "" && (name == "print" || name == "println"):
				out = append(out, f.finding(x, "printing in library code: return an error, tell the observer, or use slog"))
			}
		}
		return true
	})
	return out
}

// selector splits what is called into package (or variable) and name.
func selector(fun ast.Expr) (pkg, name string) {
	switch x := bare(fun).(type) {
	case *ast.Ident:
		return "", x.Name
	case *ast.SelectorExpr:
		if id, ok := x.X.(*ast.Ident); ok {
			return id.Name, x.Sel.Name
		}
	}
	return "", ""
}

func TestForbiddenIsSeenToFail(t *testing.T) {
	one := func(name, text string) map[string]string { return map[string]string{name: "package p\n" + text} }
	seenToFail(t, forbiddenRule,
		snippet{"clean", map[string]string{
			"scheduler/a.go":      "package p\nfunc f() { go f(); context.Background() }",
			"examples/a/a.go":     "package main\nfunc init() { go f(); fmt.Println() }",
			"benchmarks/a/a.go":   "package a\nvar Table = map[int]int{}\nfunc f() { go f() }",
			"operators/a.go":      "package p\nvar ErrA = 1\n//nolint:errcheck // it cannot fail\nfunc f() { fmt.Sprint() }",
			"operators/a_test.go": "package p\nfunc f() { go f(); operators.Skip(src, 1) }",
			"operators/b_test.go": "package p\nimport \"testing/synctest\"\nfunc f() { time.Sleep(1) }",
		}, nil},
		snippet{"go", one("sinks/a.go", "func f() { go f() }"), []string{"sinks/a.go:2: go statement outside scheduler"}},
		snippet{"wait group", one("sinks/a.go", "var wg sync.WaitGroup"), []string{"sync.WaitGroup outside scheduler"}},
		snippet{"sleep", one("sinks/a_test.go", "func f() { time.Sleep(1) }"), []string{"time.Sleep in a test: run it in"}},
		snippet{"skip", one("sinks/a_test.go", "func f() { t.Skip() }"), []string{"t.Skip: a test runs or is deleted"}},
		snippet{"init", one("sinks/a.go", "func init() {}"), []string{"init function: initialise"}},
		snippet{"variable", one("sinks/a.go", "var Table = map[int]int{}"), []string{"exported variable Table"}},
		snippet{"background", one("sinks/a.go", "func f() { context.Background() }"), []string{"context.Background in library"}},
		snippet{"print", one("sinks/a.go", "func f() { fmt.Println(); log.Print(); println() }"),
			[]string{"printing in library", "printing in library", "printing in library"}},
		snippet{"nolint", one("sinks/a.go", "func f() {} //nolint:errcheck"), []string{"nolint without a reason"}},
		snippet{"marker", one("sinks/a_test.go", "// TO"+"DO: later"), []string{"in a comment: do it now"}},
	)
}
