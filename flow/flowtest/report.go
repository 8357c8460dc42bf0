package flowtest

import (
	"sync"
	"testing"
)

// A reporter takes the findings of probes and publishers. Behind it is a test,
// or a check of a suite that collects them.
type reporter interface {
	// violate says that a rule was broken. It may be called from any goroutine
	// and returns.
	violate(rule, format string, args ...any)
	// fatal does the same and ends the test or the check. Only its own
	// goroutine may call it.
	fatal(rule, format string, args ...any)
	helper()
}

// testReporter reports to a test, and to nobody once the test has ended.
type testReporter struct {
	t     testing.TB
	mu    sync.Mutex
	ended bool
}

func reportTo(t testing.TB) *testReporter {
	r := &testReporter{t: t}
	t.Cleanup(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.ended = true
	})
	return r
}

func (r *testReporter) helper() { r.t.Helper() }

func (r *testReporter) violate(rule, format string, args ...any) {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.ended {
		r.t.Errorf(prefix(rule)+format, args...)
	}
}

func (r *testReporter) fatal(rule, format string, args ...any) {
	r.t.Helper()
	r.t.Fatalf(prefix(rule)+format, args...)
}

func prefix(rule string) string {
	if rule == "" {
		return ""
	}
	return "rule " + rule + ": "
}
