package flowtest

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A rule is one row of a suite. Its check reports what is broken to env, most
// often under the rule's own number.
type rule struct {
	id, text string
	check    func(e *env)
}

func (r rule) name() string { return r.id + " " + r.text }

// A group is a table of rules with the circumstances they run under.
type group struct {
	name  string
	rules []rule
}

// Limits are the times and the context that the checks of a Verify function
// use. The zero value is right for most.
type Limits struct {
	// Timeout is how long to wait for what must happen: 5 seconds if zero. It
	// is never spent when things are right.
	Timeout time.Duration
	// Quiet is how long to look for a signal that must not come: 20
	// milliseconds if zero.
	Quiet time.Duration
	// Serial runs one check at a time. Without it they run concurrently, and
	// so do the publishers that are made for them.
	Serial bool
	// Context, if not nil, derives the context of a check from a background
	// context, for example to give it a scheduler.
	Context func(ctx context.Context) context.Context

	// tolerant probes leave the race detector alone: for tests of this kit.
	tolerant bool
}

// concurrency is how many checks run at a time; most of them only wait.
const concurrency = 24

// run runs the groups and reports every rule as a subtest.
func run(t *testing.T, limits Limits, groups []group) {
	t.Helper()
	checks := start(limits, groups)
	rest := checks
	for _, g := range groups {
		own := rest[:len(g.rules)]
		rest = rest[len(g.rules):]
		t.Run(g.name, func(t *testing.T) {
			for i, r := range g.rules {
				t.Run(r.name(), func(t *testing.T) { own[i].report(t) })
			}
		})
	}
	// A filter of subtests may have left some unread.
	for _, c := range checks {
		<-c.done
	}
	t.Run("G.08 no goroutines left", func(t *testing.T) {
		for _, v := range leftovers(checks, limits.timeout()) {
			t.Error(v)
		}
	})
}

func (l Limits) timeout() time.Duration {
	if l.Timeout > 0 {
		return l.Timeout
	}
	return defaultTimeout
}

func (l Limits) quiet() time.Duration {
	if l.Quiet > 0 {
		return l.Quiet
	}
	return defaultQuiet
}

// A violation is what a check found.
type violation struct{ rule, text string }

func (v violation) String() string { return prefix(v.rule) + v.text }

// A check is one rule on its way.
type check struct {
	label string // of its goroutines, unique in the process
	env   *env
	done  chan struct{}
	hung  bool // it was given up; set before done
}

// labelKey is the profiler label by which goroutines of a check are found.
const labelKey = "flowtest"

var labels atomic.Int64

// start begins the checks of all groups, in the order of the tables.
func start(limits Limits, groups []group) []*check {
	var checks []*check
	var rules []rule
	for _, g := range groups {
		for _, r := range g.rules {
			id := strconv.FormatInt(labels.Add(1), 10)
			checks = append(checks, &check{
				label: id + " " + g.name + "/" + r.id,
				env:   &env{own: r.id, limits: limits},
				done:  make(chan struct{}),
			})
			rules = append(rules, r)
		}
	}
	n := concurrency
	if limits.Serial {
		n = 1
	}
	var next atomic.Int64
	for range min(n, len(checks)) {
		go func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(checks) {
					return
				}
				checks[i].run(rules[i])
			}
		}()
	}
	return checks
}

// run runs the check on a goroutine of its own and gives it up when it hangs.
func (c *check) run(r rule) {
	defer close(c.done)
	returned := make(chan struct{})
	go func() {
		defer close(returned)
		base := pprof.WithLabels(context.Background(), pprof.Labels(labelKey, c.label))
		pprof.SetGoroutineLabels(base)
		c.env.run(base, r.check)
	}()
	timer := time.NewTimer(3 * c.env.limits.timeout())
	defer timer.Stop()
	select {
	case <-returned:
	case <-timer.C:
		c.hung = true
		c.env.violate(r.id, "a call did not return; the goroutines of the check:\n%s", stacksOf(c.label))
	}
	c.env.close()
}

func (c *check) report(t *testing.T) {
	<-c.done
	for _, v := range c.env.found {
		t.Error(v)
	}
}

// env is what a check works with. It collects the violations.
type env struct {
	own     string // number of the rule that is checked
	limits  Limits
	ctx     context.Context
	tidy    []func() // run at the end of the check, last first
	helpers sync.WaitGroup

	mu     sync.Mutex
	found  []violation
	closed bool
}

// errCheckEnded ends the contexts of a check that has ended.
var errCheckEnded = errors.New("flowtest: the check has ended")

// abandoned is the panic that ends a check.
type abandoned struct{}

func (e *env) run(base context.Context, f func(*env)) {
	if e.limits.Context != nil {
		base = e.limits.Context(base)
	}
	ctx, cancel := context.WithCancelCause(base)
	e.ctx = ctx
	defer e.helpers.Wait()
	defer cancel(errCheckEnded)
	defer e.cleanUp()
	defer e.recovered(e.own)
	f(e)
}

func (e *env) cleanUp() {
	for _, f := range slices.Backward(e.tidy) {
		func() {
			defer e.recovered(e.own)
			f()
		}()
	}
}

func (e *env) cleanup(f func()) { e.tidy = append(e.tidy, f) }

// recovered reports a panic of its caller under the rule.
func (e *env) recovered(rule string) {
	switch r := recover(); r {
	case nil, any(abandoned{}), any(onPurpose{}):
	default:
		e.violate(rule, "panic: %v\n%s", r, debug.Stack())
	}
}

func (e *env) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
}

func (e *env) helper() {}

func (e *env) violate(rule, format string, args ...any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.closed {
		e.found = append(e.found, violation{rule, fmt.Sprintf(format, args...)})
	}
}

func (e *env) fatal(rule, format string, args ...any) {
	e.violate(rule, format, args...)
	panic(abandoned{})
}

// spawn calls f on a goroutine that the check waits for.
func (e *env) spawn(f func()) {
	e.helpers.Go(func() {
		defer e.recovered(e.own)
		f()
	})
}

// wait waits for a channel to be closed, and ends the check if that does not
// happen.
func (e *env) wait(c <-chan struct{}, rule, format string, args ...any) {
	timer := time.NewTimer(e.limits.timeout())
	defer timer.Stop()
	select {
	case <-c:
	case <-timer.C:
		e.fatal(rule, format, args...)
	}
}

// lull waits as long as a check looks for signals that must not come.
func (e *env) lull() {
	timer := time.NewTimer(e.limits.quiet())
	defer timer.Stop()
	<-timer.C
}
