package operators_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
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

// diary keeps what hooks are called for.
type diary struct {
	mu  sync.Mutex
	all []string
}

func (d *diary) note(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.all = append(d.all, fmt.Sprintf(format, args...))
}

// hooks note everything. Then they call then with the name of the hook.
func (d *diary) hooks(name string, then func(hook string)) operators.Hooks[int] {
	note := func(hook string, args ...any) {
		d.note("%s", name+hook+fmt.Sprint(args...))
		then(hook)
	}
	return operators.Hooks[int]{
		OnSubscribe: func() { note("subscribe") },
		OnRequest:   func(n int64) { note("request", n) },
		OnNext:      func(v int) { note("next", v) },
		OnError:     func(err error) { note("error ", err) },
		OnComplete:  func() { note("complete") },
		OnCancel:    func() { note("cancel") },
		Finally:     func(err error) { note("finally ", err) },
	}
}

func quiet(string) {}

// TestDoTellsEverything in its order, whatever ends the stream.
func TestDoTellsEverything(t *testing.T) {
	for on, s := range schedulers {
		for name, test := range map[string]struct {
			src  publisher
			take int64
			want []string
		}{
			"complete": {sources.Of(1, 2), 9, []string{"subscribe", "request9", "next1", "next2", "complete", "finally <nil>"}},
			"empty":    {sources.Empty[int](), 9, []string{"subscribe", "complete", "finally <nil>"}},
			"error":    {failing(1, errStop), 9, []string{"subscribe", "request9", "next0", "error stop", "finally stop"}},
			"cancel":   {sources.Of(1, 2), 1, []string{"subscribe", "request1", "next1", "cancel", "finally operators: the subscriber has left"}},
			"at once":  {sources.Of(1, 2), 0, []string{"subscribe", "cancel", "finally operators: the subscriber has left"}},
			"async":    {operators.Async(sources.Of(1, 2), 1), 9, []string{"subscribe", "request9", "next1", "next2", "complete", "finally <nil>"}},
			"foreign":  {foreign{sources.Of(1, 2)}, 9, []string{"subscribe", "request9", "next1", "next2", "complete", "finally <nil>"}},
		} {
			var d diary
			err := sinks.Discard(scheduler.With(t.Context(), s()),
				operators.Take(operators.Do(test.src, d.hooks("", quiet)), test.take))
			if name == "error" {
				require.Equal(t, errStop, err)
			} else {
				require.NoError(t, err)
			}
			got := d.all
			if name == "empty" { // may be over before it is asked for anything
				got = slices.DeleteFunc(got, func(s string) bool { return s == "request9" })
			}
			require.Equal(t, test.want, got, "%s on %s", name, on)
		}
	}
}

// TestDoFinallyOfTheLastComesFirst: the end has passed the stages below.
func TestDoFinallyOfTheLastComesFirst(t *testing.T) {
	for _, take := range []int64{1, 9} {
		var d diary
		only := func(name string) operators.Hooks[int] {
			h := d.hooks(name, quiet)
			return operators.Hooks[int]{OnCancel: h.OnCancel, Finally: h.Finally}
		}
		src := operators.Do(operators.Map(operators.Do(sources.Of(1, 2), only("a ")), same), only("b "))
		require.NoError(t, sinks.Discard(t.Context(), operators.Take(src, take)))
		want := []string{"b finally <nil>", "a finally <nil>"}
		if take == 1 {
			left := "finally operators: the subscriber has left"
			want = []string{"b cancel", "b " + left, "a cancel", "a " + left}
		}
		require.Equal(t, want, d.all)
	}
}

// TestDoContext: the end of the context is an error, and a cause.
func TestDoContext(t *testing.T) {
	for on, s := range schedulers {
		var d diary
		ctx, cancel := context.WithCancelCause(scheduler.With(t.Context(), s()))
		src := operators.Do(operators.Merge(1, sources.Of(1), sources.Never[int]()), d.hooks("", quiet))
		err := sinks.ForEach(ctx, src, func(_ context.Context, v int) error {
			cancel(errStop)
			return nil
		})
		require.Equal(t, errStop, err, on)
		require.Equal(t, []string{"error stop", "finally stop"}, d.all[len(d.all)-2:], on)
		require.Equal(t, 1, count(d.all, "finally stop"), on)

		d.all = nil
		require.Equal(t, errStop, sinks.Discard(ctx, src), "ended before")
		require.Equal(t, []string{"subscribe", "error stop", "finally stop"},
			slices.DeleteFunc(d.all, func(s string) bool { return s == fmt.Sprint("request", flow.Unbounded) }))
	}
}

func count(all []string, what string) (n int) {
	for _, s := range all {
		if s == what {
			n++
		}
	}
	return n
}

// TestDoBrokenHooks: a hook that panics or ends the goroutine ends the stream,
// once; upstream is cancelled, and Finally is called.
func TestDoBrokenHooks(t *testing.T) {
	for on, s := range schedulers {
		for hook, want := range map[string]string{
			"subscribe": "do#3: panic: other",
			"request":   "do#3: panic: other",
			"next":      "do#3: panic: other",
			"complete":  "do#3: panic: other",
			"error ":    "do#3: panic: other\nstop",
		} {
			var d diary
			src := operators.Map(sources.Of(1, 2), same)
			if hook == "error " {
				src = failing(3, errStop)
				want = "do#4: panic: other\nstop"
			}
			ctx := scheduler.With(t.Context(), s())
			_, err := sinks.Slice(ctx, operators.Do(src, d.hooks("", func(h string) {
				if h == hook {
					panic(errOther)
				}
			}), operators.WithName("do#"+want[3:4])))
			require.EqualError(t, err, want, "%s on %s", hook, on)
			require.ErrorIs(t, err, errOther)
			require.Equal(t, 1, count(d.all, "finally "+want), "%s on %s: %v", hook, on, d.all)
			require.Equal(t, "finally "+want, d.all[len(d.all)-1])
		}
	}
}

// TestDoLateHooks: what goes wrong in a hook for the end changes nothing.
func TestDoLateHooks(t *testing.T) {
	for _, hook := range []string{"cancel", "finally "} {
		var d diary
		got, err := sinks.Slice(t.Context(), operators.Take(operators.Do(sources.Of(1, 2), d.hooks("", func(h string) {
			if h == hook {
				panic(errOther)
			}
		})), 1))
		require.NoError(t, err)
		require.Equal(t, []int{1}, got)
		require.Equal(t, "finally operators: the subscriber has left", d.all[len(d.all)-1])
	}
}

// TestDoGoexit in a hook for an element or the end: Finally is called, and the
// run ends.
func TestDoGoexit(t *testing.T) {
	for on, s := range schedulers {
		for _, hook := range []string{"next", "complete", "cancel", "finally "} {
			var d diary
			done := make(chan struct{})
			go func() {
				defer close(done)
				src := operators.Do(operators.Async(sources.Of(1, 2), 4), d.hooks("", func(h string) {
					if h == hook {
						runtime.Goexit()
					}
				}))
				n := int64(9)
				if hook == "cancel" {
					n = 1
				}
				_ = sinks.Discard(scheduler.With(t.Context(), s()), operators.Take(src, n))
			}()
			<-done
			d.mu.Lock()
			require.Contains(t, d.all[len(d.all)-1], "finally ", "%s on %s", hook, on)
			d.mu.Unlock()
		}
	}
	flowtest.CheckLeaks(t)
}

// TestDoRequests: each demand is seen before it is passed up, as it is.
func TestDoRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Do(up, operators.Hooks[int]{OnRequest: func(n int64) { d.note("%d", n) }}))
		p.Request(2)
		p.Request(5)
		synctest.Wait()
		require.Equal(t, []string{"2", "5"}, d.all)
		require.EqualValues(t, 7, up.Requested())
		p.Cancel()
		p.Request(1)
		synctest.Wait()
		require.Len(t, d.all, 2, "no call after the end")
		require.Equal(t, 1, up.Cancelled())
	})
}

// TestDoFromManyGoroutines: one end, whoever asks and leaves when.
func TestDoFromManyGoroutines(t *testing.T) {
	for range 200 {
		var d diary
		h := d.hooks("", quiet)
		h.OnNext, h.OnRequest = nil, func(int64) {}
		src := operators.Do(operators.Async(sources.Slice(numbersTo(20)), 3), h)
		g, _ := scheduler.NewGraph(t.Context(), "g")
		p := flowtest.NewProbe[int](t)
		scheduler.Subscribe(g, src, p.Subscriber())
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { p.Request(7) })
		}
		all.Go(p.Cancel)
		all.Wait()
		require.NoError(t, g.Wait())
		require.Len(t, d.all, 3, "%v", d.all)
		require.Contains(t, d.all[2], "finally")
	}
}

func TestDoWrongArguments(t *testing.T) {
	src := sources.Of(1)
	for text, f := range map[string]func(){
		"operators.Do: nil source":          func() { operators.Do(nil, operators.Hooks[int]{}) },
		"operators.DoOnNext: nil source":    func() { operators.DoOnNext(nil, func(int) {}) },
		"operators.DoOnNext: nil function":  func() { operators.DoOnNext(src, nil) },
		"operators.DoFinally: nil source":   func() { operators.DoFinally[int](nil, func(error) {}) },
		"operators.DoFinally: nil function": func() { operators.DoFinally(src, nil) },
		"operators.MapError: nil source":    func() { operators.MapError[int](nil, func(err error) error { return err }) },
		"operators.MapError: nil function":  func() { operators.MapError(src, nil) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
