package graphs

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
)

func sinkRows[T any]() []sinkRow[T] {
	return []sinkRow[T]{
		{"Slice", (*draw[T]).sliceSink},
		{"ForEach", (*draw[T]).eachSink},
		{"Seq", (*draw[T]).seqSink},
		{"subscriber", func(d *draw[T]) (running[T], string) { return d.subscriber(-1) }},
	}
}

// sink is a sink being drawn, and what came of it.
type sink[T any] struct {
	from  stream[T]
	words string
	run   func(ctx context.Context, g *scheduler.Graph, s *sink[T]) // starts it
	leave int                                                       // number of elements after which it leaves; -1 for never

	foreign bool // it is a subscriber, not a blocking sink
	aside   bool // what it gets is noted above it
	got     []int
	ended   atomic.Bool // it has returned, or had its last signal
	err     error
	wrong   string // which rule was broken
}

// outputs draws the sinks of the graph.
func (d *draw[T]) outputs() {
	s := d.chain(2)
	if d.intn(4) > 0 {
		d.sink(s)
		return
	}
	n, c := 2+d.intn(2), d.capacity()
	for i, out := range operators.Broadcast(s.pub, n, c) {
		branch := stream[T]{out, s.want, s.mode, s.words + fmt.Sprintf(" → Broadcast(%d, %d)[%d]", n, c, i), true}
		for range d.intn(3) {
			branch = d.operator(branch)
		}
		d.sink(branch)
	}
}

func (d *draw[T]) sink(from stream[T]) {
	s := &sink[T]{from: from, leave: -1}
	if d.fault == leaves && len(d.sinks) == 0 {
		if s.leave = d.intn(len(from.want) + 1); s.leave > 0 && d.intn(2) == 0 {
			s.run, s.words = d.seqSink()
		} else {
			s.run, s.words = d.subscriber(s.leave)
		}
		s.words += fmt.Sprintf(", leaves after %d", s.leave)
	} else {
		s.run, s.words = d.anySink()
	}
	d.sinks = append(d.sinks, s)
}

func (d *draw[T]) sliceSink() (running[T], string) {
	return func(ctx context.Context, g *scheduler.Graph, s *sink[T]) {
		g.Go(func() error {
			all, err := sinks.Slice(ctx, s.from.pub)
			for _, e := range all {
				s.got = append(s.got, d.use(e))
			}
			s.err = err
			s.ended.Store(true)
			return err
		})
	}, "Slice"
}

func (d *draw[T]) eachSink() (running[T], string) {
	call := d.function()
	wait, every := time.Duration(0), 1+d.intn(40)
	if d.intn(3) == 0 {
		wait = d.pause()
	}
	return func(ctx context.Context, g *scheduler.Graph, s *sink[T]) {
		g.Go(func() error {
			s.err = sinks.ForEach(ctx, s.from.pub, func(_ context.Context, e T) error {
				s.got = append(s.got, d.use(e))
				if wait > 0 && len(s.got)%every == 0 {
					sleep(wait)
				}
				return call()
			})
			s.ended.Store(true)
			return s.err
		})
	}, "ForEach"
}

func (d *draw[T]) seqSink() (running[T], string) {
	prefetch := oneOf(d, 1, 1, 2, 7, 300)
	return func(ctx context.Context, g *scheduler.Graph, s *sink[T]) {
		g.Go(func() error {
			defer s.ended.Store(true)
			for e, err := range sinks.Seq(ctx, s.from.pub, sinks.WithPrefetch(prefetch)) {
				if err != nil {
					s.err = err
					return err
				}
				if s.got = append(s.got, d.use(e)); len(s.got) == s.leave {
					break
				}
			}
			return nil
		})
	}, fmt.Sprintf("Seq(%d)", prefetch)
}

// subscriber asks for elements as the seed has it, from inside OnNext and from
// timers, and looks whether the rules are kept.
func (d *draw[T]) subscriber(leave int) (running[T], string) {
	var demands []int64
	for range 1 + d.intn(5) {
		demands = append(demands, int64(1+oneOf(d, 0, d.intn(5), d.intn(300))))
	}
	wait := time.Duration(0)
	if d.intn(2) == 0 {
		wait = d.pause()
	}
	return func(_ context.Context, g *scheduler.Graph, s *sink[T]) {
		s.foreign = true
		scheduler.Subscribe[T](g, s.from.pub, &asking[T]{draw: d, sink: s, demands: demands, wait: wait, leave: leave})
	}, fmt.Sprintf("subscriber(%v, %v)", demands, wait)
}

type asking[T any] struct {
	*draw[T]
	sink    *sink[T]
	demands []int64
	wait    time.Duration
	leave   int
	sub     flow.Subscription
	turn    int
	open    atomic.Int64 // demanded and not received
	inside  atomic.Int32 // signals that have not returned
	left    bool
}

func (a *asking[T]) enter(signal string) func() {
	if a.inside.Add(1) > 1 {
		a.sink.wrong = signal + " during another signal"
	}
	if a.sink.ended.Load() {
		a.sink.wrong = signal + " after the end"
	}
	return func() { a.inside.Add(-1) }
}

func (a *asking[T]) OnSubscribe(sub flow.Subscription) {
	defer a.enter("OnSubscribe")()
	a.sub = sub
	if a.leave == 0 {
		a.part()
		return
	}
	a.ask()
}

func (a *asking[T]) ask() {
	n := a.demands[a.turn%len(a.demands)]
	a.turn++
	a.open.Add(n)
	if a.wait > 0 && a.turn%2 == 0 {
		time.AfterFunc(a.wait, func() { a.sub.Request(n) })
		return
	}
	a.sub.Request(n)
}

func (a *asking[T]) part() {
	a.left = true
	a.sub.Cancel()
}

func (a *asking[T]) OnNext(e T) {
	defer a.enter("OnNext")()
	a.sink.got = append(a.sink.got, a.use(e))
	open := a.open.Add(-1)
	switch {
	case a.left:
		a.sink.wrong = "an element after Cancel, which was called inside OnNext or OnSubscribe"
	case open < 0:
		a.sink.wrong = "more elements than were requested"
	case len(a.sink.got) == a.leave:
		a.part()
	case open == 0:
		a.ask()
	}
}

func (a *asking[T]) OnError(err error) {
	defer a.enter("OnError")()
	a.sink.err = err
	a.sink.ended.Store(true)
}

func (a *asking[T]) OnComplete() {
	defer a.enter("OnComplete")()
	a.sink.ended.Store(true)
}
