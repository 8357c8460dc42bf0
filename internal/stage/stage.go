// Package stage is the kit from which sources, operators and sinks are made:
// the two sides of a stage, guarded calls of user functions, and the heads of
// islands. Every built-in stage has one data path, the batched one.
package stage

import (
	"context"
	"fmt"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
)

// Config is what options set.
type Config struct {
	Name        string
	Prefetch    int64
	Close       bool
	MaxLine     int
	MaxToken    int
	Workers     int
	OnWalkError func(path string, err error) error
	Unordered   bool          // results come as they are there
	MaxWait     time.Duration // of an element that is held for others
	Burst       int           // elements that may pass at once
	Last        bool          // what is held at the end is emitted
	DelayErrors bool          // errors are kept until all streams have ended

	FirstBackoff, MostBackoff time.Duration
	RetryIf                   func(err error) bool
	Healthy                   time.Duration // after which failures are forgotten

	MaxIdle time.Duration // of a group
	Evict   bool          // the least recently used makes room

	FixedDelay bool          // of a tick from the last one
	Grace      time.Duration // of a connection without subscribers
	MaxAge     time.Duration // of what is kept for subscribers to come
	Start      int           // subscribers that have to be there first
}

// MaxBatch is the largest number of elements in a batch.
const MaxBatch = scheduler.MaxBatch

// Option is a setting of a stage that has a default.
type Option func(*Config)

// Configure applies options to a configuration.
func Configure(opts []Option) Config {
	if len(opts) == 0 {
		return Config{}
	}
	c := new(Config)
	for _, o := range opts {
		o(c)
	}
	return *c
}

// Blueprint is embedded in every publisher of the framework. It describes the
// stage and marks it as native: its signals come from the island of the
// context that it is subscribed with.
type Blueprint struct{ node flow.Node }

func (*Blueprint) native() {}

// Node returns the description of the stage.
func (b *Blueprint) Node() *flow.Node { return &b.node }

type native interface{ native() }

// Inner is embedded in a subscriber that belongs to a head of the same island,
// which learns of the end of the context itself.
type Inner struct{}

func (Inner) native() {}

// Halted does nothing.
func (Inner) Halted() {}

// Quit does nothing.
func (Inner) Quit() {}

// NewBlueprint describes a stage with one upstream, which may be nil.
func NewBlueprint(kind string, up any, opts []Option) Blueprint {
	b := Blueprint{flow.Node{Kind: kind, Name: Configure(opts).Name}}
	if up != nil {
		b.node.Up = flow.NodeOf(up)
	}
	return b
}

// Require panics with the message if ok is false: the caller's code is wrong.
func Require(ok bool, format string, args ...any) {
	if !ok {
		panic(fmt.Sprintf(format, args...))
	}
}

// RequireQueue panics if the function's caller wants a queue that cannot be.
func RequireQueue(function string, capacity int, strategy flow.Overflow) {
	Require(capacity > 0, "%s: capacity %d, must be at least 1", function, capacity)
	Require(flow.Block <= strategy && strategy <= flow.Fail, "%s: unknown strategy %d", function, strategy)
	Require(strategy != flow.Latest || capacity == 1, "%s: capacity %d, flow.Latest keeps 1", function, capacity)
}

// Enter prepares a subscription: it refuses a nil subscriber and returns a
// context with an island.
func Enter[T any](ctx context.Context, node *flow.Node, s flow.Subscriber[T]) context.Context {
	if s == nil {
		panic("flow: nil Subscriber given to " + node.Kind)
	}
	if ctx == nil {
		panic("flow: nil Context given to " + node.Kind)
	}
	return scheduler.Enter(ctx)
}

// Subscribe connects the stage s, whose meter is m, to its upstream.
func Subscribe[T any](ctx context.Context, src flow.Publisher[T], s flow.BatchSubscriber[T], m *scheduler.Meter) {
	if m != nil {
		s = &metered[T]{s, m}
	}
	src.Subscribe(ctx, s)
}

// metered tells the stage above which meter the stage below has, where
// somebody observes. [Outlet.Connect] takes it apart.
type metered[T any] struct {
	flow.BatchSubscriber[T]
	meter *scheduler.Meter
}

func (*metered[T]) native() {}

// UserContext returns the context that a user's function gets: that of the
// subscription, without its island.
func UserContext(ctx context.Context) context.Context { return scheduler.Outside(ctx) }

// Tell tells elements with release that a stage lets go of them. release is nil
// where they need not be told, see [flow.ReleaseFunc].
func Tell[T any](release func(T, flow.Reason), vs []T, reason flow.Reason) {
	if release == nil {
		return
	}
	for _, v := range vs {
		release(v, reason)
	}
}
