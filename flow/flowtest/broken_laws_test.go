package flowtest

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
)

// mapper is a correct operator with a function, as somebody without Weir's
// stages would write it: it emits inside its upstream's signals. Each of its
// flaws breaks a law.
type mapper[T any] struct {
	up   flow.Publisher[T]
	f    func(T) T
	flaw string
}

func (m *mapper[T]) Subscribe(ctx context.Context, s flow.Subscriber[T]) {
	if s == nil {
		panic("nil subscriber")
	}
	w := &mapping[T]{mapper: m, to: s, release: flow.ReleaseFunc[T]()}
	if o := flow.ObserverFrom(ctx); o != nil {
		o.OnStage(flow.StageInfo{Stage: "mapper", Kind: "mapper", Upstream: []string{"up"}}, &w.stats)
	}
	if m.flaw == "context hidden" {
		ctx = context.WithoutCancel(ctx)
	}
	m.up.Subscribe(ctx, w)
}

type mapping[T any] struct {
	*mapper[T]
	to      flow.Subscriber[T]
	up      flow.Subscription
	release func(T, flow.Reason)
	stats   flow.Stats
	asked   atomic.Int64
	gone    atomic.Bool // the subscriber has left, or the stream has ended
	got     int64
	back    []T   // for the flaw that holds one back
	late    error // for the flaw that waits with errors
}

func (w *mapping[T]) has(flaw string) bool { return w.flaw == flaw }

func (w *mapping[T]) OnSubscribe(sub flow.Subscription) {
	w.up = sub
	w.to.OnSubscribe(w)
	if w.has("greedy") {
		sub.Request(1000)
	}
}

func (w *mapping[T]) Request(n int64) {
	if n > 0 {
		w.asked.Add(n)
	}
	if w.late != nil {
		w.fail(w.late)
	}
	if w.has("asks twice") {
		w.up.Request(n)
	}
	w.up.Request(n)
}

func (w *mapping[T]) Cancel() {
	if w.has("never cancels") {
		w.gone.Store(true)
		return
	}
	if !w.gone.Swap(true) || w.has("cancels twice") {
		w.up.Cancel()
	}
}

func (w *mapping[T]) OnNext(v T) { w.OnNextBatch([]T{v}) }

func (w *mapping[T]) OnNextBatch(vs []T) {
	w.stats.In.Add(int64(len(vs)))
	switch {
	case w.has("turns batches") && len(vs) > 1:
		vs = append([]T{vs[1], vs[0]}, vs[2:]...)
	case w.has("cuts batches") && len(vs) > 4:
		vs = vs[:4]
	}
	next := 0
	returned := false
	defer func() {
		if !returned {
			w.broken(recover())
			for w.has("goes on after a panic") && next < len(vs) {
				next++
				w.element(vs[next-1])
			}
			w.lose(vs[next:], flow.Failed)
		}
	}()
	for next < len(vs) && (!w.gone.Load() || w.has("deaf")) {
		next++
		w.element(vs[next-1])
	}
	returned = true
	w.lose(vs[next:], flow.Cancelled)
}

func (w *mapping[T]) element(v T) {
	w.got++
	if w.has("forgets to ask again") && w.got%7 == 0 {
		w.stats.Lost[flow.Filtered].Add(1)
		return
	}
	if w.has("leaks") && w.got%7 == 0 {
		w.stats.Lost[flow.Filtered].Add(1)
		w.up.Request(1)
		return
	}
	if w.has("releases what it hands on") && w.release != nil {
		w.release(v, flow.Filtered)
	}
	v, ok := w.call(v)
	switch {
	case !ok:
		w.stats.Lost[flow.Failed].Add(1)
	case w.has("holds one back"):
		w.back = append(w.back, v)
		if len(w.back) > 1 {
			v, w.back = w.back[0], w.back[1:]
			w.emit(v)
		}
	default:
		w.emit(v)
		if w.has("doubles") {
			w.emit(v)
		}
	}
}

func (w *mapping[T]) emit(v T) {
	w.stats.Out.Add(1)
	if w.has("counts wrongly") && w.got == 5 {
		w.stats.Out.Add(1)
	}
	w.to.OnNext(v)
}

// call calls the function, which may not return.
func (w *mapping[T]) call(v T) (r T, ok bool) {
	if w.has("swallows panics") {
		defer func() { _ = recover() }()
	}
	defer func() {
		if !ok && !w.has("swallows panics") {
			w.stats.Lost[flow.Failed].Add(1) // the deferred function above will not return here
		}
	}()
	return w.f(v), true
}

func (w *mapping[T]) lose(vs []T, reason flow.Reason) {
	w.stats.Lost[reason].Add(int64(len(vs)))
	if w.release != nil {
		for _, v := range vs {
			w.release(v, reason)
		}
	}
}

// broken ends the stream because the function, or the subscriber, has not
// returned.
func (w *mapping[T]) broken(recovered any) {
	if recovered == nil {
		recovered = flow.ErrGoexit
	}
	err := error(flow.NewPanicError("mapper", recovered))
	switch {
	case w.has("hides panics"):
		err = errors.New("something went wrong")
	case w.has("names no stage"):
		err = flow.NewPanicError("", recovered)
	}
	if w.gone.Load() {
		return
	}
	if !w.has("leaves upstream running") {
		w.Cancel()
	}
	w.gone.Store(true)
	w.to.OnError(err)
}

func (w *mapping[T]) OnError(err error) {
	if w.has("errors wait") && w.got >= w.asked.Load() {
		w.late = err
		return
	}
	w.fail(err)
}

func (w *mapping[T]) fail(err error) {
	if !w.gone.Swap(true) {
		w.to.OnError(err)
	}
}

func (w *mapping[T]) OnComplete() {
	for _, v := range w.back {
		w.emit(v)
	}
	if !w.gone.Swap(true) {
		w.to.OnComplete()
	}
}

func mapperConfig(flaw string) LawConfig[int, int] {
	same := func(v int) int { return v }
	return LawConfig[int, int]{
		OperatorConfig: OperatorConfig[int, int]{
			New: func(up flow.Publisher[int]) flow.Publisher[int] { return &mapper[int]{up, same, flaw} },
		},
		Call: func(up flow.Publisher[int], hook func(int)) flow.Publisher[int] {
			return &mapper[int]{up, func(v int) int { hook(v); return v }, flaw}
		},
		Owned: func(up flow.Publisher[*Token], use func(*Token) *Token) flow.Publisher[*Token] {
			return &mapper[*Token]{up, use, flaw}
		},
		Stage: "mapper",
	}
}

// lawFlaws are the flaws of a mapper, by the law that each breaks.
var lawFlaws = map[string][]string{
	"cancel":  {"never cancels", "cancels twice", "deaf"},
	"panic":   {"swallows panics", "hides panics", "names no stage", "leaves upstream running", "goes on after a panic", "holds one back"},
	"ctx":     {"context hidden", "errors wait"},
	"demand":  {"greedy", "asks twice", "forgets to ask again", "holds one back", "doubles"},
	"batch":   {"turns batches", "cuts batches"},
	"sum":     {"counts wrongly"},
	"release": {"leaks", "releases what it hands on"},
}
