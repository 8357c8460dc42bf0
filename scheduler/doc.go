// Package scheduler decides where and when the parts of a stream run.
//
// # Islands and heads
//
// A chain of stages without an asynchronous boundary is an island: it runs
// synchronously, at the speed of function calls. An [Island] is an actor. Its
// heads (sources, the consumer side of a boundary, timers, fan-in) keep their
// state in structs; Request, Cancel, the end of the context, a drain and a
// hand-over only mark a head ready. The island runs its ready heads one after
// another, so signals are serial by construction, and nobody's Request runs a
// source. An idle island holds no goroutine.
//
// # Runs
//
// A [Run] is what one sink, or one [Graph], executes: its islands, their
// scheduler, observer and name, and the goroutines that belong to it. It
// watches its context once for all of them.
//
// # Schedulers
//
// [Default] gives each active island a goroutine. [NewPool] runs all islands on
// n goroutines, a turn each. Prefer it for graphs that compute: it bounds the
// cores that they use, and a turn is 0.1 ms, where the Go runtime lets a
// goroutine compute for 10 ms while others wait. Prefer Default where functions
// of stages wait: in a pool each that waits keeps one of the n. [Inline] runs
// everything on the goroutines that call in. [NewSeeded] runs everything in one
// thread and takes each choice from a seed, so that a run can be repeated
// exactly.
package scheduler
