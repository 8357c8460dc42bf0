package lint

import (
	"fmt"
	"strings"
	"testing"
)

// Budgets in lines. What outgrows them is two things.
const (
	fileBudget     = 400
	testFileBudget = 600
	functionBudget = 80
)

func TestBudgets(t *testing.T) { check(t, budgetsRule) }

func budgetsRule(files []*file) (out []string) {
	for _, f := range files {
		if !f.isGo() {
			continue
		}
		budget := fileBudget
		if f.isTest() {
			budget = testFileBudget
		}
		if n := strings.Count(f.text, "\n"); n > budget {
			out = append(out, fmt.Sprintf("%s has %d lines, the budget is %d: find the two ideas in it "+
				"and give each a file", f.path, n, budget))
		}
		for _, d := range functions(f) {
			n := f.fset.Position(d.End()).Line - f.fset.Position(d.Pos()).Line + 1
			if n > functionBudget {
				out = append(out, f.finding(d, "%s has %d lines, the budget is %d: name its parts; "+
					"a table of cases can be a package variable", d.Name.Name, n, functionBudget))
			}
		}
	}
	return out
}

func TestBudgetsIsSeenToFail(t *testing.T) {
	lines := func(n int) string { return strings.Repeat("\n", n) }
	seenToFail(t, budgetsRule,
		snippet{"clean", map[string]string{
			"a/a.go":      "package a" + lines(fileBudget),
			"a/a_test.go": "package a" + lines(testFileBudget),
			"a/b.go":      "package a\nfunc f() {" + lines(functionBudget-1) + "}",
		}, nil},
		snippet{"file", map[string]string{"a/a.go": "package a" + lines(fileBudget+1)},
			[]string{"a/a.go has 401 lines, the budget is 400: find the two ideas"}},
		snippet{"test file", map[string]string{"a/a_test.go": "package a" + lines(testFileBudget+1)},
			[]string{"the budget is 600"}},
		snippet{"function", map[string]string{"a/a.go": "package a\nfunc f() {" + lines(functionBudget) + "}"},
			[]string{"a/a.go:2: f has 81 lines, the budget is 80: name its parts"}},
	)
}
