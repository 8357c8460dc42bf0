package flowtest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirgo/weir/flow"
)

func TestProbeExpectations(t *testing.T) {
	soon := WithTimeout(10 * time.Millisecond)
	tests := []struct {
		name string
		f    func(t testing.TB)
		want []string
	}{
		{"all well", func(t testing.TB) {
			Expect(t, Just(1, 2, 3)).NoSignal().Request(2).Next(1, 2).NoSignal().Request(1).Next(3).Complete()
			Expect(t, Just(1, 2, 3)).Request(2).Count(2).Cancel().NoSignal()
			Expect(t, Fail(errTest, 1), InBatches()).Request(1).Next(1).Error(errTest)
			Expect(t, Never[int](), WithDemand(1)).NoSignal()
		}, nil},
		{"wrong element", func(t testing.TB) { Expect(t, Just(1)).Request(1).Next(2) }, []string{"got [1], want [2]"}},
		{"missing element", func(t testing.TB) { Expect(t, Just(1)).Request(2).Next(1, 2) }, []string{"got [1], want [1 2]"}},
		{"no element", func(t testing.TB) { Expect(t, Never[int](), soon).Request(2).Next(1) }, []string{"got [], want [1]"}},
		{"too few", func(t testing.TB) { Expect(t, Just(1)).Request(2).Count(2) }, []string{"got 1 elements, want 2"}},
		{"elements before the end", func(t testing.TB) { Expect(t, Just(1)).Request(1).Complete() },
			[]string{"got the elements [1] before the end"}},
		{"no end", func(t testing.TB) { Expect(t, Never[int](), soon).Complete() }, []string{"the stream did not end"}},
		{"error for completion", func(t testing.TB) { Expect(t, Fail[int](errTest)).Complete() },
			[]string{"want OnComplete"}},
		{"completion for error", func(t testing.TB) { Expect(t, Just[int]()).Error(errTest) },
			[]string{"got requested 0, got 0 elements, OnComplete, want OnError"}},
		{"another error", func(t testing.TB) { Expect(t, Fail[int](errOther)).Error(errTest) }, []string{"want OnError"}},
		{"a signal", func(t testing.TB) {
			up := NewManual[int](t)
			p := Subscribe(t, up, WithDemand(1))
			time.AfterFunc(time.Millisecond, up.Complete)
			p.ExpectNoSignal(defaultTimeout)
		}, []string{"got a signal, want none"}},
		{"an element unseen", func(t testing.TB) { Expect(t, Just(1)).Request(1).NoSignal() },
			[]string{"got the elements [1], want no signal"}},
		{"not subscribed", func(t testing.TB) { NewProbe[int](t, soon).Request(1) }, []string{"rule 1.09: no OnSubscribe"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { fails(t, tt.f, tt.want...) })
	}
}

func TestProbeReportsARuleOnce(t *testing.T) {
	fails(t, func(t testing.TB) {
		p := NewBatchProbe[int](t)
		p.OnNext(1)
		p.OnNextBatch(nil)
		p.OnSubscribe(nil)
		Just(1).Subscribe(context.Background(), p)
		p.OnError(nil)
		p.OnComplete()
		p.OnComplete()
	}, "rule 1.09: OnNext before", "rule 1.01: 1 elements", "rule 2.13: OnSubscribe(nil)", "rule 1.07: OnComplete after")
}

func TestProbeIsSilentAfterTheTest(t *testing.T) {
	var p *Probe[int]
	fails(t, func(t testing.TB) { p = Subscribe(t, Just(1)) })
	p.OnComplete()
	p.OnComplete() // would panic in a test that has ended
}

func TestProbeReads(t *testing.T) {
	p := Subscribe(t, Fail(errTest, 1, 2))
	p.Request(1)
	p.WaitCount(1)
	if p.Completed() || p.Err() != nil || p.Count() != 1 {
		t.Errorf("after one element: %s", p)
	}
	p.Request(1)
	p.WaitDone()
	<-p.Done()
	if got := p.Values(); p.Completed() || !errors.Is(p.Err(), errTest) || !slices.Equal(got, []int{1, 2}) {
		t.Errorf("at the end: %s", p)
	}
}

func TestManualKeepsTheRules(t *testing.T) {
	up := NewManual[int](t)
	p := Subscribe(t, up, InBatches())
	go p.Request(3)
	up.Next(1)
	up.NextBatch(2, 3)
	p.ExpectNext(1, 2, 3)
	p.Cancel()
	up.Next(4)
	up.Complete()
	p.ExpectNoSignal(defaultQuiet)
	if up.Cancelled() != 1 || up.Requested() != 3 || up.Subscribed() != 1 {
		t.Errorf("cancelled %d times, requested %d, subscribed %d times", up.Cancelled(), up.Requested(), up.Subscribed())
	}

	q := Subscribe(t, up)
	q.Request(-1)
	q.ExpectError(flow.ErrInvalidDemand)
	up.Next(5)

	ctx, cancel := context.WithCancelCause(t.Context())
	r := Subscribe(t, up, WithContext(ctx))
	cancel(errTest)
	r.ExpectError(errTest)
}

func TestManualReports(t *testing.T) {
	fails(t, func(t testing.TB) {
		up := newManual[int](reportTo(t), 10*time.Millisecond)
		Subscribe(t, up)
		up.Next(1)
	}, "rule 2.01: 1 more elements were not requested")
	fails(t, func(t testing.TB) {
		up := newManual[int](reportTo(t), 10*time.Millisecond)
		Subscribe(t, up)
		up.WaitCancelled()
	}, "rule 2.06")
	fails(t, func(t testing.TB) {
		up := NewManual[int](t)
		up.Subscribe(context.Background(), newCollector("calls back"))
		up.Complete()
	}, "rule 2.03: Cancel inside")
}

func TestManualBreaksTheRules(t *testing.T) {
	fails(t, func(t testing.TB) {
		up := NewManual[int](t)
		p := Subscribe(t, up)
		up.ForceNext(1)
		up.ForceSubscribe()
		up.ForceError(nil)
		up.ForceComplete()
		p.WaitDone()
	}, "rule 1.01", "rule 2.12", "rule 2.13", "rule 1.07")
}

func TestCheckLeaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the wait for the leak is virtual
		stop := make(chan struct{})
		fails(t, func(t testing.TB) {
			CheckLeaks(t)
			done := make(chan struct{})
			go close(done)
			<-done
		})
		fails(t, func(t testing.TB) {
			CheckLeaks(t)
			go func() { <-stop }()
		}, "goroutines left behind")
		close(stop)
	})
}

func TestInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		CheckLeaks(t)
		up := NewManual[int](t)
		p := Subscribe(t, up)
		go func() {
			time.Sleep(time.Second)
			p.Request(1)
		}()
		up.Next(1)
		p.ExpectNext(1)
		p.ExpectNoSignal(time.Hour)
		up.Complete()
		p.ExpectComplete()
	})
}
