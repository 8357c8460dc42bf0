package flowtest

import (
	"testing"
	"time"

	"github.com/weirgo/weir/flow"
)

// Steps is a conversation with a publisher, one step at a time:
//
//	flowtest.Expect(t, pub).Request(2).Next(1, 2).Request(1).Next(3).Complete()
//
// Every step is done when it is called; a step that goes wrong fails the test.
type Steps[T any] struct{ probe *Probe[T] }

// Expect subscribes to pub.
func Expect[T any](t testing.TB, pub flow.Publisher[T], opts ...ProbeOption) *Steps[T] {
	t.Helper()
	return &Steps[T]{Subscribe(t, pub, opts...)}
}

// Probe returns the probe that the steps are done with.
func (s *Steps[T]) Probe() *Probe[T] { return s.probe }

// Request adds n to the demand.
func (s *Steps[T]) Request(n int64) *Steps[T] {
	s.probe.report.helper()
	s.probe.Request(n)
	return s
}

// Next waits for the elements vs; see [Probe.ExpectNext].
func (s *Steps[T]) Next(vs ...T) *Steps[T] {
	s.probe.report.helper()
	s.probe.ExpectNext(vs...)
	return s
}

// Count waits for n further elements, whatever they are.
func (s *Steps[T]) Count(n int) *Steps[T] {
	s.probe.report.helper()
	s.probe.read += n
	s.probe.WaitCount(s.probe.read)
	return s
}

// Then calls f, for example to drive a [Manual] upstream.
func (s *Steps[T]) Then(f func()) *Steps[T] {
	f()
	return s
}

// NoSignal looks for 20 milliseconds whether a signal comes that must not.
func (s *Steps[T]) NoSignal() *Steps[T] {
	s.probe.report.helper()
	s.probe.ExpectNoSignal(defaultQuiet)
	return s
}

// NoSignalFor does as NoSignal, for d.
func (s *Steps[T]) NoSignalFor(d time.Duration) *Steps[T] {
	s.probe.report.helper()
	s.probe.ExpectNoSignal(d)
	return s
}

// Cancel cancels the subscription. NoSignal may follow.
func (s *Steps[T]) Cancel() *Steps[T] {
	s.probe.report.helper()
	s.probe.Cancel()
	return s
}

// Complete waits for OnComplete, the last step.
func (s *Steps[T]) Complete() {
	s.probe.report.helper()
	s.probe.ExpectComplete()
}

// Error waits for an OnError that matches target as errors.Is does, the last
// step, and returns its error.
func (s *Steps[T]) Error(target error) error {
	s.probe.report.helper()
	return s.probe.ExpectError(target)
}
