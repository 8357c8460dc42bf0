package operators

import (
	"context"
	"log/slog"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Log emits the elements of src and tells logger what happens to the stream,
// with the name of the stage: its subscription, each request and each element at
// [slog.LevelDebug], its completion or the cancel at [slog.LevelInfo], and an
// error at [slog.LevelError]. The handler gets the context of the subscription.
// What logger has not enabled costs a look at that, and nothing more.
//
//	source         --1--2--|
//	Log
//	result         --1--2--|
//
// Elements travel in batches, as in [Do]: all of a batch are logged before it
// goes on. A request is logged on the goroutine that requests.
//
// Demand: passed up as it is.
//
// Buffer: none.
//
// Errors: passes upstream's on. A panic in the handler is one in a hook of [Do].
//
// Ends: when upstream does. The end has been logged when the sink that runs the
// stream returns.
func Log[T any](src flow.Publisher[T], logger *slog.Logger, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Log: nil source")
	stage.Require(logger != nil, "operators.Log: nil logger")
	return &logOp[T]{stage.NewBlueprint("log", src, opts), stage.Adapt(src), logger}
}

type logOp[T any] struct {
	stage.Blueprint
	src    flow.Publisher[T]
	logger *slog.Logger
}

func (p *logOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := new(doStage[T])
	s.Init(ctx, p.Node(), down)
	l := &logging{stage.UserContext(ctx), p.logger, slog.String("stage", s.Name())}
	s.hooks = logHooks[T](l)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

// logging is the log of one subscription.
type logging struct {
	ctx    context.Context
	logger *slog.Logger
	stage  slog.Attr
}

func (l *logging) say(level slog.Level, text string, attrs ...slog.Attr) {
	l.logger.LogAttrs(l.ctx, level, text, append([]slog.Attr{l.stage}, attrs...)...)
}

// amount is what a request is for, in words where it is for everything.
func amount(n int64) any {
	if n == flow.Unbounded {
		return "unbounded"
	}
	return n
}

// debug reports whether what happens often is logged.
func (l *logging) debug() bool { return l.logger.Enabled(l.ctx, slog.LevelDebug) }

func logHooks[T any](l *logging) Hooks[T] {
	return Hooks[T]{
		OnSubscribe: func() { l.say(slog.LevelDebug, "subscribed") },
		OnRequest: func(n int64) {
			if l.debug() {
				l.say(slog.LevelDebug, "requested", slog.Any("n", amount(n)))
			}
		},
		OnNext: func(v T) {
			if l.debug() {
				l.say(slog.LevelDebug, "element", slog.Any("value", v))
			}
		},
		OnError:    func(err error) { l.say(slog.LevelError, "failed", slog.Any("error", err)) },
		OnComplete: func() { l.say(slog.LevelInfo, "completed") },
		OnCancel:   func() { l.say(slog.LevelInfo, "cancelled") },
	}
}
