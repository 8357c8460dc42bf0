package operators_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// withoutTime is a logger of lines without the time.
func withoutTime(level slog.Leveler) (*slog.Logger, *bytes.Buffer) {
	var out bytes.Buffer
	return slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})), &out
}

// elementHandler calls f with each element that is logged.
type elementHandler struct {
	slog.Handler
	f func(v int)
}

func (elementHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h elementHandler) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "value" {
			h.f(int(a.Value.Int64()))
		}
		return true
	})
	return nil
}

// loggedBy is a logger that calls f with each element.
func loggedBy(f func(v int)) *slog.Logger { return slog.New(elementHandler{slog.DiscardHandler, f}) }

// TestLog: what happens, at its level.
func TestLog(t *testing.T) {
	for name, test := range map[string]struct {
		src   publisher
		level slog.Level
		want  []string
	}{
		"all": {sources.Of(7), slog.LevelDebug, []string{
			"level=DEBUG msg=subscribed stage=it",
			"level=DEBUG msg=requested stage=it n=unbounded",
			"level=DEBUG msg=element stage=it value=7",
			"level=INFO msg=completed stage=it",
		}},
		"nothing":  {sources.Empty[int](), slog.LevelInfo, []string{"level=INFO msg=completed stage=it"}},
		"an error": {failingAt3(), slog.LevelInfo, []string{"level=ERROR msg=failed stage=it error=stop"}},
		"no error": {sources.Of(7, 8), slog.LevelError, []string{}},
	} {
		logger, out := withoutTime(test.level)
		_ = sinks.Discard(t.Context(), operators.Log(test.src, logger, operators.WithName("it")))
		require.Equal(t, test.want, strings.FieldsFunc(out.String(), func(r rune) bool { return r == '\n' }), name)
	}
	logger, out := withoutTime(slog.LevelInfo)
	got, err := sinks.Slice(t.Context(), operators.Take(operators.Log(sources.Of(1, 2, 3), logger, operators.WithName("it")), 2))
	require.NoError(t, err)
	require.Equal(t, []int{1, 2}, got)
	require.Equal(t, "level=INFO msg=cancelled stage=it\n", out.String())
}

// TestLogOfALevelThatChanges follows it.
func TestLogOfALevelThatChanges(t *testing.T) {
	var level slog.LevelVar
	logger, out := withoutTime(&level)
	for v, err := range sinks.Seq(t.Context(), operators.Log(sources.Of(1, 2, 3), logger, operators.WithName("it"))) {
		require.NoError(t, err)
		if v == 1 {
			level.Set(slog.LevelDebug)
		}
	}
	require.NotContains(t, out.String(), "value=1")
	require.Contains(t, out.String(), "msg=element stage=it value=3")
}

// TestLogWhoseHandlerPanics ends the stream, behind the elements before.
func TestLogWhoseHandlerPanics(t *testing.T) {
	logger := loggedBy(func(v int) {
		if v == 3 {
			panic(errStop)
		}
	})
	got, err := sinks.Slice(t.Context(), operators.Log(sources.Of(1, 2, 3, 4), logger))
	var p *flow.PanicError
	require.ErrorAs(t, err, &p)
	require.ErrorIs(t, err, errStop)
	require.Equal(t, []int{1, 2}, got)
}

// TestLogIsGivenTheContext of the subscription.
func TestLogIsGivenTheContext(t *testing.T) {
	type key struct{}
	h := &contextHandler{Handler: slog.DiscardHandler, key: key{}}
	ctx := context.WithValue(t.Context(), key{}, "mine")
	require.NoError(t, sinks.Discard(ctx, operators.Log(sources.Of(1), slog.New(h))))
	require.Equal(t, "mine", h.found)
}

type contextHandler struct {
	slog.Handler
	key, found any
}

func (*contextHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h *contextHandler) Handle(ctx context.Context, _ slog.Record) error {
	h.found = ctx.Value(h.key)
	return nil
}

// TestLogThatIsOffAllocatesNothing for one more element.
func TestLogThatIsOffAllocatesNothing(t *testing.T) {
	if underRace {
		return // which allocates
	}
	run := func(n int) float64 {
		in := numbersTo(n)
		return testing.AllocsPerRun(5, func() {
			_ = sinks.Discard(t.Context(), operators.Log(sources.Slice(in), slog.New(slog.DiscardHandler)))
		})
	}
	require.InDelta(t, run(1000), run(50000), 20)
}

// TestLogOfAnEnd says so once.
func TestLogOfAnEnd(t *testing.T) {
	logger, out := withoutTime(slog.LevelInfo)
	p := flowtest.NewProbe[int](t)
	operators.Log(operators.Take(sources.Of(1, 2), 1), logger, operators.WithName("it")).Subscribe(t.Context(), p.Subscriber())
	p.Request(1)
	p.WaitDone()
	require.Equal(t, "level=INFO msg=completed stage=it\n", out.String())
}

func TestWrongArgumentsOfLogPanicAtAssembly(t *testing.T) {
	require.PanicsWithValue(t, "operators.Log: nil source", func() { operators.Log[int](nil, slog.Default()) })
	require.PanicsWithValue(t, "operators.Log: nil logger", func() { operators.Log(sources.Of(1), nil) })
}
