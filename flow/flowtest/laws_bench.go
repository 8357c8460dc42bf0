package flowtest

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// bench is where a law is held, on one scheduler and in one bubble. It
// collects what is found.
type bench struct {
	t    *testing.T
	law  law
	on   LawScheduler
	seed uint64
	rng  *rand.Rand // of the law; only its own goroutine uses it
	runs uint64     // trials so far

	mu    sync.Mutex
	what  string // what the present trial is
	found []string
}

// limit is the real time that a trial may take, which is a thousandth of that.
const limit = time.Minute

// guard ends the program if a trial hangs: where goroutines run round in
// circles, virtual time stands still, and nothing in the bubble can notice.
// It is called outside.
func (b *bench) guard() *time.Timer {
	b.mu.Lock()
	defer b.mu.Unlock()
	var seen uint64
	var timer *time.Timer
	timer = time.AfterFunc(limit, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.runs == seen {
			panic(fmt.Sprintf("flowtest.VerifyLaws: law %s, %s, scheduler %s, seed %d: the operator runs without end, "+
				"and virtual time stands still", b.law.name, b.what, b.on.Name, b.seed))
		}
		seen = b.runs
		timer.Reset(limit)
	})
	return timer
}

// enough is how many faults are reported. The trials after them are left out.
const enough = 3

// failed reports whether enough has been found.
func (b *bench) failed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.found) >= enough
}

// begin says what the next trial is, and returns its seed.
func (b *bench) begin(format string, args ...any) uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.what = fmt.Sprintf(format, args...)
	b.runs++
	return b.seed*1_000_003 + b.runs
}

// wrong reports a fault of the present trial.
func (b *bench) wrong(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.found) < enough {
		b.found = append(b.found, fmt.Sprintf("law %s (%s)\n%s, scheduler %s, seed %d:\n%s",
			b.law.name, b.law.text, b.what, b.on.Name, b.seed, fmt.Sprintf(format, args...)))
	}
}

// The methods of a reporter.

func (b *bench) violate(rule, format string, args ...any) { b.wrong(prefix(rule)+format, args...) }
func (b *bench) fatal(rule, format string, args ...any)   { b.violate(rule, format, args...) }
func (b *bench) helper()                                  {}
