package flowtest

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/weirgo/weir/flow"
)

// intake is a hand on a source: it says how many elements there are so far and
// how large the next batch is, and keeps the books of each subscription.
type intake struct {
	mu      sync.Mutex
	gate    int                // elements that each subscription may send so far
	size    func(most int) int // of the next batch; nil: as large as may be
	lines   []*intakeLine
	endless bool // their end waits, too
}

// intakeLine is the account of one subscription.
type intakeLine struct {
	of        *intake
	wake      func() // lets the source look again
	requested int64
	sent      int64
	cancelled int
	ended     bool // it has signalled its end
	lapsed    bool // because the context had ended
}

func (in *intake) join(wake func()) *intakeLine {
	in.mu.Lock()
	defer in.mu.Unlock()
	l := &intakeLine{of: in, wake: wake}
	in.lines = append(in.lines, l)
	return l
}

// open lets n elements through, counted from the beginning.
func (in *intake) open(n int) {
	in.mu.Lock()
	in.gate = n
	in.unlockAndWake()
}

// finish lets the end through.
func (in *intake) finish() {
	in.mu.Lock()
	in.endless = false
	in.unlockAndWake()
}

func (in *intake) unlockAndWake() {
	lines := slices.Clip(in.lines)
	in.mu.Unlock()
	for _, l := range lines {
		l.wake()
	}
}

// over reports whether no subscription goes on.
func (in *intake) over() bool {
	_, live := in.outstanding()
	return !live
}

// waits reports whether the end must not come yet.
func (l *intakeLine) waits() bool {
	l.of.mu.Lock()
	defer l.of.mu.Unlock()
	return l.of.endless
}

// all calls f with each account.
func (in *intake) all(f func(i int, l *intakeLine)) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for i, l := range in.lines {
		f(i, l)
	}
}

func (l *intakeLine) request(n int64) {
	l.of.mu.Lock()
	defer l.of.mu.Unlock()
	if n > 0 {
		if l.requested += n; l.requested < 0 {
			l.requested = flow.Unbounded
		}
	}
}

func (l *intakeLine) cancel() {
	l.of.mu.Lock()
	defer l.of.mu.Unlock()
	l.cancelled++
}

// end books the end, for the reasons in notes.
func (l *intakeLine) end(notes uint32) {
	l.of.mu.Lock()
	defer l.of.mu.Unlock()
	l.ended = notes&(cancelled|ctxEnded) == 0
	l.lapsed = notes&(cancelled|ctxEnded) == ctxEnded
}

// take books the next batch: at most n elements, of which the first is number
// next.
func (l *intakeLine) take(next, n int) int {
	l.of.mu.Lock()
	defer l.of.mu.Unlock()
	if n = min(n, l.of.gate-next); n <= 0 {
		return 0
	}
	if l.of.size != nil {
		n = l.of.size(n)
	}
	l.sent += int64(n)
	return n
}

// outstanding returns how many elements were requested and not yet sent, over
// all subscriptions that go on, and whether there is one.
func (in *intake) outstanding() (n int64, live bool) {
	in.all(func(_ int, l *intakeLine) {
		if l.ended || l.lapsed || l.cancelled > 0 {
			return
		}
		live = true
		if n += l.requested - l.sent; n < 0 {
			n = flow.Unbounded
		}
	})
	return n, live
}

// sent returns how many elements were sent in all.
func (in *intake) sent() (n int64) {
	in.all(func(_ int, l *intakeLine) { n += l.sent })
	return n
}

// subscriptions returns how many there were.
func (in *intake) subscriptions() int {
	in.mu.Lock()
	defer in.mu.Unlock()
	return len(in.lines)
}

// String lists the accounts, for messages.
func (in *intake) String() string {
	var all []string
	in.all(func(_ int, l *intakeLine) {
		s := fmt.Sprintf("requested %s, sent %d", demandString(l.requested), l.sent)
		switch {
		case l.cancelled > 0:
			s += ", cancelled"
		case l.ended:
			s += ", ended"
		case l.lapsed:
			s += ", ended by the context"
		}
		all = append(all, s)
	})
	if len(all) == 0 {
		return "not subscribed"
	}
	return strings.Join(all, "; ")
}
