package flowtest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// WaitCount waits until n elements have been received in all, and fails the
// test if the stream ends before, or they do not come.
func (p *Probe[T]) WaitCount(n int) {
	p.report.helper()
	ok := p.await(func() bool { return len(p.values) >= n || p.ended }, p.opt.timeout)
	if got := p.Count(); !ok || got < n {
		p.report.fatal("", "got %d elements, want %d (%s)", got, n, p.String())
	}
}

// WaitDone waits until the stream has ended in any way, and fails the test if
// it does not.
func (p *Probe[T]) WaitDone() {
	p.report.helper()
	if !p.await(func() bool { return p.ended }, p.opt.timeout) {
		p.report.fatal("", "the stream did not end (%s)", p.String())
	}
}

// ExpectNext waits for the next elements, those that no ExpectNext has seen
// yet, and fails the test if they are not vs.
func (p *Probe[T]) ExpectNext(vs ...T) {
	p.report.helper()
	want := p.read + len(vs)
	p.await(func() bool { return len(p.values) >= want || p.ended }, p.opt.timeout)
	p.mu.Lock()
	got := slices.Clone(p.values[p.read:min(want, len(p.values))])
	p.read += len(got)
	p.mu.Unlock()
	if !equal(got, vs) {
		p.report.fatal("", "got %v, want %v (%s)", got, vs, p.String())
	}
}

// ExpectComplete waits for OnComplete, and fails the test if there are
// elements before it that no ExpectNext has seen, or another end.
func (p *Probe[T]) ExpectComplete() {
	p.report.helper()
	if err := p.expectEnd(); err != nil {
		p.report.fatal("", "got OnError(%v), want OnComplete", err)
	}
}

// ExpectError waits for an OnError that matches target as errors.Is does, and
// returns its error. It fails the test if there are elements before it that
// no ExpectNext has seen, or another end.
func (p *Probe[T]) ExpectError(target error) error {
	p.report.helper()
	err := p.expectEnd()
	if !errors.Is(err, target) || err == nil {
		p.report.fatal("", "got %s, want OnError(%v)", p.String(), target)
	}
	return err
}

func (p *Probe[T]) expectEnd() error {
	p.report.helper()
	p.await(func() bool { return p.ended || len(p.values) > p.read }, p.opt.timeout)
	p.mu.Lock()
	ended, rest, err := p.ended, slices.Clone(p.values[p.read:]), p.err
	p.mu.Unlock()
	if len(rest) > 0 {
		p.report.fatal("", "got the elements %v before the end (%s)", rest, p.String())
	}
	if !ended {
		p.report.fatal("", "the stream did not end (%s)", p.String())
	}
	return err
}

// ExpectNoSignal fails the test if a signal comes within d, or there are
// elements that no ExpectNext has seen. 20 milliseconds are enough: a wait
// that is too short misses a fault now and then, but never invents one.
func (p *Probe[T]) ExpectNoSignal(d time.Duration) {
	p.report.helper()
	p.mu.Lock()
	count, rest := p.count, slices.Clone(p.values[p.read:])
	p.mu.Unlock()
	if len(rest) > 0 {
		p.report.fatal("", "got the elements %v, want no signal", rest)
	}
	if p.await(func() bool { return p.count > count }, d) {
		p.report.fatal("", "got a signal, want none (%s)", p.String())
	}
}

// String describes what the probe has seen.
func (p *Probe[T]) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sub == nil {
		return "no OnSubscribe"
	}
	const most = 16
	var b strings.Builder
	b.WriteString("requested " + demandString(p.asked.Load()))
	fmt.Fprintf(&b, ", got %d elements", len(p.values))
	if n := len(p.values); n > most {
		fmt.Fprintf(&b, " ending with %v", p.values[n-most:])
	} else if n > 0 {
		fmt.Fprintf(&b, " %v", p.values)
	}
	b.WriteString(", " + p.endLocked())
	return b.String()
}

func equal[T any](a, b []T) bool {
	return len(a) == len(b) && (len(a) == 0 || reflect.DeepEqual(a, b))
}
