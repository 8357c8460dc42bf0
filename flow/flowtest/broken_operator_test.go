package flowtest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/weirgo/weir/flow"
)

// relay is a correct operator that hands on its elements: it counts demand,
// refuses what comes after the end, and survives a panic of its subscriber.
// Each of its flaws takes one of the precautions away.
type relay struct {
	up   flow.Publisher[int]
	flaw string
}

func (r *relay) Subscribe(ctx context.Context, s down) {
	if s == nil {
		panic("nil subscriber")
	}
	if r.flaw == "context" {
		ctx = context.WithoutCancel(ctx)
	}
	if r.flaw == "values" {
		bare, cancel := context.WithCancelCause(context.Background())
		context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
		ctx = bare
	}
	r.up.Subscribe(ctx, &relaying{to: s, flaw: r.flaw})
}

type relaying struct {
	to        down
	flaw      string
	up        flow.Subscription
	asked     atomic.Int64
	cancelled atomic.Bool
	got       int64 // what follows belongs to the signals
	ended     bool
}

func (r *relaying) has(flaw string) bool { return r.flaw == flaw }

func (r *relaying) OnSubscribe(sub flow.Subscription) {
	if r.up != nil && !r.has("second subscription") {
		if !r.has("second kept") {
			sub.Cancel()
		}
		return
	}
	if r.up != nil {
		r.up.Cancel()
	}
	r.up = sub
	r.to.OnSubscribe(r)
	if r.has("greedy") {
		sub.Request(1000)
	}
}

func (r *relaying) Request(n int64) {
	if n < 1 && r.has("bad request") {
		return
	}
	for {
		old := r.asked.Load()
		sum := old + max(n, 0)
		if sum < 0 {
			sum = flow.Unbounded
		}
		if r.asked.CompareAndSwap(old, sum) {
			break
		}
	}
	if r.has("twice the demand") {
		r.up.Request(n)
	}
	if !r.has("no demand") {
		r.up.Request(n)
	}
}

func (r *relaying) Cancel() {
	switch {
	case r.has("cancel"):
		r.cancelled.Store(true)
	case !r.cancelled.Swap(true) || r.has("cancel twice"):
		r.up.Cancel()
	}
}

func (r *relaying) OnNext(v int) {
	if !r.has("late elements") && (r.ended || r.cancelled.Load()) {
		return
	}
	if r.got++; r.got > r.asked.Load() && !r.has("surplus") {
		r.ended = true
		r.up.Cancel()
		r.to.OnError(fmt.Errorf("relay: %w", flow.ErrProtocol))
		return
	}
	if r.has("drops") && v == 1 {
		return
	}
	if !r.has("panic") {
		defer func() {
			if recover() != nil {
				r.Cancel()
			}
		}()
	}
	r.to.OnNext(v)
}

func (r *relaying) end(f func()) {
	if (r.ended || r.cancelled.Load()) && !r.has("late end") {
		return
	}
	r.ended = true
	if r.has("calls back") {
		r.up.Cancel()
	}
	f()
}

func (r *relaying) OnError(err error) {
	if err == nil && !r.has("nil error") {
		panic("relay: nil error")
	}
	if !r.has("error") && (!r.has("error waits") || r.got < r.asked.Load()) {
		r.end(func() { r.to.OnError(err) })
	}
}

func (r *relaying) OnComplete() {
	if !r.has("completion waits") || r.asked.Load() > r.got {
		r.end(r.to.OnComplete)
	}
}

func relayGroups(flaw string) []group {
	return operatorGroups(OperatorConfig[int, int]{
		New: func(up flow.Publisher[int]) flow.Publisher[int] { return &relay{up, flaw} },
	})
}

func operatorFlaws() []flaw {
	var flaws []flaw
	for _, f := range []struct{ name, rule, by string }{
		{"surplus", "1.01", ""},
		{"twice the demand", "2.01", ""},
		{"greedy", "2.01", ""},
		{"no demand", "2.01", ""},
		{"drops", "1.05", ""},
		{"error", "1.04", ""},
		{"late elements", "1.07", ""},
		{"late end", "1.07", ""},
		{"calls back", "2.03", ""},
		{"second subscription", "2.05", ""},
		{"second kept", "2.05", ""},
		{"cancel", "2.06", ""},
		{"cancel twice", "2.06", ""},
		{"late elements", "1.08", "2.08"},
		{"late end", "2.08", ""},
		{"completion waits", "2.09", ""},
		{"nil error", "2.13", ""},
		{"bad request", "3.09", ""},
		{"drops", "4.01", ""},
		{"error", "4.02", ""},
		{"error waits", "4.02", ""},
		{"context", "G.01", ""},
		{"panic", "G.09", ""},
		{"values", "G.20", ""},
	} {
		flaws = append(flaws, flaw{f.name, f.rule, f.by, relayGroups(f.name)})
	}
	return flaws
}

func TestVerifyOperatorReference(t *testing.T) {
	VerifyOperator(t, OperatorConfig[int, int]{
		New: func(up flow.Publisher[int]) flow.Publisher[int] { return &relay{up: up} },
	})
}
