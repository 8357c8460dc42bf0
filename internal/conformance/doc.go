// Package conformance makes docs/conformance.md: which rule of the protocol and
// which law each operator, source and sink was held against. The verdicts are
// those of a real run of the protocol and law tests, which is kept in testdata.
//
//	go test ./internal/conformance -update -timeout 30m
//
// runs them and writes the record and the page. Without the flag the tests
// compare the record with the tables in the sources, and the page with the
// record, which takes no time.
package conformance
