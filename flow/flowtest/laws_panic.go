package flowtest

import (
	"errors"
	"runtime"

	"github.com/weirgo/weir/flow"
)

// errTrialPanic is what a law has the operator's function panic with.
var errTrialPanic = errors.New("flowtest: a law has the function panic")

// panics holds the law of panics, for each position and for runtime.Goexit.
func (l *laws[In, Out]) panics(b *bench) {
	reached := false
	for i, k := range positions(l.cfg.Size) {
		reached = l.panicAt(b, i, "panic in call %d of the function", k, errTrialPanic, func() { panic(errTrialPanic) }) || reached
		reached = l.panicAt(b, i, "Goexit in call %d of the function", k, flow.ErrGoexit, runtime.Goexit) || reached
	}
	if !reached {
		b.wrong("the function was never called")
	}
}

// panicAt reports whether the function was called so often.
func (l *laws[In, Out]) panicAt(b *bench, i int, what string, k int, cause error, leave func()) (reached bool) {
	if b.failed() {
		return true
	}
	p := l.plan()
	p.vary(i)
	var victim In
	t := l.prepare(b, p, what, k)
	t.call = func(j int, v In) {
		if j == k {
			victim, reached = v, true
			leave()
		}
	}
	t.start()
	t.join()
	if reached {
		l.checkPanic(t, k, victim, cause)
	}
	return reached
}

func (l *laws[In, Out]) checkPanic(t *trial[In, Out], k int, victim In, cause error) {
	var p *flow.PanicError
	switch err := t.probe.Err(); {
	case !errors.As(err, &p) || !errors.Is(err, cause):
		t.b.wrong("the stream should have ended with a flow.PanicError of %q: %s", cause, t.probe)
	case !l.named(t.pub, p.Stage):
		t.b.wrong("the PanicError names the stage %q, which is not the one", p.Stage)
	}
	n := int(t.calls.Load())
	if l.cfg.Concurrent == 1 && n > k+1 {
		t.b.wrong("the function was called %d times, although call %d did not return", n, k)
	}
	if late := int64(n) - t.endCalls.Load(); late > int64(l.cfg.Concurrent) {
		t.b.wrong("%d calls of the function began after the end", late)
	}
	at, ok := l.indexOf(victim, k)
	if !ok {
		t.b.wrong("the hook was given %v, which upstream did not send", victim)
		return
	}
	if text := l.misses(t.probe.Values(), at); text != "" {
		t.b.wrong("elements before the one at which it ended: %s", text)
	}
	l.checkUpstream(t)
}

// named reports whether a PanicError may name the stage.
func (l *laws[In, Out]) named(pub flow.Publisher[Out], stage string) bool {
	if l.cfg.Stage != "" || stage == "" {
		return stage == l.cfg.Stage && stage != ""
	}
	if _, ok := pub.(flow.Describer); !ok {
		return true
	}
	for _, s := range flow.Describe(pub).Stages {
		if s.Name == stage {
			return true
		}
	}
	return false
}
