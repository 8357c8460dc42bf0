// Package catalogue makes docs/operators.md and its pictures: what each
// operator, source and sink promises comes from its doc comment, and the
// diagrams are drawn from a run of it in virtual time. The tests of this
// package fail when the page is stale; with -update they write it:
//
//	go test ./internal/catalogue -update
package catalogue
