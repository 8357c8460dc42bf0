package flowtest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

// fakeT is a test that records instead of failing.
type fakeT struct {
	testing.TB // for what is not called
	mu         sync.Mutex
	errors     []string
	cleanups   []func()
}

type fatalError struct{}

func (t *fakeT) Helper()          {}
func (t *fakeT) Name() string     { return "fake" }
func (t *fakeT) Cleanup(f func()) { t.cleanups = append(t.cleanups, f) }

func (t *fakeT) Errorf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.errors = append(t.errors, fmt.Sprintf(format, args...))
}

func (t *fakeT) Fatalf(format string, args ...any) {
	t.Errorf(format, args...)
	panic(fatalError{})
}

// run calls f as a test, with its cleanups, and returns the errors.
func (t *fakeT) run(f func(t testing.TB)) []string {
	func() {
		defer func() {
			if r := recover(); r != nil && r != any(fatalError{}) {
				panic(r)
			}
		}()
		f(t)
	}()
	for _, c := range slices.Backward(t.cleanups) {
		c()
	}
	return t.errors
}

// fails checks that f, run as a test, fails with errors that contain want, one
// for each.
func fails(t *testing.T, f func(t testing.TB), want ...string) {
	t.Helper()
	got := new(fakeT).run(f)
	if len(got) != len(want) {
		t.Errorf("got the errors %q, want %q", got, want)
		return
	}
	for i := range want {
		if !strings.Contains(got[i], want[i]) {
			t.Errorf("got the error %q, want %q", got[i], want[i])
		}
	}
}
