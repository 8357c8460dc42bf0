package flowtest

import (
	"context"
	"math"
	"runtime/debug"
	"testing"

	"github.com/weirgo/weir/flow"
)

// Sharing says what a second subscriber of a publisher gets.
type Sharing int

const (
	// Cold publishers start a stream of their own for each subscriber.
	Cold Sharing = iota
	// Hot publishers let their subscribers share one stream, which begins with
	// the first of them. A late one may get less.
	Hot
	// Unicast publishers refuse the second subscriber: it gets OnSubscribe and
	// OnError.
	Unicast
)

// PublisherConfig describes a publisher to [VerifyPublisher].
type PublisherConfig[T any] struct {
	// New returns a publisher of exactly n elements, 0 <= n <= Max.
	New func(n int) flow.Publisher[T]
	// Failed, if not nil, returns a publisher that fails with Err and without
	// an element.
	Failed func() flow.Publisher[T]
	// Err is what Failed fails with, for errors.Is; nil stands for any error.
	Err error
	// Want, if not nil, returns the element that must come i-th.
	Want func(i int) T

	// Max is the largest n that New can make, if there is a limit.
	Max int
	// Endless publishers ignore n and never end.
	Endless bool
	// Lazy publishers learn that they are at their end only when they are
	// asked for more than they have.
	Lazy bool
	// Sharing says what a second subscriber gets.
	Sharing Sharing

	Limits
}

// VerifyPublisher checks a publisher against every rule of the Reactive
// Streams specification that a test can check, and against Weir's own for
// contexts and batches. Each rule is a subtest named by its number.
func VerifyPublisher[T any](t *testing.T, cfg PublisherConfig[T]) {
	t.Helper()
	run(t, cfg.Limits, publisherGroups(cfg))
}

func publisherGroups[T any](cfg PublisherConfig[T]) []group {
	var groups []group
	for _, batches := range []bool{false, true} {
		s := &subject[T]{
			open: cfg.open, endless: cfg.Endless, lazy: cfg.Lazy, sharing: cfg.Sharing,
			fail: cfg.Failed, err: cfg.Err, batches: batches,
		}
		groups = append(groups, group{downstream(batches), s.rules()})
	}
	return groups
}

func downstream(batches bool) string {
	if batches {
		return "batch"
	}
	return "plain"
}

// endless is the length of a stream without an end.
const endless = math.MaxInt32

func (cfg PublisherConfig[T]) open(n int) stream[T] {
	if cfg.Max > 0 {
		n = min(n, cfg.Max)
	}
	s := stream[T]{pub: cfg.New(n), n: n}
	if cfg.Endless {
		s.n = endless
	}
	if cfg.Want != nil {
		s.want = func(i int) (T, bool) { return cfg.Want(i), true }
	}
	return s
}

// A stream is a publisher and what it should send.
type stream[T any] struct {
	pub  flow.Publisher[T]
	n    int
	want func(i int) (v T, known bool)
}

// A subject is what the rules for publishers are checked on.
type subject[T any] struct {
	open      func(n int) stream[T] // n elements, or as many as it can
	fail      func() flow.Publisher[T]
	err       error // of fail
	endless   bool
	lazy      bool
	lossy     bool // it may send fewer than there are
	unordered bool
	sharing   Sharing
	batches   bool
}

// empty reports whether the subject can be a stream of no elements that knows
// its end.
func (s *subject[T]) empty() bool { return !s.endless && s.open(0).n == 0 }

func (s *subject[T]) probe(e *env) *Probe[T] {
	return newProbe[T](e, probeOptions{
		ctx: e.ctx, timeout: e.limits.timeout(), batches: s.batches, tolerant: e.limits.tolerant,
	})
}

// start subscribes a probe to a stream of n elements, or as many as there are.
func (s *subject[T]) start(e *env, n int) (*Probe[T], stream[T]) {
	p, st := s.probe(e), s.open(n)
	s.subscribe(e, st.pub, p)
	return p, st
}

func (s *subject[T]) subscribe(e *env, pub flow.Publisher[T], p *Probe[T]) {
	e.cleanup(p.leave)
	subscribe(e, pub, p)
}

// subscribe does not remember p.
func subscribe[T any](e *env, pub flow.Publisher[T], p *Probe[T]) {
	defer func() {
		if r := recover(); r != nil && r != any(onPurpose{}) {
			e.fatal("1.09", "Subscribe panicked: %v\n%s", r, debug.Stack())
		}
	}()
	pub.Subscribe(p.opt.ctx, p.Subscriber())
}

// within returns the context of the check with its own cancel.
func (e *env) within() (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(e.ctx)
	e.cleanup(func() { cancel(errCheckEnded) })
	return ctx, cancel
}

// count waits for n elements in all. Lossy streams may end before.
func (s *subject[T]) count(e *env, p *Probe[T], n int) {
	if !p.await(func() bool { return len(p.values) >= n || p.ended }, p.opt.timeout) || (p.Count() < n && !s.lossy) {
		e.fatal(e.own, "%d elements should have come: %s", n, p)
	}
}

// ended waits for the end, which may need more demand for lazy publishers.
func (s *subject[T]) ended(e *env, p *Probe[T]) {
	if s.lazy {
		p.Request(1)
	}
	s.end(e, p)
}

func (s *subject[T]) end(e *env, p *Probe[T]) {
	if !p.await(func() bool { return p.ended }, p.opt.timeout) {
		e.fatal(e.own, "the stream should have ended: %s", p)
	}
}

// complete waits for the end after all elements of st were requested.
func (s *subject[T]) complete(e *env, p *Probe[T], st stream[T]) {
	s.ended(e, p)
	if err := p.Err(); err != nil {
		e.fatal(e.own, "the stream should have completed: %s", p)
	}
	n := p.Count()
	if n > st.n || n < st.n && !s.lossy {
		e.fatal(e.own, "%d elements were expected: %s", st.n, p)
	}
	s.values(e, p, st)
}

// values compares the elements with those that were expected.
func (s *subject[T]) values(e *env, p *Probe[T], st stream[T]) {
	if st.want == nil {
		return
	}
	got := p.Values()
	next := 0 // of what is expected, where order matters
	known := st.n
	if !s.lossy {
		known = min(known, 4*len(got)+64) // an endless stream says that it is very long
	}
	used := make([]bool, known)
	for i, v := range got {
		if s.unordered {
			next = 0
		} else if !s.lossy {
			next = i
		}
		found := false
		for ; next < len(used) && !found; next++ {
			w, sure := st.want(next)
			if !sure || !used[next] && equal([]T{v}, []T{w}) {
				used[next], found = true, true
			}
			if !s.unordered && !s.lossy && !found {
				e.fatal(e.own, "element %d is %v, want %v", i, v, w)
			}
		}
		if !found {
			e.fatal(e.own, "element %d is %v, which was not sent, or out of order: %s", i, v, p)
		}
	}
}

// some returns how many elements a check may ask for that needs k, and one
// that is left over where there is.
func (st stream[T]) some(k int) int { return max(1, min(k, st.n-1)) }
