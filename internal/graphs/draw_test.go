package graphs

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weirgo/weir/flow"
)

// mode is how much is known of what a stream emits.
type mode int

const (
	exact    mode = iota // want, in order
	unsorted             // want, in any order
	lossy                // some of want, in any order
	unknown              // the laws alone hold
)

// stream is a publisher together with what it is to emit.
type stream[T any] struct {
	pub   flow.Publisher[T]
	want  []int
	mode  mode
	words string // how it was built
	part  bool   // others wait until it is subscribed: it is one of several outputs
}

func (s stream[T]) then(pub flow.Publisher[T], want []int, words string, args ...any) stream[T] {
	return stream[T]{pub, want, s.mode, s.words + " → " + fmt.Sprintf(words, args...), s.part}
}

// atLeast says that not more is known than m.
func (s stream[T]) atLeast(m mode) stream[T] {
	s.mode = max(s.mode, m)
	return s
}

// just says that what is emitted is known, whatever was before.
func (s stream[T]) just() stream[T] {
	s.mode = exact
	return s
}

// fault is what goes wrong in a graph.
type fault int

const (
	nothing     fault = iota
	panics            // a function panics
	fails             // a function that can fail does
	leaves            // a sink leaves
	contextEnds       // the context ends inside a function
	timesOut          // the context ends at a time
	faults      = iota
)

var faultNames = [faults]string{"nothing", "a panic", "an error", "a sink leaves", "the context ends in a function", "the context ends at a time"}

// draw is one graph being drawn, and then run.
type draw[T any] struct {
	kind[T]
	rng      *rand.Rand
	fault    fault
	victim   int   // number of the function that it happens in
	at       int64 // in which call
	happened atomic.Bool
	cancel   func()

	tables    tables[T]
	drawn     []string // rows of the tables
	functions int      // drawn so far
	stages    int
	elements  int  // that sources may emit
	timed     bool // it takes virtual time
	sinks     []*sink[T]
	checks    []func() // at the end of the run, for more that is wrong
	mu        sync.Mutex
	problems  []string
}

// wrong reports what is wrong, from anywhere.
func (d *draw[T]) wrong(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.problems = append(d.problems, fmt.Sprintf(format, args...))
}

func (d *draw[T]) intn(n int) int { return d.rng.IntN(n) }

// oneOf draws one of vs.
func oneOf[T, V any](d *draw[T], vs ...V) V { return vs[d.intn(len(vs))] }

// capacity draws the size of a buffer.
func (d *draw[T]) capacity() int { return oneOf(d, 1, 2, 3, 8, 64, 256) }

// pause draws a short time.
func (d *draw[T]) pause() time.Duration {
	d.timed = true
	return time.Duration(1+d.intn(50)) * 100 * time.Microsecond
}

// function numbers a user's function. It returns what the function calls
// first.
func (d *draw[T]) function() func() error {
	id := d.functions
	d.functions++
	var calls atomic.Int64
	return func() error {
		if calls.Add(1)-1 != d.at || id != d.victim {
			return nil
		}
		switch d.fault {
		case panics:
			d.happened.Store(true)
			panic(errFault)
		case fails:
			d.happened.Store(true)
			return errFault
		case contextEnds:
			d.happened.Store(true)
			d.cancel()
		}
		return nil
	}
}

// pure is a function that cannot fail: an error of the fault becomes a panic.
func (d *draw[T]) pure(f func(v int) int) func(T) T {
	call := d.function()
	return func(e T) T {
		v := d.use(e)
		if err := call(); err != nil {
			panic(err)
		}
		return d.mint(f(v))
	}
}

// test is a predicate. It only looks at the element, and does not keep it.
func (d *draw[T]) test(f func(v int) bool) func(T) bool {
	call := d.function()
	return func(e T) bool {
		if err := call(); err != nil {
			panic(err)
		}
		return f(d.look(e))
	}
}

func mapped(vs []int, f func(int) int) []int {
	out := make([]int, len(vs))
	for i, v := range vs {
		out[i] = f(v)
	}
	return out
}

func filtered(vs []int, f func(int) bool) (out []int) {
	for _, v := range vs {
		if f(v) {
			out = append(out, v)
		}
	}
	return out
}

// numbers draws what a source emits.
func (d *draw[T]) numbers() []int {
	n := oneOf(d, d.intn(4), d.intn(30), d.intn(30), d.intn(300), d.intn(300), 256+d.intn(500))
	d.elements += n
	out := make([]int, n)
	for i := range out {
		out[i] = d.intn(100)
	}
	return out
}

// chain draws a source and some operators.
func (d *draw[T]) chain(depth int) stream[T] {
	s := d.source(depth)
	for range d.intn(5) {
		s = d.operator(s)
	}
	return s
}

func (d *draw[T]) String() string {
	var b strings.Builder
	for _, s := range d.sinks {
		fmt.Fprintf(&b, "    %s → %s\n", s.from.words, s.words)
	}
	fmt.Fprintf(&b, "    goes wrong: %s", faultNames[d.fault])
	if d.fault == panics || d.fault == fails || d.fault == contextEnds {
		fmt.Fprintf(&b, ", in call %d of function %d (of %d)", d.at, d.victim, d.functions)
	}
	return b.String()
}

// within reports whether every number of got is there as often in want.
func within(got, want []int) bool {
	left := make(map[int]int)
	for _, v := range want {
		left[v]++
	}
	for _, v := range got {
		if left[v]--; left[v] < 0 {
			return false
		}
	}
	return true
}

func prefix(got, want []int) bool {
	return len(got) <= len(want) && slices.Equal(got, want[:len(got)])
}
