package stage

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
)

// Relay is a head that hands on the elements of one publisher at a time, as
// they come and without a queue. What was demanded and has not been delivered
// when a publisher ends is asked of the next one.
//
// It subscribes in its own pass, and not inside the signal that ends a
// publisher: a million publishers that end at once do not grow the stack.
type Relay[T any] struct {
	Core[T]
	inner   atomic.Pointer[relayed[T]] // the present one, nil between two
	began   bool
	some    bool            // an element has been handed on
	made    context.Context // for publishers that were made during the run
	release func(T, flow.Reason)
	errs    *Errors // which keeps those of publishers until the stream ends, or nil
	keeper  Keeper[T]
}

// Keeper keeps what a [Relay] hands on as well.
type Keeper[T any] interface {
	// Room returns how many elements it can keep now.
	Room() int
	// Keep keeps vs, for which there is room, and which are handed on then.
	Keep(vs []T)
}

// Relaying is what embeds a [Relay].
type Relaying[T any] interface {
	Abandoner
	flow.Subscription
	// After says what comes after the publisher that has ended with err, nil
	// where it has completed: the next one, or else whether the stream ends,
	// and with which error. It is called at the start as well, and again with
	// each pass after it has answered Wait.
	After(err error) (next flow.Publisher[T], p Progress, end error)
}

// ErrNilPublisher is the error of a user's function that returns none.
var ErrNilPublisher = errors.New("nil Publisher")

// Begin hands the subscription to the subscriber and starts the relay.
func (r *Relay[T]) Begin(ctx context.Context, node *flow.Node, down flow.Subscriber[T], self Relaying[T]) {
	r.release = flow.ReleaseFunc[T]()
	r.Core.Begin(ctx, node, down, self, self)
}

// Keep has errs keep the errors of the publishers: a publisher that fails is
// followed by the next one. It is called before Begin, if at all.
func (r *Relay[T]) Keep(errs *Errors) { r.errs = errs }

// Also has k keep the elements that are handed on. Where there is no room, one
// element is asked for, and the stream fails when it comes. It is called before
// Begin, if at all.
func (r *Relay[T]) Also(k Keeper[T]) { r.keeper = k }

// Cancel ends the stream in silence. The present publisher learns of it at
// once, so that no further function above is called. A publisher that is being
// subscribed meanwhile is seen here, or it sees the event.
func (r *Relay[T]) Cancel() {
	r.Core.Cancel()
	if in := r.inner.Load(); in != nil {
		in.Cancel()
	}
}

// Stopped reports whether no further call of a user's function may begin.
func (r *Relay[T]) Stopped() bool {
	return r.Events()&(scheduler.Cancelled|scheduler.Ended|scheduler.Invalid) != 0
}

// Some reports whether an element has been handed on. Only the island may ask.
func (r *Relay[T]) Some() bool { return r.some }

// Draining reports whether no further source should be started.
func (r *Relay[T]) Draining() bool { return r.Events()&scheduler.Draining != 0 }

// Run does one pass: see [scheduler.Head].
func (r *Relay[T]) Run(int) (emitted int, again bool) {
	if !r.began {
		r.began = true
		r.decline()
	}
	if r.Interrupted() {
		return 0, false
	}
	var err error
	if in := r.inner.Load(); in != nil {
		if !in.Ended() {
			in.refill()
			return 0, false
		}
		r.inner.Store(nil)
		err = in.Err()
		if r.Context().Err() != nil { // it was told first
			r.Post(scheduler.Ended)
			r.Interrupted()
			return 0, false
		}
	}
	next, p, err := r.Head().(Relaying[T]).After(err)
	switch {
	case r.Interrupted():
	case next != nil:
		r.follow(next)
	case p == Last:
		r.Conclude(err)
	}
	return 0, false
}

// Dynamic says that the publishers that follow are made during the run, and not
// a part of the blueprint.
func (r *Relay[T]) Dynamic() {
	if r.made == nil {
		r.made = scheduler.Inner(r.Context(), r.Node())
	}
}

// decline subscribes to the first publisher for nothing, where the subscriber
// has left before the first pass.
func (r *Relay[T]) decline() {
	if !r.Stopped() {
		return
	}
	first, _, err := r.Head().(Relaying[T]).After(nil)
	if first != nil {
		err = r.Try(nil, func() error {
			Decline(r.Context(), Adapt(first))
			return nil
		})
	}
	if err != nil {
		r.Outlet.Run().Undeliverable(err)
	}
}

// follow subscribes to the next publisher.
func (r *Relay[T]) follow(next flow.Publisher[T]) {
	in := &relayed[T]{relay: r}
	in.Keep(r.errs)
	r.inner.Store(in)
	if r.Stopped() {
		return // the event has marked the head
	}
	if err := r.Try(nil, func() error {
		ctx := r.made
		if ctx == nil {
			ctx = r.Context()
		}
		Subscribe(ctx, Adapt(next), in, r.Meter())
		return nil
	}); err != nil {
		r.Conclude(err)
	}
}

// Try runs f, which calls a user's function, and makes an error of what it
// returns or panics with. A panic is joined with cause, the error that the
// function was called for, if any. After runtime.Goexit the goroutine does not
// come back, so that the stream is ended here.
func (r *Relay[T]) Try(cause error, f func() error) (err error) {
	returned := false
	defer func() {
		if returned {
			return
		}
		recovered := recover()
		err = r.Broken(recovered)
		if cause != nil {
			err = errors.Join(err, cause)
		}
		if recovered == nil {
			r.Conclude(err)
		}
	}()
	err = f()
	returned = true
	if err != nil {
		err = r.UserError(err)
	}
	return err
}

// Conclude ends the stream: with err, or by completion if that is nil. Errors
// that are kept come before it.
func (r *Relay[T]) Conclude(err error) {
	if r.errs != nil {
		if err != nil {
			r.errs.Add(err)
		}
		err = r.errs.Take()
	}
	r.Head().(Abandoner).Abandon(flow.Failed)
	r.End(err)
}

// Abandon cancels the present publisher.
func (r *Relay[T]) Abandon(flow.Reason) {
	r.errs.Report(r.Context(), r.Outlet.Run())
	if in := r.inner.Swap(nil); in != nil {
		in.Cancel()
	}
}

// Present reports whether there is a publisher that has not ended.
func (r *Relay[T]) Present() bool {
	in := r.inner.Load()
	return in != nil && !in.Ended()
}

// Leave cancels the present publisher, so that the next pass goes on to the next
// one. One that has ended with an error stays: it ends the stream.
func (r *Relay[T]) Leave() {
	if in := r.inner.Load(); in != nil && in.Err() == nil {
		r.inner.Store(nil)
		in.Cancel()
	}
}

// Lose lets go of elements.
func (r *Relay[T]) Lose(vs []T, reason flow.Reason) {
	r.Lost(reason, int64(len(vs)))
	Tell(r.release, vs, reason)
}

// relayed receives the elements of one publisher.
type relayed[T any] struct {
	Inner
	Upstream
	relay *Relay[T]
	asked int64 // requested and not yet received
	one   One[T]
}

func (in *relayed[T]) OnSubscribe(sub flow.Subscription) {
	if in.Join(sub) {
		in.refill()
	}
}

// refill requests what is demanded and not yet on its way. It is called after
// each batch, so that a publisher goes on in the same pass, and in the pass that
// follows each request.
func (in *relayed[T]) refill() {
	if in.asked == flow.Unbounded || !in.Joined() {
		return
	}
	demand := in.relay.Demand()
	if k := in.relay.keeper; k != nil {
		demand = min(demand, int64(max(k.Room(), 1)))
	}
	n := demand - in.asked
	if demand == flow.Unbounded {
		n = demand
	}
	if n > 0 {
		in.asked = demand
		in.Request(n)
	}
}

func (in *relayed[T]) OnNext(v T) {
	r := in.relay
	if r.keeper != nil {
		in.OnNextBatch(in.one.One(v))
		return
	}
	if !in.receive(1) {
		r.Lose([]T{v}, in.Reason())
		return
	}
	r.demand.Sub(1)
	r.Next(v)
	in.refill()
}

func (in *relayed[T]) OnNextBatch(vs []T) {
	r := in.relay
	if !in.receive(len(vs)) {
		r.Lose(vs, in.Reason())
		return
	}
	if r.keeper != nil {
		vs = in.keep(vs)
	}
	r.Emit(vs)
	in.refill()
}

// keep has those of vs kept for which there is room, and returns them. Where
// there are more, the stream fails behind them.
func (in *relayed[T]) keep(vs []T) []T {
	r := in.relay
	n := min(len(vs), r.keeper.Room())
	r.keeper.Keep(vs[:n])
	if n < len(vs) {
		if r.meter != nil {
			r.meter.Failed(flow.OverflowError)
		}
		in.err = &flow.StageError{Stage: r.Name(), Err: flow.ErrOverflow}
		in.Leave()
		r.Lose(vs[n:], flow.DroppedNew)
		r.Ready()
	}
	return vs[:n]
}

// receive counts n elements, and reports whether they go on.
func (in *relayed[T]) receive(n int) bool {
	switch {
	case in.Over():
		return false
	case in.asked == flow.Unbounded:
		in.relay.some = true
		return true
	case int64(n) > in.asked:
		in.sub.Cancel()
		in.OnError(&flow.StageError{Stage: in.relay.Name(), Err: errOverrun})
		return false
	}
	in.asked -= int64(n)
	in.relay.some = true
	return true
}

func (in *relayed[T]) OnError(err error) {
	if in.Fail(err, in.relay.Outlet.Run()) {
		in.relay.Ready()
	}
}

func (in *relayed[T]) OnComplete() {
	if in.Complete() {
		in.relay.Ready()
	}
}
