package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// onErrorLink passes everything on. A stage that looks at the error of its
// source embeds it.
type onErrorLink[T any] struct {
	stage.Link[T, T]
	ctx   context.Context
	wrong atomic.Bool // the subscriber has requested less than one element
}

func (s *onErrorLink[T]) OnSubscribe(sub flow.Subscription) { s.Join(sub, s) }

// Request passes demand up. The error with which the source answers a wrong one
// is the subscriber's own.
func (s *onErrorLink[T]) Request(n int64) {
	if n < 1 {
		s.wrong.Store(true)
	}
	s.Link.Request(n)
}

func (s *onErrorLink[T]) OnNext(v T)         { s.Next(v) }
func (s *onErrorLink[T]) OnNextBatch(vs []T) { s.Batch(vs) }

// foreign reports whether err is not an error of the source, or comes too late:
// it is passed on.
func (s *onErrorLink[T]) foreign(err error) bool {
	return err == nil || s.Done() || s.Stopped() || s.wrong.Load() || s.ctx.Err() != nil
}
