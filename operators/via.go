package operators

import (
	"context"
	"fmt"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// Via emits what a [flow.Processor] emits that is subscribed to src.
// newProcessor is called once for each subscription; the processor is
// subscribed to first, and then subscribes.
//
// The processor may signal on any goroutine, and keeps the rules of the protocol
// itself: which demand reaches upstream, what it holds and what it lets go of
// is its own affair. What it sends beyond what was requested ends the stream
// with an error that wraps [flow.ErrProtocol].
//
//	source         --1--2--3--|
//	Via(doubler)
//	result         --2--4--6--|
//
// Demand: requests of the processor as much as is demanded, at most 256 at a
// time.
//
// Buffer: at most 256 demanded elements on their way from the processor, and
// what the processor holds.
//
// Errors: those of the processor. A panic in it cancels upstream and ends the
// stream with a [flow.PanicError], and so does one in newProcessor, or a nil
// processor.
//
// Ends: when the processor does. The end of the context ends the stream at once
// and cancels the processor's subscription.
func Via[In, Out any](src flow.Publisher[In], newProcessor func() flow.Processor[In, Out], opts ...Option) flow.Publisher[Out] {
	stage.Require(src != nil, "operators.Via: nil source")
	stage.Require(newProcessor != nil, "operators.Via: nil function")
	p := &viaOp[In, Out]{stage.NewBlueprint("via", src, opts), stage.Adapt(src), newProcessor}
	n := p.Node()
	n.Capacity, n.Boundary = flow.UnknownCapacity, true
	return p
}

type viaOp[In, Out any] struct {
	stage.Blueprint
	src          flow.Publisher[In]
	newProcessor func() flow.Processor[In, Out]
}

func (p *viaOp[In, Out]) Subscribe(ctx context.Context, down flow.Subscriber[Out]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	new(stage.Boundary[Out]).Open(ctx, p.Node(), flow.PublisherFunc[Out](p.open), down, stage.MaxBatch, true)
}

// open makes a processor and subscribes it, on the island above the boundary.
// Where that fails, the boundary is told.
func (p *viaOp[In, Out]) open(ctx context.Context, s flow.Subscriber[Out]) {
	subscribed, returned := false, false
	defer func() {
		if returned {
			return
		}
		if !subscribed {
			stage.Decline(ctx, p.src)
		}
		s.OnSubscribe(nothing{}) // if the processor has not done so
		value := recover()
		if value == nil {
			value = flow.ErrGoexit
		}
		s.OnError(flow.NewPanicError(scheduler.SiteOf(ctx).Name(p.Node()), value))
	}()
	processor := p.newProcessor()
	if processor == nil {
		panic(fmt.Errorf("%w: the function has returned no processor", flow.ErrProtocol))
	}
	processor.Subscribe(ctx, s)
	subscribed = true
	p.src.Subscribe(ctx, processor)
	returned = true
}

// nothing is the subscription to a processor that does not exist.
type nothing struct{}

func (nothing) Request(int64) {}
func (nothing) Cancel()       {}
