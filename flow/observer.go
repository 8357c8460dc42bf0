package flow

import (
	"context"
	"sync/atomic"
	"time"
)

// Observer is told what a run does. Put one into the context of a run with
// [WithObserver]; every stage of the run then reports, without a change to the
// pipeline. Its methods may be called from any goroutine and must not block.
type Observer interface {
	// OnStage announces a stage of a run once, before its first signal, each
	// one before those above it. stats is live: it may be read at any time, and
	// says when it is final.
	OnStage(stage StageInfo, stats *Stats)
	// OnUndeliverable receives an error that no subscriber could be told: it
	// came after the end, or was the second one.
	OnUndeliverable(stream string, err error)
}

// StageInfo names a stage of a run.
type StageInfo struct {
	Stream   string   // name of the stream or graph
	Stage    string   // given name, or kind#number as [Describe] has it
	Kind     string   // "map", "async", "foreach"
	Strategy string   // overflow strategy of a buffer, else ""
	Capacity int64    // elements its buffer can hold; 0 where it has none
	Boundary bool     // what is above it runs on another island
	Upstream []string // names of the stages that it reads
}

type observerKey struct{}
type streamKey struct{}

// WithObserver returns a context whose runs report to o.
func WithObserver(ctx context.Context, o Observer) context.Context {
	return context.WithValue(ctx, observerKey{}, o)
}

// ObserverFrom returns the observer in ctx, or nil.
func ObserverFrom(ctx context.Context) Observer {
	o, _ := ctx.Value(observerKey{}).(Observer)
	return o
}

// WithStream returns a context whose runs carry the name as their stream.
func WithStream(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, streamKey{}, name)
}

// StreamFrom returns the name of the stream in ctx, or "stream".
func StreamFrom(ctx context.Context) string {
	if name, ok := ctx.Value(streamKey{}).(string); ok {
		return name
	}
	return "stream"
}

// ErrorKind classifies an error for counting.
type ErrorKind uint8

// The kinds of errors that stages count.
const (
	UserError     ErrorKind = iota // returned by a user's function
	PanicErrors                    // a panic in a user's function
	TimeoutError                   // a deadline or a gap timeout
	IOError                        // a source or sink could not read or write
	ProtocolError                  // a publisher or subscriber broke a rule
	OverflowError                  // a bounded buffer was full and told to fail
	errorKinds    = iota
)

var errorKindNames = [errorKinds]string{"user", "panic", "timeout", "io", "protocol", "overflow"}

// String returns the kind in the words that metrics use.
func (k ErrorKind) String() string {
	if int(k) < len(errorKindNames) {
		return errorKindNames[k]
	}
	return "unknown"
}

// Stats counts what one stage of one run does. A stage that is subscribed
// several times in a run (an inner stream) adds all of it up here. All fields
// only grow, except the gauges Buffered and Workers.
type Stats struct {
	In           atomic.Int64 // elements received
	Out          atomic.Int64 // elements handed on; of a sink, dealt with
	Requested    atomic.Int64 // sum of the demand received; saturates at Unbounded
	RequestCalls atomic.Int64 // calls of Request received
	Lost         [ReasonsCount]atomic.Int64
	Errors       [errorKinds]atomic.Int64

	Final     atomic.Bool  // its run has ended: nothing changes any more
	Abandoned atomic.Int64 // demand that ended subscriptions had left
	Buffered  atomic.Int64 // gauge: elements held now
	Workers   atomic.Int64 // gauge: subscriptions of the stage that are alive

	time Clock
}

// Snapshot is a consistent enough copy of [Stats] for people to read.
type Snapshot struct {
	In, Out, Requested, RequestCalls, Buffered, Workers int64
	// Outstanding is the demand not yet delivered; Unbounded where the demand was.
	Outstanding               int64
	Lost                      [ReasonsCount]int64
	Errors                    map[ErrorKind]int64
	Busy, Backpressured, Idle time.Duration
}

// Snapshot reads all counters, and the time split up to this moment.
func (s *Stats) Snapshot() Snapshot {
	n := Snapshot{
		In: s.In.Load(), Out: s.Out.Load(),
		Requested: s.Requested.Load(), RequestCalls: s.RequestCalls.Load(),
		Buffered: s.Buffered.Load(), Workers: s.Workers.Load(),
		Errors: make(map[ErrorKind]int64),
	}
	if n.Requested == Unbounded {
		n.Outstanding = Unbounded
	} else {
		n.Outstanding = max(0, n.Requested-n.Out-s.Abandoned.Load())
	}
	for i := range s.Lost {
		n.Lost[i] = s.Lost[i].Load()
	}
	for i := range s.Errors {
		if c := s.Errors[i].Load(); c != 0 {
			n.Errors[ErrorKind(i)] = c
		}
	}
	n.Busy, n.Backpressured, n.Idle = s.time.Split()
	return n
}

// Dropped returns how many elements were lost by overflow.
func (n Snapshot) Dropped() int64 {
	return n.Lost[DroppedOld] + n.Lost[DroppedNew] + n.Lost[Replaced]
}

// Discarded returns how many elements were let go by a cancel or an error,
// those that were left out because of their own error among them.
func (n Snapshot) Discarded() int64 {
	return n.Lost[Cancelled] + n.Lost[Failed] + n.Lost[AfterEnd] + n.Lost[Skipped]
}

// Time returns the clock of the stage's time split.
func (s *Stats) Time() *Clock { return &s.time }
