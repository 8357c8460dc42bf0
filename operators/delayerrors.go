package operators

import "github.com/weirgo/weir/internal/stage"

// WithDelayErrors lets a [FlatMap], [Flatten], [FlatMapSequential] or [ConcatMap]
// go on when a stream fails, an inner one or the outer one: that is like its
// completion, and the stream fails when all streams have ended. It does so with
// the error, or where there are several with errors.Join of the first 16 in the
// order in which they came, and the number of the others.
//
// Where f panics or returns nil, no further element comes to f: the outer stream
// is cancelled. The inner streams that are there go on to their end. The end of
// the context is not delayed. Errors of a stream whose subscriber leaves, or
// whose context ends, before they are passed on are undeliverable.
//
// So streams are merged, or one follows the other, to the end of all of them:
//
//	Flatten(sources.Of(a, b, c), 3, WithDelayErrors())
//	Flatten(sources.Of(a, b, c), 1, WithDelayErrors())
func WithDelayErrors() Option { return func(c *stage.Config) { c.DelayErrors = true } }
