package flowtest

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/weirgo/weir/flow"
)

// collector is a correct subscriber that requests one element after the other
// and can be waited for. Each of its flaws breaks a rule.
type collector struct {
	flaw   string
	most   int // it leaves after so many elements, if that is not 0
	mu     sync.Mutex
	sub    flow.Subscription
	values []int
	gone   bool
	home   string // goroutine of the last signal
	once   sync.Once
	err    error
	done   chan struct{}
}

func newCollector(flaw string) *collector { return &collector{flaw: flaw, done: make(chan struct{})} }

func (c *collector) has(flaw string) bool { return c.flaw == flaw }

func (c *collector) OnSubscribe(sub flow.Subscription) {
	if sub == nil && !c.has("nil subscription") {
		panic("collector: nil subscription")
	}
	c.mu.Lock()
	second := c.sub != nil
	if !second || c.has("second subscription") {
		c.sub = sub
	}
	c.mu.Unlock()
	switch {
	case second && c.has("second subscription"):
		sub.Request(1)
	case second && c.has("second ignored"):
	case second:
		sub.Cancel()
	case sub != nil && !c.has("no demand") && !c.has("locked"):
		sub.Request(1)
	}
}

func (c *collector) OnNext(v int) {
	if c.has("one goroutine only") {
		if len(c.values) > 0 && c.home != goroutine() {
			panic("collector: another goroutine")
		}
		c.home = goroutine()
	}
	if c.has("panics") {
		panic("collector: an element")
	}
	c.take(v)
}

// goroutine returns the first words of the stack, which name the goroutine.
func goroutine() string {
	var b [64]byte
	name, _, _ := strings.Cut(string(b[:runtime.Stack(b[:], false)]), "[")
	return name
}

func (c *collector) take(vs ...int) {
	c.mu.Lock()
	sub, gone := c.sub, c.gone
	if !gone {
		c.values = append(c.values, vs...)
	}
	leave := c.most > 0 && len(c.values) >= c.most && !gone
	c.mu.Unlock()
	switch {
	case gone && c.has("late element"):
		panic("collector: it has left")
	case gone:
	case leave:
		if !c.has("stays") {
			c.Cancel()
		}
		c.end(nil)
	case c.has("one element only"):
	case c.has("two at a time"):
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() { sub.Request(1) })
		}
		wg.Wait()
	default:
		sub.Request(int64(len(vs)))
	}
}

func (c *collector) Cancel() {
	c.mu.Lock()
	c.gone = true
	sub := c.sub
	c.mu.Unlock()
	if !c.has("cancel") {
		sub.Cancel()
	}
}

func (c *collector) OnError(err error) {
	if err == nil && !c.has("nil error") {
		panic("collector: nil error")
	}
	if c.has("error without elements") && len(c.values) == 0 {
		panic("collector: unexpected error")
	}
	c.last()
	if !c.has("error") {
		c.end(err)
	}
}

func (c *collector) OnComplete() {
	if c.has("end without elements") && len(c.values) == 0 {
		panic("collector: unexpected end")
	}
	c.last()
	if !c.has("completion") {
		c.end(nil)
	}
}

func (c *collector) last() {
	c.mu.Lock()
	sub := c.sub
	c.mu.Unlock()
	switch {
	case c.has("calls back"):
		sub.Cancel()
	case c.has("asks on"):
		go sub.Request(1)
	}
}

func (c *collector) end(err error) {
	c.once.Do(func() {
		c.err = err
		close(c.done)
	})
}

// batchCollector is a collector that takes batches, or is wrong in it.
type batchCollector struct {
	*collector
	kept [][]int
}

func (c *batchCollector) OnNextBatch(vs []int) {
	if c.has("keeps") {
		c.kept = append(c.kept, vs)
	}
	c.take(vs...)
}

func (c *batchCollector) received() []int {
	if c.has("keeps") {
		return slices.Concat(c.kept...)
	}
	return c.values
}

func collectorGroups(flaw string) []group {
	return subscriberGroups(SubscriberConfig[int]{
		New:    func() flow.Subscriber[int] { return newCollector(flaw) },
		Cancel: func(s flow.Subscriber[int]) { s.(*collector).Cancel() },
		Received: func(s flow.Subscriber[int]) []int {
			return s.(*collector).values
		},
	})
}

func batchCollectorConfig(flaw string) SubscriberConfig[int] {
	return SubscriberConfig[int]{
		New:      func() flow.Subscriber[int] { return &batchCollector{collector: newCollector(flaw)} },
		Request:  func(s flow.Subscriber[int], n int64) { s.(*batchCollector).sub.Request(n) },
		Cancel:   func(s flow.Subscriber[int]) { s.(*batchCollector).Cancel() },
		Received: func(s flow.Subscriber[int]) []int { return s.(*batchCollector).received() },
	}
}

// forgetful hands the request on only in part.
func forgetful() []group {
	cfg := batchCollectorConfig("")
	cfg.Request = func(s flow.Subscriber[int], n int64) { s.(*batchCollector).sub.Request(1) }
	return subscriberGroups(cfg)
}

// locked holds the lock while it requests that its OnNext takes too.
func locked() []group {
	cfg := batchCollectorConfig("one element only")
	cfg.Request = func(s flow.Subscriber[int], n int64) {
		c := s.(*batchCollector)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.sub.Request(n)
	}
	return subscriberGroups(cfg)
}

func subscriberFlaws() []flaw {
	var flaws []flaw
	for _, f := range []struct{ name, rule, by string }{
		{"no demand", "2.01", ""},
		{"one element only", "2.01", ""},
		{"calls back", "2.03", ""},
		{"asks on", "2.04", ""},
		{"second subscription", "2.05", ""},
		{"second ignored", "2.05", ""},
		{"cancel", "2.06", ""},
		{"two at a time", "2.07", ""},
		{"late element", "2.08", ""},
		{"end without elements", "2.09", ""},
		{"error without elements", "2.10", ""},
		{"one goroutine only", "2.11", ""},
		{"panics", "2.13", ""},
		{"nil subscription", "2.13", ""},
		{"nil error", "2.13", ""},
	} {
		flaws = append(flaws, flaw{f.name, f.rule, f.by, collectorGroups(f.name)})
	}
	return append(flaws,
		flaw{"keeps a batch", "G.10", "", subscriberGroups(batchCollectorConfig("keeps"))},
		flaw{"requests in part", "3.08", "", forgetful()},
		flaw{"requests with a lock held", "3.10", "", locked()},
		flaw{"requests with a lock held", "3.11", "", locked()},
	)
}

func TestVerifySubscriberReference(t *testing.T) {
	run(t, Limits{}, collectorGroups(""))
	VerifySubscriber(t, batchCollectorConfig(""))
}

// collect is a correct sink, unless it has a flaw.
func collect(ctx context.Context, pub flow.Publisher[int], most int, flaw string) error {
	c := newCollector(flaw)
	c.most = most
	runCtx := ctx
	switch flaw {
	case "context":
		runCtx = context.WithoutCancel(ctx)
	case "values":
		bare, cancel := context.WithCancelCause(context.Background())
		defer context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })()
		runCtx = bare
	case "leak":
		go func() { select {} }()
	}
	pub.Subscribe(runCtx, c)
	if flaw == "locked" { // and OnNext takes the lock
		c.mu.Lock()
		c.sub.Request(1)
		c.mu.Unlock()
	}
	select {
	case <-c.done:
	case <-ctx.Done():
		if flaw != "context" {
			<-c.done
		}
	}
	switch {
	case flaw == "swallows":
		return nil
	case flaw == "invents":
		return errors.Join(c.err, errOther)
	case flaw == "not the cause" && ctx.Err() != nil:
		return ctx.Err()
	}
	return c.err
}

func sinkConfig(most int, flaw string) SinkConfig[int] {
	return SinkConfig[int]{
		Run:   func(ctx context.Context, pub flow.Publisher[int]) error { return collect(ctx, pub, most, flaw) },
		Stops: most,
	}
}

func sinkFlaws() []flaw {
	var flaws []flaw
	for _, f := range []struct {
		name, rule string
		stops      int
	}{
		{"one element only", "2.01", 0},
		{"calls back", "2.03", 0},
		{"second subscription", "2.05", 0},
		{"late element", "2.08", 1},
		{"end without elements", "2.09", 0},
		{"error without elements", "2.10", 0},
		{"invents", "G.30", 0},
		{"completion", "G.30", 0},
		{"swallows", "G.31", 0},
		{"error", "G.31", 0},
		{"not the cause", "G.32", 0},
		{"context", "G.34", 0},
		{"values", "G.20", 0},
		{"leak", "G.33", 0},
		{"stays", "2.06", 3},
		{"locked", "3.10", 0},
		{"locked", "3.11", 0},
	} {
		flaws = append(flaws, flaw{f.name, f.rule, "", sinkGroups(sinkConfig(f.stops, f.name))})
	}
	return flaws
}

func TestVerifySinkReference(t *testing.T) {
	VerifySink(t, sinkConfig(0, ""))
	VerifySink(t, sinkConfig(2, ""))
}
