package lint

import "testing"

const goodMap = `// Package operators is for tests.
package operators

// Map is an operator.
//
// Demand: passed on.
//
// Buffer: none.
//
// Errors: passed on.
//
// Ends: with upstream.
func Map(src flow.Publisher[int]) flow.Publisher[int] { return src }
`

const goodExample = `package operators_test

func ExampleMap() {
	println(1)
	// Output: 1
}
`

func TestDocsIsSeenToFail(t *testing.T) {
	one := func(text string) map[string]string { return map[string]string{"flow/x.go": text} }
	seenToFail(t, docsRule,
		snippet{"clean", map[string]string{
			"operators/map.go": goodMap,
			"flow/x.go": "// Package flow is x.\npackage flow\n// The errors.\nvar (\nErrA = 1\nErrB = 2\n)\n" +
				"func f() {}\ntype t int\nfunc (t) Exported() {}\nconst A = 1 // A is one",
			"internal/ring/r.go": "// Package ring is r.\npackage ring\nfunc Free() {}",
		}, nil},
		snippet{"package", one("package flow"), []string{"package flow has no package comment"}},
		snippet{"function", one("// Package flow.\npackage flow\nfunc Bare() {}"),
			[]string{"flow/x.go:3: Bare has no doc comment: write a sentence"}},
		snippet{"method", one("// Package flow.\npackage flow\n// T is t.\ntype T[E any] int\nfunc (*T[E]) Bare() {}"),
			[]string{"Bare has no doc comment"}},
		snippet{"type", one("// Package flow.\npackage flow\ntype Bare int"), []string{"Bare has no doc comment"}},
		snippet{"group", one("// Package flow.\npackage flow\nconst (\nBare = 1\n)"), []string{"Bare has no doc comment"}},
	)
}

func TestStagesIsSeenToFail(t *testing.T) {
	seenToFail(t, stagesRule,
		snippet{"clean", map[string]string{
			"operators/map.go": goodMap,
			"operators/opt.go": "package operators\nfunc WithName(string) Option { return nil }",
			"sinks/x.go": "package sinks\n// Drain is a sink.\n//\n// Demand: unbounded.\n//\n// Errors: all.\n//\n" +
				"// Ends: at once.\nfunc Drain(p flow.Publisher[int]) {}",
		}, nil},
		snippet{"two labels missing", map[string]string{
			"sources/x.go": "package sources\n// X is x.\n//\n// Demand: as asked.\n//\n// Ends: never.\n" +
				"func X() flow.Publisher[int] { return nil }",
		}, []string{"sources/x.go:7: the doc comment of X does not say \"Buffer: Errors:\": give each a paragraph"}},
		snippet{"no comment at all", map[string]string{
			"sinks/x.go": "package sinks\nfunc X(p flow.Publisher[int]) {}",
		}, []string{"does not say \"Demand: Errors: Ends:\""}},
		snippet{"a type that is a publisher", map[string]string{
			"sources/x.go": "package sources\ntype Hub struct{}\nfunc (*Hub) Subscribe() {}\nfunc NewHub() *Hub { return nil }",
		}, []string{"the doc comment of NewHub"}},
		snippet{"a connector", map[string]string{
			"sinks/kafka/x.go": "package kafka\nfunc Write(p flow.Publisher[int]) {}",
		}, []string{"the doc comment of Write"}},
	)
}

func TestExamplesIsSeenToFail(t *testing.T) {
	seenToFail(t, examplesRule,
		snippet{"clean", map[string]string{
			"operators/map.go": goodMap, "operators/example_test.go": goodExample,
		}, nil},
		snippet{"missing", map[string]string{
			"operators/map.go": goodMap,
		}, []string{"Map has no example that runs: write func ExampleMap"}},
		snippet{"not checked", map[string]string{
			"operators/map.go":          goodMap,
			"operators/example_test.go": "package operators_test\nfunc ExampleMap() { println(1) }",
		}, []string{"Map has no example that runs"}},
		snippet{"in another package", map[string]string{
			"operators/map.go": goodMap, "flow/example_test.go": goodExample,
		}, []string{"Map has no example that runs"}},
	)
}
