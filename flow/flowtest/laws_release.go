package flowtest

import (
	"strings"
	"sync"

	"github.com/weirgo/weir/flow"
)

// mint makes tokens and keeps them.
type mint struct {
	mu  sync.Mutex
	all []*Token
}

func (m *mint) token(n int) *Token {
	t := &Token{N: n, of: m}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = append(m.all, t)
	return t
}

// release holds the law of ownership: each element is dealt with once.
func (l *laws[In, Out]) release(b *bench) {
	for i, k := range few(l.cfg.Size) {
		for _, e := range endings[*Token, *Token]() {
			if b.failed() {
				return
			}
			l.releaseAt(b, i, k, e)
		}
	}
}

func (l *laws[In, Out]) releaseAt(b *bench, i, k int, e ending[*Token, *Token]) {
	m := &mint{}
	p := &trialPlan[*Token, *Token]{at: m.token, n: l.cfg.Size, batch: 1}
	p.vary(i)
	p.batches = p.batches && !strings.Contains(e.name, "panic") // a batch is handed over as a whole
	p.new = func(up flow.Publisher[*Token], hook func(*Token)) flow.Publisher[*Token] {
		return l.cfg.Owned(up, func(t *Token) *Token {
			t.Consume()
			hook(t)
			return m.token(t.N)
		})
	}
	t := prepareTrial(b, l.cfg.Limits, p, e.name, k)
	t.next = func(_ int, v *Token) { v.Consume() }
	e.set(t, k)
	t.start()
	t.join()
	for i, tok := range m.all {
		want := 1 + tok.shares.Load()
		if c, r := tok.consumed.Load(), tok.released.Load(); c+r != want {
			b.wrong("token %d (of element %d; there were %d) was consumed %d times and released %d times (last: %v), together that should be %d",
				i, tok.N, len(m.all), c, r, flow.Reason(tok.reason.Load()), want)
			return
		}
	}
}
