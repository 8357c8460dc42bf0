package operators

import (
	"context"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/demand"
	"github.com/weirgo/weir/internal/stage"
)

// Batch emits the elements in slices of size, and at the end the rest in a
// shorter one. With [WithMaxWait] a batch is emitted when it is full or when
// that time has passed since its first element, whichever is first; an element
// that comes in the very moment still belongs to it. Where no element comes,
// there is no batch. A slice belongs to whoever receives it.
//
//	source         --1--2--3-----4------5--|
//	Batch(3)
//	result         --------[1 2 3]---------[4 5]|
//
// Demand: size elements for each batch that is demanded; with [WithMaxWait] no
// more than fit into the present batch, unless demand is unbounded. Nothing
// without demand.
//
// Buffer: at most size elements. A batch whose time has come while there is no
// demand goes on to fill, and is emitted at the next request.
//
// Errors: passes upstream's on, after a batch that only lacks demand. The
// elements of an unfinished batch are let go.
//
// Ends: completes when upstream has, after the rest. Panics if size is less
// than 1.
func Batch[T any](src flow.Publisher[T], size int, opts ...Option) flow.Publisher[[]T] {
	stage.Require(src != nil, "operators.Batch: nil source")
	stage.Require(size > 0, "operators.Batch: size %d, must be at least 1", size)
	p := &batchOp[T]{stage.NewBlueprint("batch", src, opts), stage.Adapt(src), size, stage.Configure(opts).MaxWait}
	p.Node().Capacity = int64(size)
	return p
}

type batchOp[T any] struct {
	stage.Blueprint
	src  flow.Publisher[T]
	size int
	wait time.Duration
}

func (p *batchOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[[]T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &batchStage[T]{size: p.size, wait: p.wait, early: p.wait > 0}
	s.Init(ctx, p.Node(), down, s)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type batchStage[T any] struct {
	stage.Holder[T, []T]
	size  int
	wait  time.Duration // 0: no limit
	early bool          // a batch may be emitted before it is full
	in    stage.One[T]
	full  [][]T // batches that are full, oldest first
	kept  int   // how many elements those have
	part  []T   // the batch that is being filled
	guess int   // how long it may become
	time  stage.Deadline
	due   bool // the time of part has come
}

func (s *batchStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *batchStage[T]) OnNextBatch(vs []T) {
	if !s.Received(len(vs)) {
		s.Let(vs, flow.Cancelled)
		return
	}
	if s.wait > 0 {
		s.watch(len(s.part) + len(vs))
	}
	for len(vs) > 0 {
		n := min(s.size-len(s.part), len(vs))
		s.fill(vs[:n])
		vs = vs[n:]
	}
	s.hand(s.Allowed(len(s.full)))
	s.Refill()
	s.count()
}

// watch notes the time of a batch that begins, before any other one is handed
// on. n is how many elements there are now.
func (s *batchStage[T]) watch(n int) {
	if n >= s.size { // the present batch becomes full
		s.time.Clear()
		s.due = false
		n %= s.size
	} else if len(s.part) > 0 {
		return
	}
	if n > 0 {
		s.start()
	}
}

// start sets the time of a batch that begins.
func (s *batchStage[T]) start() {
	now := flow.Now()
	s.time.Set(&s.Handle, stage.Later(now, s.wait), now)
}

// fill adds vs, which fit, to the present batch.
func (s *batchStage[T]) fill(vs []T) {
	if s.part == nil {
		s.part = make([]T, 0, min(s.size, max(s.guess, len(vs))))
	}
	s.part = append(s.part, vs...)
	if len(s.part) == s.size {
		s.close()
	}
}

// close ends the present batch.
func (s *batchStage[T]) close() {
	s.full = append(s.full, s.part)
	s.guess = len(s.part)
	s.kept += s.guess
	s.part = nil
}

// end ends the present batch and its time.
func (s *batchStage[T]) end() {
	s.close()
	s.time.Clear()
	s.due = false
}

// hand emits the first n batches, for which there is demand.
func (s *batchStage[T]) hand(n int) {
	if n == 0 {
		return
	}
	out := s.full[:n]
	s.full = s.full[n:] // before anybody below may end the goroutine
	merged := -n
	for _, b := range out {
		merged += len(b)
	}
	s.kept -= merged + n
	s.Lost(flow.Merged, int64(merged))
	s.Emit(out)
	clear(out)
	if len(s.full) == 0 {
		s.full = out[:0]
	}
}

// Flush emits what is full, and the present batch if its time or the end has
// come.
func (s *batchStage[T]) Flush(n int) (emitted int, more bool) {
	if s.wait > 0 && len(s.part) > 0 && s.time.Due(&s.Handle, flow.Now()) {
		s.time.Clear()
		s.due = true
	}
	switch {
	case s.Failed() && !s.due:
		s.drop(flow.Failed)
	case s.Failed() || s.Completed():
		s.time.Stop()
	}
	if len(s.full) < n && len(s.part) > 0 && (s.due || s.Completed()) {
		s.end()
	}
	emitted = min(n, len(s.full))
	s.hand(emitted)
	s.count()
	return emitted, len(s.full) > 0 || len(s.part) > 0 && (s.due || s.Completed())
}

// Want has on its way what the demanded batches lack.
func (s *batchStage[T]) Want(n int64) int64 {
	switch {
	case n == 0 || n == flow.Unbounded:
		return n
	case s.early: // each of them may be emitted before it is full
		n = 1
	}
	if n = demand.Mul(n, int64(s.size)); n == flow.Unbounded {
		return n
	}
	return n - s.held()
}

// held returns the number of elements that the stage holds.
func (s *batchStage[T]) held() int64 { return int64(s.kept + len(s.part)) }

// count publishes it.
func (s *batchStage[T]) count() {
	if m := s.Meter(); m != nil {
		m.Buffered(s.held())
	}
}

// drop lets go of the present batch.
func (s *batchStage[T]) drop(reason flow.Reason) {
	s.time.Stop()
	s.Let(s.part, reason)
	s.part, s.due = nil, false
}

func (s *batchStage[T]) Clear(reason flow.Reason) {
	for _, b := range s.full {
		s.Let(b, reason)
	}
	s.full, s.kept = nil, 0
	s.drop(reason)
}
