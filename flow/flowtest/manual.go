package flowtest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/weirgo/weir/flow"
)

// Manual is a publisher driven by hand. It keeps the rules unless told
// otherwise: elements wait for demand and stop at Cancel, the end of the
// context and a bad request are answered with OnError. The methods that begin
// with Force break the rules on purpose.
//
// Signals go to the latest subscriber, on the goroutine of the method that
// sends them. It reports a subscriber that requests or cancels inside OnError
// or OnComplete (rule 2.03).
type Manual[T any] struct {
	report  reporter
	timeout time.Duration
	slow    func() // called inside Request

	mu         sync.Mutex
	change     chan struct{} // closed when something changes; nil if nobody waits
	line       *Line         // latest
	to         flow.Subscriber[T]
	ctx        context.Context
	stop       func() bool // of the watch of ctx
	subscribed int
	sent       int64
	ended      bool
	queue      []func()
	draining   bool
}

// NewManual returns a publisher that reports to t.
func NewManual[T any](t testing.TB) *Manual[T] {
	m := newManual[T](reportTo(t), defaultTimeout)
	t.Cleanup(m.unwatch)
	return m
}

func newManual[T any](r reporter, timeout time.Duration) *Manual[T] {
	return &Manual[T]{report: r, timeout: timeout, ctx: context.Background()}
}

// Subscribe makes s the subscriber that the signals go to.
func (m *Manual[T]) Subscribe(ctx context.Context, s flow.Subscriber[T]) {
	if s == nil {
		panic("flowtest: nil subscriber")
	}
	m.unwatch()
	m.mu.Lock()
	l := m.newLine()
	m.line, m.to, m.ctx = l, s, ctx
	m.sent, m.ended = 0, false
	m.subscribed++
	m.changed()
	m.mu.Unlock()
	m.post(func() {
		s.OnSubscribe(l)
		m.watch(l, s, ctx)
	})
}

// watch has the end of ctx signalled.
func (m *Manual[T]) watch(l *Line, s flow.Subscriber[T], ctx context.Context) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.line == l && !m.ended && l.cancelled == 0 && ctx.Done() != nil {
		m.stop = context.AfterFunc(ctx, func() { m.end(l, func() { s.OnError(context.Cause(ctx)) }) })
	}
}

func (m *Manual[T]) newLine() *Line {
	l := &Line{slow: m.slow}
	l.mu = &m.mu
	l.changed = m.changed
	l.rule = m.report.violate
	l.leave = func() {
		if m.line == l && m.stop != nil {
			m.stop()
			m.stop = nil
		}
	}
	l.invalid = func() {
		m.mu.Lock()
		s := m.to
		m.mu.Unlock()
		m.end(l, func() { s.OnError(fmt.Errorf("flowtest: %w", flow.ErrInvalidDemand)) })
	}
	return l
}

func (m *Manual[T]) unwatch() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stop != nil {
		m.stop()
		m.stop = nil
	}
}

// Next sends vs one by one, each as soon as it is requested. It fails the test
// if that does not happen, and sends no more to a subscriber that has left or
// whose stream has ended.
func (m *Manual[T]) Next(vs ...T) {
	m.report.helper()
	for _, v := range vs {
		if !m.demanded(1) {
			return
		}
		m.send(1, func(s flow.Subscriber[T]) { s.OnNext(v) })
	}
}

// NextBatch sends vs as one batch, as soon as all of it is requested, or one
// by one to a subscriber that does not take batches. Otherwise it is as
// [Manual.Next].
func (m *Manual[T]) NextBatch(vs ...T) {
	m.report.helper()
	batches, ok := m.Subscriber().(flow.BatchSubscriber[T])
	if !ok {
		m.Next(vs...)
		return
	}
	if m.demanded(len(vs)) {
		m.send(len(vs), func(flow.Subscriber[T]) { batches.OnNextBatch(vs) })
	}
}

// demanded waits until n more elements may be sent. It returns false if the
// stream ends before.
func (m *Manual[T]) demanded(n int) bool {
	m.report.helper()
	gone := false
	ok := m.await(func() bool {
		gone = m.ended || m.line != nil && m.line.cancelled > 0
		return gone || m.line != nil && m.line.requested-m.sent >= int64(n)
	})
	if !ok {
		m.report.fatal("2.01", "%d more elements were not requested (requested %s, sent %d)",
			n, demandString(m.Requested()), m.sent)
	}
	return !gone
}

func (m *Manual[T]) send(n int, f func(s flow.Subscriber[T])) {
	m.post(func() {
		m.mu.Lock()
		gone := m.ended || m.line.cancelled > 0
		if !gone {
			m.sent += int64(n)
		}
		s := m.to
		m.mu.Unlock()
		if !gone {
			f(s)
		}
	})
}

// Error ends the stream with err. It does nothing if the stream has ended or
// the subscriber has left.
func (m *Manual[T]) Error(err error) {
	if err == nil {
		panic("flowtest: Manual.Error(nil); ForceError sends it")
	}
	line, s := m.current()
	m.end(line, func() { s.OnError(err) })
}

// Complete ends the stream. It does nothing if the stream has ended or the
// subscriber has left.
func (m *Manual[T]) Complete() {
	line, s := m.current()
	m.end(line, func() { s.OnComplete() })
}

func (m *Manual[T]) end(l *Line, f func()) {
	m.post(func() {
		m.mu.Lock()
		gone := m.line != l || m.ended || l.cancelled > 0
		if !gone {
			m.ended = true
			m.changed()
		}
		m.mu.Unlock()
		if !gone {
			m.unwatch()
			lastSignal(f)
		}
	})
}

// current returns the latest subscription, and waits for the first.
func (m *Manual[T]) current() (*Line, flow.Subscriber[T]) {
	m.report.helper()
	m.WaitSubscribed()
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.line, m.to
}

// post runs f after what was posted before. It returns at once if another
// signal is on its way: that one's goroutine runs f then.
func (m *Manual[T]) post(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.queue = append(m.queue, f)
	if m.draining {
		return
	}
	m.draining = true
	defer func() { m.draining = false }()
	for len(m.queue) > 0 {
		f := m.queue[0]
		m.queue = m.queue[1:]
		func() {
			m.mu.Unlock()
			defer m.mu.Lock() // also if the subscriber panics
			f()
		}()
	}
}

// Requested returns the sum of the demand of the latest subscription.
func (m *Manual[T]) Requested() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.line == nil {
		return 0
	}
	return m.line.requested
}

// Cancelled returns how often Cancel was called on the latest subscription.
func (m *Manual[T]) Cancelled() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.line == nil {
		return 0
	}
	return m.line.cancelled
}

// Subscribed returns how often Subscribe was called.
func (m *Manual[T]) Subscribed() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.subscribed
}

// Context returns the context of the latest subscription.
func (m *Manual[T]) Context() context.Context {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ctx
}

// Subscriber waits for a subscriber and returns the latest. Signals sent to it
// directly are subject to no rule.
func (m *Manual[T]) Subscriber() flow.Subscriber[T] {
	m.report.helper()
	_, s := m.current()
	return s
}

// WaitSubscribed waits until there is a subscriber, and fails the test if none
// comes.
func (m *Manual[T]) WaitSubscribed() {
	m.report.helper()
	if !m.await(func() bool { return m.line != nil }) {
		m.report.fatal("", "nobody subscribed")
	}
}

// WaitRequested waits until n elements have been requested in all on the
// latest subscription, and fails the test if they are not.
func (m *Manual[T]) WaitRequested(n int64) {
	m.report.helper()
	if !m.await(func() bool { return m.line != nil && m.line.requested >= n }) {
		m.report.fatal("2.01", "requested %s, want at least %s", demandString(m.Requested()), demandString(n))
	}
}

// WaitCancelled waits until the latest subscription has been cancelled, and
// fails the test if it is not.
func (m *Manual[T]) WaitCancelled() {
	m.report.helper()
	if !m.await(func() bool { return m.line != nil && m.line.cancelled > 0 }) {
		m.report.fatal("2.06", "the subscription was not cancelled")
	}
}

// changed wakes those who wait. The lock is held.
func (m *Manual[T]) changed() {
	if m.change != nil {
		close(m.change)
		m.change = nil
	}
}

// await waits until cond, which is called with the lock held, is true.
func (m *Manual[T]) await(cond func() bool) bool {
	var timer *time.Timer
	for {
		m.mu.Lock()
		if cond() {
			m.mu.Unlock()
			return true
		}
		if m.change == nil {
			m.change = make(chan struct{})
		}
		change := m.change
		m.mu.Unlock()
		if timer == nil {
			timer = time.NewTimer(m.timeout)
			defer timer.Stop()
		}
		select {
		case <-change:
		case <-timer.C:
			return false
		}
	}
}
