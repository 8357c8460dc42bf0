package sources_test

import (
	"context"
	"runtime"
	"sync"
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

func (s *shop) using(use func() flow.Publisher[int]) flow.Publisher[int] {
	return sources.Using(s.open, func(*shop) flow.Publisher[int] { return use() }, s.close, sources.WithName("it"))
}

// TestUsingEnds: it is closed once whatever ends the stream, before the end is
// signalled.
func TestUsingEnds(t *testing.T) {
	onAll(t, func(t *testing.T, ctx context.Context) {
		for text, test := range map[string]struct {
			use     func() flow.Publisher[int]
			closing error
		}{
			"":                    {func() flow.Publisher[int] { return sources.Of(0, 1) }, nil},
			"test":                {func() flow.Publisher[int] { return operators.Concat(sources.Of(0, 1), sources.Error[int](errTest)) }, nil},
			"it: close":           {func() flow.Publisher[int] { return sources.Of(0, 1) }, errClose},
			"test\nit: close":     {func() flow.Publisher[int] { return sources.Error[int](errTest) }, errClose},
			"it: panic: test":     {func() flow.Publisher[int] { panic(errTest) }, nil},
			"it: nil Publisher":   {func() flow.Publisher[int] { return nil }, nil},
			"it: panic: in close": {func() flow.Publisher[int] { return operators.Async(sources.Of(0, 1), 1) }, nil},
		} {
			s := &shop{closing: test.closing}
			src := s.using(test.use)
			if text == "it: panic: in close" {
				src = sources.Using(s.open, func(*shop) flow.Publisher[int] { return test.use() },
					func(*shop) error { s.closed.Add(1); panic("in close") }, sources.WithName("it"))
			}
			for n := range int32(2) {
				_, err := sinks.Slice(ctx, operators.MapError(src, func(err error) error {
					require.Equal(t, n+1, s.closed.Load())
					return err
				}))
				if text == "" {
					require.NoError(t, err)
				} else {
					require.EqualError(t, err, text)
				}
				s.require(t, n+1, text)
			}
		}
	})
}

// TestUsingNotOpened: neither used nor closed.
func TestUsingNotOpened(t *testing.T) {
	onAll(t, func(t *testing.T, ctx context.Context) {
		for text, open := range map[string]func(context.Context) (int, error){
			"it: test":        func(context.Context) (int, error) { return 0, errTest },
			"it: panic: test": func(context.Context) (int, error) { panic(errTest) },
			"it: " + flow.ErrGoexit.Error(): func(context.Context) (int, error) {
				runtime.Goexit()
				return 0, nil
			},
		} {
			_, err := sinks.Slice(ctx, sources.Using(open,
				func(int) flow.Publisher[int] { panic("used") }, func(int) error { panic("closed") }, sources.WithName("it")))
			require.EqualError(t, err, text)
		}
		ended, cancel := context.WithCancelCause(ctx)
		cancel(errTest)
		s := &shop{}
		require.Equal(t, errTest, sinks.Discard(ended, s.using(nil)))
		require.NoError(t, sinks.Discard(ctx, operators.Take(s.using(nil), 0)))
		s.require(t, 0)
	})
}

// TestUsingLeft: the sink that leaves returns when it is closed.
func TestUsingLeft(t *testing.T) {
	onAll(t, func(t *testing.T, ctx context.Context) {
		for name, use := range map[string]func() flow.Publisher[int]{
			"native":  func() flow.Publisher[int] { return sources.Slice(numbers(300)) },
			"async":   func() flow.Publisher[int] { return operators.Async(sources.Slice(numbers(300)), 4) },
			"foreign": func() flow.Publisher[int] { return flowtest.Just(numbers(300)...) },
		} {
			for _, n := range []int{0, 1, 200} {
				s, o := &shop{closing: errClose}, &lateErrors{}
				for v, err := range sinks.Seq(flow.WithObserver(ctx, o), s.using(use)) {
					require.NoError(t, err)
					require.Zero(t, s.closed.Load())
					if v == n {
						break
					}
				}
				s.require(t, 1, name)
				require.Len(t, o.all, 1, "the error of close")
			}
		}
		ctx, cancel := context.WithCancelCause(ctx)
		s := &shop{}
		require.Equal(t, errTest, sinks.ForEach(ctx, s.using(func() flow.Publisher[int] {
			return operators.Concat(sources.Of(1), sources.Never[int]())
		}), func(context.Context, int) error { cancel(errTest); return nil }))
		s.require(t, 1)
	})
}

// TestUsingLeftWhileItOpens: the context of open ends, and what it returns all
// the same is closed and not used.
func TestUsingLeftWhileItOpens(t *testing.T) {
	for _, how := range []string{"cancel", "drain", "context"} {
		synctest.Test(t, func(t *testing.T) {
			var closed []int
			release := make(chan struct{})
			outer, cancel := context.WithCancelCause(t.Context())
			g, _ := scheduler.NewGraph(outer, "g")
			p := flowtest.NewProbe[int](t)
			scheduler.Subscribe(g, sources.Using(
				func(ctx context.Context) (int, error) {
					if how != "drain" {
						<-ctx.Done()
					}
					<-release
					return 7, nil
				},
				func(int) flow.Publisher[int] { panic("used") },
				func(r int) error { closed = append(closed, r); return nil }), p.Subscriber())
			p.Request(1)
			synctest.Wait()
			switch how {
			case "cancel":
				p.Cancel()
			case "context":
				cancel(errTest)
			case "drain":
				var all sync.WaitGroup
				defer all.Wait()
				all.Go(func() { _, _ = g.Drain(context.WithoutCancel(outer)) })
			}
			synctest.Wait()
			require.Empty(t, closed)
			close(release)
			require.NoError(t, g.Wait())
			require.Equal(t, []int{7}, closed)
			switch how {
			case "context":
				require.Equal(t, errTest, p.Err())
			case "drain":
				p.ExpectComplete()
			}
			cancel(nil)
		})
	}
}

// TestUsingIsExact: demand goes to the publisher as it is.
func TestUsingIsExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, up := &shop{}, flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, s.using(func() flow.Publisher[int] { return up }))
		synctest.Wait()
		require.Equal(t, 1, up.Subscribed(), "also without demand")
		p.Request(3)
		synctest.Wait()
		require.EqualValues(t, 3, up.Requested())
		up.Next(1)
		synctest.Wait()
		p.Cancel()
		synctest.Wait()
		require.Equal(t, 1, up.Cancelled())
		s.require(t, 1)
	})
}

// TestUsingFromManyGoroutines: once opened, once closed, whenever it is left.
func TestUsingFromManyGoroutines(t *testing.T) {
	for range 300 {
		s := &shop{}
		g, _ := scheduler.NewGraph(t.Context(), "g")
		p := flowtest.NewProbe[int](t)
		scheduler.Subscribe(g, s.using(func() flow.Publisher[int] { return sources.Of(1, 2, 3) }), p.Subscriber())
		var all sync.WaitGroup
		all.Go(func() { p.Request(7) })
		all.Go(p.Cancel)
		all.Wait()
		require.NoError(t, g.Wait())
		require.Equal(t, s.opened.Load(), s.closed.Load())
	}
}

// TestCall: once for each subscription, at the first request; what comes too
// late is released.
func TestCall(t *testing.T) {
	onAll(t, func(t *testing.T, ctx context.Context) {
		calls := 0
		src := sources.Call(func(context.Context) (int, error) {
			if calls++; calls == 3 {
				return 0, errTest
			}
			return calls, nil
		}, sources.WithName("it"))
		for n := range 2 {
			got, err := sinks.Slice(ctx, src)
			require.NoError(t, err)
			require.Equal(t, []int{n + 1}, got)
		}
		_, err := sinks.Slice(ctx, src)
		require.EqualError(t, err, "it: test")
		_, err = sinks.Slice(ctx, sources.Call(func(context.Context) (int, error) { panic(errTest) }, sources.WithName("it")))
		require.EqualError(t, err, "it: panic: test")
		_, err = sinks.Slice(ctx, sources.Call(func(context.Context) (int, error) { runtime.Goexit(); return 0, nil }))
		require.ErrorIs(t, err, flow.ErrGoexit)
	})
}

func TestCallIsExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var reasons []flow.Reason
		g, _ := scheduler.NewGraph(t.Context(), "g")
		calls, release := 0, make(chan struct{})
		p := flowtest.NewProbe[parcel](t)
		scheduler.Subscribe(g, sources.Call(func(ctx context.Context) (parcel, error) {
			calls++
			<-ctx.Done()
			<-release
			return parcel{&reasons}, nil
		}), p.Subscriber())
		synctest.Wait()
		require.Zero(t, calls)
		p.Request(1)
		synctest.Wait()
		require.Equal(t, 1, calls)
		p.Cancel()
		close(release)
		require.NoError(t, g.Wait())
		require.Equal(t, []flow.Reason{flow.Cancelled}, reasons)
	})
}
