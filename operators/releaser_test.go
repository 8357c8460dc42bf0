package operators_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// token is an element that must be dealt with exactly once: consumed by a
// function, or released.
type token struct {
	n        int
	consumed atomic.Int32
	released atomic.Int32
	reason   atomic.Uint32
}

func (t *token) Release(r flow.Reason) {
	t.released.Add(1)
	t.reason.Store(uint32(r))
}

// mint makes tokens and keeps them.
type mint struct {
	mu  sync.Mutex
	all []*token
}

func (m *mint) token(n int) *token {
	t := &token{n: n}
	m.mu.Lock()
	m.all = append(m.all, t)
	m.mu.Unlock()
	return t
}

// require says that each token was dealt with once.
func (m *mint) require(t *testing.T, what string) {
	t.Helper()
	for i, tok := range m.all {
		if c, r := tok.consumed.Load(), tok.released.Load(); c+r != 1 {
			t.Fatalf("%s: token %d (the %d. of %d): consumed %d times, released %d times (last: %v)",
				what, tok.n, i+1, len(m.all), c, r, flow.Reason(tok.reason.Load()))
		}
	}
}

type tokens = flow.Publisher[*token]

// tokenSources emit lawSize tokens that they mint.
var tokenSources = map[string]func(m *mint) tokens{
	"Seq": func(m *mint) tokens {
		return sources.Seq(func(yield func(*token) bool) {
			for n := 0; n < lawSize && yield(m.token(n)); n++ {
			}
		})
	},
}

// tokenStages are what the tokens go through. use consumes a token and mints
// another one.
var tokenStages = map[string]func(src tokens, use func(*token) *token) tokens{
	"Map Async Buffer(DropOldest)": func(src tokens, use func(*token) *token) tokens {
		return operators.Buffer(operators.Async(operators.Map(src, use), 16), 8, flow.DropOldest)
	},
	"Map Buffer(DropIncoming)": func(src tokens, use func(*token) *token) tokens {
		return operators.Buffer(operators.Map(src, use), 8, flow.DropIncoming)
	},
	"Map Buffer(Latest)": func(src tokens, use func(*token) *token) tokens {
		return operators.Buffer(operators.Map(src, use), 1, flow.Latest)
	},
	"Map Buffer(Fail)": func(src tokens, use func(*token) *token) tokens {
		return operators.Buffer(operators.Map(src, use), 64, flow.Fail)
	},
	"Map": operators1(operators.Map[*token, *token]),
	"Async Map": func(src tokens, use func(*token) *token) tokens {
		return operators.Map(operators.Async(src, 16), use)
	},
	"TryMap Take": func(src tokens, use func(*token) *token) tokens {
		return operators.Take(operators.TryMap(src, func(_ context.Context, t *token) (*token, error) { return use(t), nil }), 600)
	},
	"Filter Map": func(src tokens, use func(*token) *token) tokens {
		return operators.Map(operators.Filter(src, func(t *token) bool { return t.n%3 > 0 || t.n == 5 }), use)
	},
	"Map in another's hands": func(src tokens, use func(*token) *token) tokens {
		inner := operators.Map(src, use)
		return operators.Map[*token](flow.PublisherFunc[*token](func(ctx context.Context, s flow.Subscriber[*token]) {
			inner.Subscribe(ctx, struct{ flow.Subscriber[*token] }{s})
		}), use)
	},
}

func operators1(op func(tokens, func(*token) *token, ...operators.Option) tokens) func(tokens, func(*token) *token) tokens {
	return func(src tokens, use func(*token) *token) tokens { return op(src, use) }
}

var errStop = errors.New("stop")

// tokenRun is one run: when token at comes to the place, something happens.
type tokenRun struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	m      mint
	at     int
	end    string
}

func (r *tokenRun) use(t *token) *token {
	t.consumed.Add(1)
	if t.n == r.at {
		switch r.end {
		case "panic above":
			panic(errStop)
		case "context above":
			r.cancel(errStop)
		}
	}
	return r.m.token(t.n)
}

// sink consumes tokens until token at or a later one comes, and then ends the
// stream in the way that is asked for.
func (r *tokenRun) sink(src tokens) error {
	if r.end == "break" {
		for t, err := range sinks.Seq(r.ctx, src, sinks.WithPrefetch(10)) {
			if err != nil {
				return err
			}
			if t.consumed.Add(1); t.n >= r.at {
				break
			}
		}
		return nil
	}
	return sinks.ForEach(r.ctx, src, func(_ context.Context, t *token) error {
		if t.consumed.Add(1); t.n < r.at {
			return nil
		}
		switch r.end {
		case "error below":
			return errStop
		case "panic below":
			panic(errStop)
		case "context below":
			r.cancel(errStop)
		}
		return nil
	})
}

var tokenEnds = []string{
	"complete", "panic above", "context above", "error below", "panic below", "context below", "break",
}

// TestSeqReleasesWhatItHasTaken: an element that the loop has yielded belongs to
// the stream. What operators do with theirs is a law: see TestLaws.
func TestSeqReleasesWhatItHasTaken(t *testing.T) {
	for _, through := range []string{"Map", "Map Async Buffer(DropOldest)"} {
		for _, end := range tokenEnds {
			t.Run(through+" "+end, func(t *testing.T) {
				t.Parallel()
				verifyTokens(t, tokenSources["Seq"], tokenStages[through], end)
			})
		}
	}
}

func verifyTokens(t *testing.T, source func(*mint) tokens, stages func(tokens, func(*token) *token) tokens, end string) {
	t.Helper()
	for on, s := range schedulers {
		for _, at := range positions {
			r := &tokenRun{at: at, end: end}
			r.ctx, r.cancel = context.WithCancelCause(scheduler.With(t.Context(), s()))
			err := r.sink(stages(source(&r.m), r.use))
			r.cancel(nil)
			if err != nil && !errors.Is(err, flow.ErrOverflow) {
				require.ErrorIs(t, err, errStop)
			}
			r.m.require(t, fmt.Sprintf("on %s, end at %d", on, at))
		}
	}
}

// TestReasons: an element learns why it was let go.
func TestReasons(t *testing.T) {
	inline := scheduler.With(t.Context(), scheduler.Inline())
	mapped := func(m *mint) tokens {
		return operators.Map(sources.Range(0, 10), func(n int64) *token { return m.token(int(n)) })
	}
	reasons := func(m *mint) (all []flow.Reason) {
		for _, tok := range m.all {
			if tok.released.Load() == 1 {
				all = append(all, flow.Reason(tok.reason.Load()))
			}
		}
		return all
	}
	for name, test := range map[string]struct {
		op   func(tokens) tokens
		want flow.Reason
		n    int
	}{
		"filter":        {func(p tokens) tokens { return operators.Filter(p, func(t *token) bool { return t.n < 4 }) }, flow.Filtered, 6},
		"drop oldest":   {func(p tokens) tokens { return operators.Buffer(p, 3, flow.DropOldest) }, flow.DroppedOld, 7},
		"drop incoming": {func(p tokens) tokens { return operators.Buffer(p, 3, flow.DropIncoming) }, flow.DroppedNew, 7},
		"latest":        {func(p tokens) tokens { return operators.Buffer(p, 1, flow.Latest) }, flow.Replaced, 9},
	} {
		t.Run(name, func(t *testing.T) {
			var m mint
			got, err := sinks.Slice(inline, test.op(mapped(&m)))
			require.NoError(t, err)
			require.Len(t, got, 10-test.n)
			require.Len(t, reasons(&m), test.n)
			for _, r := range reasons(&m) {
				require.Equal(t, test.want, r)
			}
		})
	}
	t.Run("discard", func(t *testing.T) {
		var m mint
		require.NoError(t, sinks.Discard(inline, mapped(&m)))
		require.Len(t, reasons(&m), 10)
	})
}
