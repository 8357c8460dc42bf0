package flowtest

import (
	"context"
	"errors"

	"github.com/weirgo/weir/flow"
)

// operator is what the rules for operators with a hand-driven upstream are
// checked on.
type operator[In, Out any] struct {
	OperatorConfig[In, Out]
	batches bool
}

func (o *operator[In, Out]) rules() []rule {
	rules := []rule{
		{"1.07", "signals after OnComplete go no further", o.afterComplete},
		{"2.03", "no calls inside OnComplete", o.endsOnly},
		{"2.05", "a second OnSubscribe is cancelled", o.secondSubscription},
		{"2.08", "elements after Cancel go no further", o.nextAfterCancel},
		{"2.13", "OnError(nil) goes no further", o.nilError},
		{"3.09", "a bad request reaches upstream as its end", o.badRequest},
		{"4.01", "a long run with little demand", o.longRun},
		{"G.09", "a panic in OnNext cancels upstream", o.panickingSubscriber},
		{"G.20", "the context reaches upstream", o.context},
	}
	if !o.Trusting {
		rules = append(rules, rule{"1.01", "surplus elements go no further", o.surplus})
	}
	if o.Prefetch >= 0 {
		rules = append(rules, rule{"2.01", "demand is bounded", o.bounded})
	}
	if o.Sharing != Hot {
		rules = append(rules,
			rule{"2.06", "Cancel reaches upstream once", o.cancel},
			rule{"2.06", "Cancel inside OnSubscribe reaches upstream", o.cancelInOnSubscribe},
			rule{"2.06", "Cancel inside OnNext reaches upstream", o.cancelInOnNext})
	}
	if len(o.Out(0)) == 0 {
		rules = append(rules, rule{"2.09", "OnComplete with and without demand", o.completes})
	}
	if !o.Recovers {
		rules = append(rules,
			rule{"1.07", "signals after OnError go no further", o.afterError},
			rule{"4.02", "OnError with and without demand", o.fails})
	}
	sortRules(rules)
	return rules
}

// start connects the operator with a hand-driven upstream and a probe.
func (o *operator[In, Out]) start(e *env) (*Manual[In], *Probe[Out]) {
	return o.startWith(e, e.ctx, func(*Probe[Out]) {})
}

func (o *operator[In, Out]) startWith(e *env, ctx context.Context, prepare func(p *Probe[Out])) (*Manual[In], *Probe[Out]) {
	up := newManual[In](e, e.limits.timeout())
	e.cleanup(up.unwatch)
	p := newProbe[Out](e, probeOptions{
		ctx: ctx, timeout: e.limits.timeout(), batches: o.batches, tolerant: e.limits.tolerant,
	})
	prepare(p)
	e.cleanup(p.leave)
	subscribe(e, o.New(up), p)
	return up, p
}

// feed sends as many elements as make n come out, and returns those.
func (o *operator[In, Out]) feed(up *Manual[In], n int) []Out {
	m, out := o.inputs(n)
	for i := range m {
		up.Next(o.In(i))
	}
	return out
}

// ended waits for the end, with the error if that is not nil.
func (o *operator[In, Out]) ended(e *env, p *Probe[Out], err error) {
	if !p.await(func() bool { return p.ended }, p.opt.timeout) {
		e.fatal(e.own, "the end did not reach downstream: %s", p)
	}
	if got := p.Err(); !errors.Is(got, err) {
		e.violate(e.own, "the stream should end with %v: %s", err, p)
	}
}

func (o *operator[In, Out]) afterComplete(e *env) {
	for _, wait := range []bool{true, false} {
		up, p := o.start(e)
		p.Request(flow.Unbounded)
		out := o.feed(up, 2)
		up.Complete()
		if wait {
			o.ended(e, p, nil)
		}
		up.ForceNext(o.In(0), o.In(1))
		up.ForceError(errTest)
		up.ForceComplete()
		o.ended(e, p, nil)
		e.lull()
		if got := p.Values(); !o.Lossy && !o.Unordered && !equal(got, out) {
			e.violate(e.own, "got %v, want %v", got, out)
		}
	}
}

func (o *operator[In, Out]) afterError(e *env) {
	up, p := o.start(e)
	p.Request(flow.Unbounded)
	o.feed(up, 1)
	up.Error(errTest)
	up.ForceNext(o.In(1))
	up.ForceComplete()
	up.ForceError(errors.New("flowtest: second error"))
	if up.Cancelled() == 0 { // it had what it wanted
		o.ended(e, p, errTest)
	}
	e.lull()
}

// endsOnly relies on the upstream, which looks who calls it.
func (o *operator[In, Out]) endsOnly(e *env) {
	for _, end := range []func(*Manual[In]){
		func(up *Manual[In]) { up.Complete() },
		func(up *Manual[In]) { up.Error(errTest) },
	} {
		up, p := o.start(e)
		p.Request(5)
		o.feed(up, 1)
		end(up)
		if !o.Recovers {
			o.ended(e, p, p.waitErr())
		}
	}
}

// waitErr returns the error of the end, when that has come.
func (p *Probe[T]) waitErr() error {
	p.await(func() bool { return p.ended }, p.opt.timeout)
	return p.Err()
}

func (o *operator[In, Out]) secondSubscription(e *env) {
	up, p := o.start(e)
	p.Request(flow.Unbounded)
	up.WaitRequested(1)
	second := up.ForceSubscribe()
	if !up.await(func() bool { return second.cancelled > 0 }) {
		e.violate(e.own, "the second subscription was not cancelled")
	}
	if n := second.Requested(); n > 0 {
		e.violate(e.own, "%d elements were requested on the second subscription", n)
	}
	if up.Cancelled() > 0 {
		e.violate(e.own, "the first subscription was cancelled")
	}
	o.feed(up, 1)
	up.Complete()
	o.ended(e, p, nil)
}

func (o *operator[In, Out]) surplus(e *env) {
	up, p := o.start(e)
	p.Request(1)
	up.WaitRequested(1)
	m, _ := o.inputs(6)
	for i := range m {
		up.ForceNext(o.In(i))
	}
	e.lull()
}

func (o *operator[In, Out]) bounded(e *env) {
	up, p := o.start(e)
	up.WaitSubscribed()
	e.lull()
	if n := up.Requested(); n > o.Prefetch {
		e.violate(e.own, "without demand %s elements were requested, at most %d are declared (Prefetch)",
			demandString(n), o.Prefetch)
	}
	p.Request(1)
	up.WaitRequested(1)
	e.lull()
	m, _ := o.inputs(1)
	if n := up.Requested(); n > o.Prefetch+int64(max(m, 1)) {
		e.violate(e.own, "with a demand of 1 %s elements were requested, at most %d are declared (Prefetch)",
			demandString(n), o.Prefetch+int64(max(m, 1)))
	}
}

// cancelled waits until the upstream is, and looks that it is only once.
func (o *operator[In, Out]) cancelled(e *env, up *Manual[In]) {
	if !up.await(func() bool { return up.line != nil && up.line.cancelled > 0 }) {
		e.fatal("2.06", "upstream was not cancelled")
	}
	e.lull()
	if n := up.Cancelled(); n > 1 {
		e.violate("2.06", "upstream was cancelled %d times", n)
	}
}

func (o *operator[In, Out]) cancel(e *env) {
	up, p := o.start(e)
	up.WaitSubscribed()
	p.Request(2)
	p.Cancel()
	p.Cancel()
	o.cancelled(e, up)
}

func (o *operator[In, Out]) cancelInOnSubscribe(e *env) {
	up, p := o.startWith(e, e.ctx, func(p *Probe[Out]) {
		p.begin = func() {
			p.Request(1)
			p.Cancel()
		}
	})
	p.subscription()
	e.lull()
	if up.Subscribed() > 0 { // it may as well never subscribe
		o.cancelled(e, up)
	}
}

func (o *operator[In, Out]) cancelInOnNext(e *env) {
	if m, out := o.inputs(2); m < 2 || len(out) < 2 {
		return
	}
	up, p := o.startWith(e, e.ctx, func(p *Probe[Out]) {
		p.Each(func(Out) { p.Cancel() })
	})
	p.Request(5)
	o.feed(up, 1)
	o.cancelled(e, up)
}

func (o *operator[In, Out]) nextAfterCancel(e *env) {
	up, p := o.start(e)
	p.Request(10)
	up.WaitRequested(1)
	ended := p.ends()
	p.Cancel()
	for i := range 3 {
		up.ForceNext(o.In(i))
	}
	up.ForceComplete()
	e.lull()
	if p.ends() != ended {
		e.violate(e.own, "a signal ended a stream that was cancelled: %s", p)
	}
}

// nilError accepts a panic at the caller, as well as another error.
func (o *operator[In, Out]) nilError(e *env) {
	up, p := o.start(e)
	p.Request(1)
	up.WaitRequested(1)
	func() {
		defer func() { _ = recover() }()
		up.ForceError(nil)
	}()
	e.lull()
}

// badRequest accepts that it is the upstream that answers.
func (o *operator[In, Out]) badRequest(e *env) {
	up, p := o.start(e)
	up.WaitSubscribed()
	p.Request(0)
	o.ended(e, p, flow.ErrInvalidDemand)
	if !up.await(func() bool { return up.line.cancelled > 0 || up.line.bad > 0 || up.ended }) {
		e.violate("2.06", "upstream was not cancelled after a bad request")
	}
}

func (o *operator[In, Out]) panickingSubscriber(e *env) {
	if m, out := o.inputs(2); m < 2 || len(out) < 2 {
		return
	}
	up, p := o.startWith(e, e.ctx, func(p *Probe[Out]) {
		p.Each(func(Out) { panic(onPurpose{}) })
	})
	p.Request(5)
	func() {
		defer e.recovered(e.own) // which knows the panic
		o.feed(up, 1)
	}()
	if !up.await(func() bool { return up.line.cancelled > 0 || up.ended }) {
		e.violate(e.own, "upstream was not cancelled after a panic in OnNext")
	}
}

type valueKey struct{}

func (o *operator[In, Out]) context(e *env) {
	ctx, cancel := e.within()
	ctx = context.WithValue(ctx, valueKey{}, "value")
	up, p := o.startWith(e, ctx, func(*Probe[Out]) {})
	up.WaitSubscribed()
	seen := up.Context()
	if seen.Value(valueKey{}) != "value" {
		e.violate(e.own, "a value of the context did not reach upstream")
	}
	cancel(errTest)
	o.ended(e, p, errTest)
	if !up.await(func() bool { return up.line.cancelled > 0 || up.ended }) {
		e.violate(e.own, "the end of the context did not reach upstream")
	}
}

func (o *operator[In, Out]) completes(e *env) {
	for _, demand := range []int64{0, 1, flow.Unbounded} {
		if demand == 0 && o.Lazy {
			continue
		}
		up, p := o.start(e)
		if demand > 0 {
			p.Request(demand)
		}
		up.Complete()
		o.ended(e, p, nil)
		if p.Err() != nil {
			e.violate(e.own, "demand %d: want OnComplete: %s", demand, p)
		}
	}
}

func (o *operator[In, Out]) fails(e *env) {
	for _, demand := range []int64{0, 1, flow.Unbounded} {
		if demand == 0 && o.Lazy {
			continue
		}
		up, p := o.start(e)
		if demand > 0 {
			p.Request(demand)
		}
		up.Error(errTest)
		o.ended(e, p, errTest)
	}
}
