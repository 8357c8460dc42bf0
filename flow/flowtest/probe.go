package flowtest

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weirgo/weir/flow"
)

// Probe is a subscriber with hand-driven demand that records every signal. It
// checks the protocol on each of them and reports a violation, with the number
// of the rule, as an error of its test; it never stops the goroutine that
// signals.
//
// Request, Cancel and the methods that read may be called from any goroutine;
// those that wait, from the goroutine of the test only.
type Probe[T any] struct {
	report reporter
	opt    probeOptions
	each   func(T)           // called in OnNext
	begin  func()            // called in OnSubscribe
	done   chan struct{}     // closed at the end
	last   int               // signals; not synchronised, so that -race sees signals without order
	busy   atomic.Int32      // signals that have not returned
	asked  atomic.Int64      // sum of the demand, saturated
	left   atomic.Bool       // Cancel has returned
	late   atomic.Int32      // signals that began after Cancel had returned
	mu     sync.Mutex        // guards the rest
	sub    flow.Subscription //
	values []T               //
	read   int               // values that ExpectNext has seen
	count  int               // signals
	ended  bool              //
	err    error             //
	told   map[string]bool   // rules reported already
	change chan struct{}     // closed at the next signal; nil if nobody waits
}

// NewProbe returns a probe that reports to t. Its subscription is cancelled
// when the test ends.
func NewProbe[T any](t testing.TB, opts ...ProbeOption) *Probe[T] {
	p := newProbe[T](reportTo(t), probeOptionsOf(opts))
	t.Cleanup(p.leave)
	return p
}

func newProbe[T any](r reporter, o probeOptions) *Probe[T] {
	return &Probe[T]{report: r, opt: o, done: make(chan struct{})}
}

// Subscribe subscribes a new probe to pub.
func Subscribe[T any](t testing.TB, pub flow.Publisher[T], opts ...ProbeOption) *Probe[T] {
	t.Helper()
	p := NewProbe[T](t, opts...)
	pub.Subscribe(p.opt.ctx, p.Subscriber())
	return p
}

// Subscriber returns p, or with [InBatches] a [BatchProbe] on it.
func (p *Probe[T]) Subscriber() flow.Subscriber[T] {
	if p.opt.batches {
		return &BatchProbe[T]{p}
	}
	return p
}

// Each has f called with every element, inside OnNext and on the publisher's
// goroutine. Call it before the probe is subscribed.
func (p *Probe[T]) Each(f func(v T)) { p.each = f }

// Request adds n to the demand, once the probe has a subscription. It may be
// called inside a signal. n below 1 is sent as it is.
func (p *Probe[T]) Request(n int64) {
	sub := p.subscription()
	if sub == nil {
		p.report.violate("1.09", "no OnSubscribe within %v", p.opt.timeout)
		return
	}
	for n > 0 {
		old := p.asked.Load()
		sum := old + n
		if sum < 0 {
			sum = flow.Unbounded
		}
		if p.asked.CompareAndSwap(old, sum) {
			break
		}
	}
	defer p.returned("3.16", "Request")
	sub.Request(n)
}

// Cancel ends the subscription, once the probe has one. More than one signal
// that begins after Cancel has returned is reported.
func (p *Probe[T]) Cancel() {
	sub := p.subscription()
	if sub == nil {
		p.report.violate("1.09", "no OnSubscribe within %v", p.opt.timeout)
		return
	}
	p.cancel(sub)
}

func (p *Probe[T]) cancel(sub flow.Subscription) {
	defer p.left.Store(true)
	defer p.returned("3.15", "Cancel")
	sub.Cancel()
}

// leave cancels if there is something to cancel.
func (p *Probe[T]) leave() {
	p.mu.Lock()
	sub, ended := p.sub, p.ended
	p.mu.Unlock()
	if sub != nil && !ended && !p.left.Load() {
		p.cancel(sub)
	}
}

// onPurpose is the panic of a probe that plays a bad subscriber.
type onPurpose struct{}

// returned reports a panic of the method of the subscription that called it
// as a deferred function.
func (p *Probe[T]) returned(rule, method string) {
	if r := recover(); r != nil && r != any(onPurpose{}) {
		p.violate(rule, "%s panicked: %v\n%s", method, r, debug.Stack())
	}
}

// OnSubscribe takes the subscription.
func (p *Probe[T]) OnSubscribe(sub flow.Subscription) {
	p.enter("OnSubscribe")
	defer p.busy.Add(-1)
	p.mu.Lock()
	first := p.sub == nil
	switch {
	case sub == nil:
		p.violateLocked("2.13", "OnSubscribe(nil)")
	case !first:
		p.violateLocked("2.12", "OnSubscribe a second time")
	default:
		p.sub = sub
	}
	p.signalled()
	p.mu.Unlock()
	if sub == nil || !first {
		return
	}
	if p.opt.demand != 0 {
		p.Request(p.opt.demand)
	}
	if p.begin != nil {
		p.begin()
	}
}

// OnNext records an element.
func (p *Probe[T]) OnNext(v T) {
	p.enter("OnNext")
	defer p.busy.Add(-1)
	p.mu.Lock()
	if p.mayReceive("OnNext") {
		p.values = append(p.values, v)
	}
	p.received()
	if p.each != nil {
		p.each(v)
	}
}

// received checks the count, and unlocks.
func (p *Probe[T]) received() {
	if n := int64(len(p.values)); n > p.asked.Load() {
		p.violateLocked("1.01", "%d elements, only %d were requested", n, p.asked.Load())
	}
	p.signalled()
	p.mu.Unlock()
}

// OnError records the end of the stream.
func (p *Probe[T]) OnError(err error) {
	p.enter("OnError")
	defer p.busy.Add(-1)
	p.end(fmt.Sprintf("OnError(%v)", err), err, err == nil)
}

// OnComplete records the end of the stream.
func (p *Probe[T]) OnComplete() {
	p.enter("OnComplete")
	defer p.busy.Add(-1)
	p.end("OnComplete", nil, false)
}

func (p *Probe[T]) end(signal string, err error, isNil bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if isNil {
		p.violateLocked("2.13", "OnError(nil)")
	}
	if p.mayReceive(signal) {
		p.ended, p.err = true, err
		close(p.done)
	}
	p.signalled()
}

// mayReceive reports whether signal may come in the present state.
func (p *Probe[T]) mayReceive(signal string) bool {
	if p.sub == nil {
		p.violateLocked("1.09", "%s before OnSubscribe", signal)
	}
	if p.ended {
		p.violateLocked("1.07", "%s after the end (%s)", signal, p.endLocked())
	}
	if p.late.Load() > 1 {
		p.violateLocked("1.08", "%s: %d signals began after Cancel had returned", signal, p.late.Load())
	}
	return !p.ended
}

func (p *Probe[T]) endLocked() string {
	switch {
	case !p.ended:
		return "no end"
	case p.err != nil:
		return fmt.Sprintf("OnError(%v)", p.err)
	}
	return "OnComplete"
}

// signalled wakes those who wait.
func (p *Probe[T]) signalled() {
	p.count++
	if p.change != nil {
		close(p.change)
		p.change = nil
	}
}

// enter begins a signal. The unsynchronised write comes first: the atomics
// and the mutex after it then order nothing that the publisher did not.
func (p *Probe[T]) enter(signal string) {
	if !p.opt.tolerant {
		p.last++
	}
	if p.left.Load() {
		p.late.Add(1)
	}
	if p.busy.Add(1) > 1 {
		p.overlap(signal)
	}
}

// overlap reports a signal that began before another one returned: as
// recursion where both are elements on the same stack.
func (p *Probe[T]) overlap(signal string) {
	if outer := signalsOnStack(); strings.HasPrefix(signal, "OnNext") && len(outer) > 1 &&
		strings.HasPrefix(outer[1], "OnNext") {
		p.violate("3.03", "%s inside %s: Request emits on the stack of its caller without a bound", signal, outer[1])
		return
	}
	p.violate("1.03", "%s before another signal returned", signal)
}

// signalsOnStack returns the signals of probes on the stack of the caller,
// innermost first.
func signalsOnStack() (names []string) {
	pcs := make([]uintptr, 512)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		f, more := frames.Next()
		if i := strings.LastIndex(f.Function, ")."); i >= 0 && strings.Contains(f.Function, "Probe[...]).On") {
			names = append(names, f.Function[i+2:])
		}
		if !more {
			return names
		}
	}
}

// violate reports the first violation of each rule.
func (p *Probe[T]) violate(rule, format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.violateLocked(rule, format, args...)
}

func (p *Probe[T]) violateLocked(rule, format string, args ...any) {
	if p.told[rule] {
		return
	}
	if p.told == nil {
		p.told = make(map[string]bool)
	}
	p.told[rule] = true
	p.report.violate(rule, format, args...)
}

// Values returns a copy of the elements received so far.
func (p *Probe[T]) Values() []T {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.values)
}

// Count returns how many elements were received so far.
func (p *Probe[T]) Count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.values)
}

// Err returns the error that ended the stream, or nil.
func (p *Probe[T]) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// Completed reports whether the stream has ended with OnComplete.
func (p *Probe[T]) Completed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended && p.err == nil
}

// Done returns a channel that is closed when the stream has ended.
func (p *Probe[T]) Done() <-chan struct{} { return p.done }

// subscription returns the subscription, and waits for it.
func (p *Probe[T]) subscription() flow.Subscription {
	p.mu.Lock()
	sub := p.sub
	p.mu.Unlock()
	if sub == nil && p.await(func() bool { return p.sub != nil }, p.opt.timeout) {
		return p.subscription()
	}
	return sub
}

// await waits until cond, which is called with the lock held, is true.
func (p *Probe[T]) await(cond func() bool, timeout time.Duration) bool {
	var timer *time.Timer
	for {
		p.mu.Lock()
		if cond() {
			p.mu.Unlock()
			return true
		}
		if p.change == nil {
			p.change = make(chan struct{})
		}
		change := p.change
		p.mu.Unlock()
		if timer == nil {
			timer = time.NewTimer(timeout)
			defer timer.Stop()
		}
		select {
		case <-change:
		case <-timer.C:
			return false
		}
	}
}
