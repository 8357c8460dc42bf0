package sources_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

var errClose = errors.New("close")

// shop is what is opened, and knows how often.
type shop struct {
	opened, closed, next, busy atomic.Int32
	step                       func(ctx context.Context, n int) (int, error)
	closing                    error
}

func (s *shop) open(context.Context) (*shop, error) {
	s.opened.Add(1)
	return s, nil
}

func (s *shop) read(ctx context.Context, same *shop) (int, error) {
	if same != s || s.closed.Load() > 0 || s.busy.Add(1) != 1 {
		panic("used by another, or closed, or at the same time")
	}
	defer s.busy.Add(-1)
	return s.step(ctx, int(s.next.Add(1))-1)
}

func (s *shop) close(*shop) error {
	if s.busy.Load() != 0 {
		panic("closed while it is used")
	}
	s.closed.Add(1)
	return s.closing
}

func (s *shop) source() flow.Publisher[int] {
	return sources.Generate(s.open, s.read, s.close, sources.WithName("it"))
}

// require says that it was opened and closed as often as given.
func (s *shop) require(t *testing.T, times int32, what ...any) {
	t.Helper()
	require.Equal(t, times, s.opened.Load(), what...)
	require.Equal(t, times, s.closed.Load(), what...)
}

// ends at n with err.
func ends(n int, err error) func(context.Context, int) (int, error) {
	return func(_ context.Context, k int) (int, error) {
		if k == n {
			return -1, err
		}
		return k, nil
	}
}

// TestGenerateEnds: it is closed once whatever ends the stream, after the
// elements before it.
func TestGenerateEnds(t *testing.T) {
	onAll(t, func(t *testing.T, ctx context.Context) {
		for _, n := range []int{0, 1, 2, 300, 1000} {
			for text, s := range map[string]*shop{
				"":                        {step: ends(n, io.EOF)},
				"it: test":                {step: ends(n, errTest)},
				"it: close":               {step: ends(n, io.EOF), closing: errClose},
				"it: test\nit: close":     {step: ends(n, errTest), closing: errClose},
				"it: wrapped: EOF":        {step: ends(n, fmt.Errorf("wrapped: %w", io.EOF))},
				"it: panic: test":         {step: func(_ context.Context, k int) (int, error) { return breaks(k, n, errTest) }},
				"it: panic: p\nit: close": {step: func(_ context.Context, k int) (int, error) { return breaks(k, n, "p") }, closing: errClose},
			} {
				got, err := sinks.Slice(ctx, s.source())
				if text == "" {
					require.NoError(t, err)
				} else {
					require.EqualError(t, err, text)
				}
				require.Equal(t, numbers(n), append([]int{}, got...), text)
				s.require(t, 1, text)
			}
		}
	})
}

func breaks(k, n int, value any) (int, error) {
	if k == n {
		panic(value)
	}
	return k, nil
}

// TestGenerateGoexit in any of its functions ends the stream.
func TestGenerateGoexit(t *testing.T) {
	onAll(t, func(t *testing.T, ctx context.Context) {
		leave := func(is bool) {
			if is {
				runtime.Goexit()
			}
		}
		for k := range 3 {
			closed := 0
			_, err := sinks.Slice(ctx, sources.Generate(
				func(context.Context) (int, error) { leave(k == 0); return 0, nil },
				func(context.Context, int) (int, error) { leave(k == 1); return 0, io.EOF },
				func(int) error { closed++; leave(k == 2); return nil }))
			require.ErrorIs(t, err, flow.ErrGoexit, k)
			require.Equal(t, min(k, 1), closed)
		}
	})
}

// TestGenerateIsExact: a call for each element that is asked for, and none
// where none is.
func TestGenerateIsExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shop{step: ends(-1, nil)}
		p := flowtest.Subscribe(t, s.source())
		synctest.Wait()
		require.Zero(t, s.opened.Load())
		for n := range int32(10) {
			p.Request(int64(n + 1))
			synctest.Wait()
			require.Equal(t, (n+1)*(n+2)/2, s.next.Load())
		}
		p.Cancel()
		synctest.Wait()
		s.require(t, 1)
		require.Equal(t, numbers(55), p.Values())

		never := &shop{step: ends(-1, nil)}
		p = flowtest.Subscribe(t, never.source())
		p.Cancel()
		synctest.Wait()
		never.require(t, 0)
	})
}

// TestGenerateLeft: the sink that leaves returns when it is closed, with no call
// under way, and a value that comes too late is released.
func TestGenerateLeft(t *testing.T) {
	onAll(t, func(t *testing.T, ctx context.Context) {
		for _, n := range []int{1, 2, 7, 300} {
			s := &shop{step: ends(-1, nil), closing: errClose}
			o := &lateErrors{}
			for v, err := range sinks.Seq(flow.WithObserver(ctx, o), s.source(), sinks.WithPrefetch(3)) {
				require.NoError(t, err)
				if v == n {
					break
				}
			}
			s.require(t, 1)
			require.Len(t, o.all, 1, "the error of close")
			require.EqualError(t, o.all[0], "it: close")
		}
	})
}

type lateErrors struct {
	mu  sync.Mutex
	all []error
}

func (*lateErrors) OnStage(flow.StageInfo, *flow.Stats) {}
func (l *lateErrors) OnUndeliverable(_ string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, err)
}

type parcel struct{ reasons *[]flow.Reason }

func (p parcel) Release(r flow.Reason) { *p.reasons = append(*p.reasons, r) }

// TestGenerateCancelledInACall: the context of the call ends, it is closed when
// that returns, and its value is let go of.
func TestGenerateCancelledInACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var reasons []flow.Reason
		closed := false
		g, ctx := scheduler.NewGraph(t.Context(), "g")
		src := sources.Generate(
			func(context.Context) (int, error) { return 0, nil },
			func(ctx context.Context, _ int) (parcel, error) {
				<-ctx.Done()
				require.False(t, closed)
				return parcel{&reasons}, nil
			},
			func(int) error { closed = true; return nil })
		p := flowtest.NewProbe[parcel](t, flowtest.WithContext(ctx))
		scheduler.Subscribe(g, src, p.Subscriber())
		p.Request(5)
		synctest.Wait()
		p.Cancel()
		require.NoError(t, g.Wait())
		require.True(t, closed)
		require.Equal(t, []flow.Reason{flow.Cancelled}, reasons)
	})
}

// TestGenerateContext ends with the cause, and is closed before the sink
// returns.
func TestGenerateContext(t *testing.T) {
	onAll(t, func(t *testing.T, ctx context.Context) {
		ctx, cancel := context.WithCancelCause(ctx)
		s := &shop{}
		s.step = func(ctx context.Context, k int) (int, error) {
			if k == 5 {
				cancel(errTest)
				<-ctx.Done()
				return 0, ctx.Err()
			}
			return k, nil
		}
		require.Equal(t, errTest, sinks.Discard(ctx, s.source()))
		s.require(t, 1)
		require.Equal(t, errTest, sinks.Discard(ctx, s.source()))
		s.require(t, 1, "it had ended before")
	})
}

// TestGenerateDrains: what the present call returns is delivered, and it is
// closed.
func TestGenerateDrains(t *testing.T) {
	for _, waits := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := &shop{}
			s.step = func(ctx context.Context, k int) (int, error) {
				if waits {
					<-ctx.Done()
				}
				return k, nil
			}
			g, ctx := scheduler.NewGraph(t.Context(), "g")
			var got []int
			g.Go(func() error {
				return sinks.ForEach(ctx, operators.Take(operators.Merge(2, s.source(), sources.Never[int]()), 2),
					func(_ context.Context, v int) error { got = append(got, v); return nil })
			})
			synctest.Wait()
			_, err := g.Drain(t.Context())
			require.NoError(t, err)
			require.NoError(t, g.Wait())
			s.require(t, 1)
			if waits {
				require.Equal(t, []int{0}, got)
			}
		})
	}
}

// TestGenerateFromManyGoroutines: once opened, once closed, whenever it is left.
func TestGenerateFromManyGoroutines(t *testing.T) {
	for range 300 {
		s := &shop{step: ends(20, io.EOF)}
		g, _ := scheduler.NewGraph(t.Context(), "g")
		p := flowtest.NewProbe[int](t)
		scheduler.Subscribe(g, s.source(), p.Subscriber())
		p.Request(1)
		var all sync.WaitGroup
		all.Go(func() { p.Request(7) })
		all.Go(p.Cancel)
		all.Wait()
		require.NoError(t, g.Wait())
		require.Equal(t, s.opened.Load(), s.closed.Load())
		require.LessOrEqual(t, s.opened.Load(), int32(1))
	}
}

func TestGenerateWrongArguments(t *testing.T) {
	open := func(context.Context) (int, error) { return 0, nil }
	use := func(int) flow.Publisher[int] { return sources.Of(1) }
	for text, f := range map[string]func(){
		"sources.Generate: nil open function": func() { sources.Generate[int, int](nil, nil, nil) },
		"sources.Generate: nil next function": func() { sources.Generate[int, int](open, nil, nil) },
		"sources.Call: nil function":          func() { sources.Call[int](nil) },
		"sources.Using: nil open function":    func() { sources.Using(nil, use, nil) },
		"sources.Using: nil use function":     func() { sources.Using[int, int](open, nil, nil) },
		"sources.Using: nil finish function":  func() { sources.Using(open, use, nil) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
