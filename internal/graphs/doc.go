// Package graphs tests everything together: it draws graphs of sources,
// operators and sinks from a seed, with boundaries, fan-in, fan-out, timers,
// random demand, cancels, panics, errors and ends of the context, runs them on
// every scheduler in virtual time, and compares what comes out with a plain
// evaluation over slices, or with the laws where it is not determined.
//
//	go test ./internal/graphs                         10,000 graphs
//	go test ./internal/graphs -seed 4711 -graphs 1 -v one graph, told in words
//	go test ./internal/graphs -soak 10m -on any -v    as many as fit, each on one scheduler
//
// What is drawn is in the tables of table_test.go: each row puts an operator
// behind a stream, and works out over slices what then comes out. A function
// that no table has fails a test.
//
// A failure names its seed. It becomes a test of its own where the defect was,
// since a seed draws another graph when operators are added here.
package graphs
