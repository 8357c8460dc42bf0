// Package operators has the middles of streams: functions from
// [flow.Publisher] to [flow.Publisher].
//
// The source comes first, so that types are inferred and each line of a
// program is one stage. Bounds are positional; what has a default is an
// [Option]. Elements travel in batches inside an island, and an element is
// never held back to fill one. Side effects of different stages interleave by
// batch, not by element; a stage that stops early may let functions above it
// run ahead by a batch, except [Take], which asks for no more than it needs.
package operators
