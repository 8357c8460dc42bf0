package flowtest

import "testing"

// BatchProbe is a [Probe] that takes batches.
type BatchProbe[T any] struct{ *Probe[T] }

// NewBatchProbe returns a batch probe that reports to t. Its subscription is
// cancelled when the test ends.
func NewBatchProbe[T any](t testing.TB, opts ...ProbeOption) *BatchProbe[T] {
	return &BatchProbe[T]{NewProbe[T](t, opts...)}
}

// OnNextBatch records the elements of a batch, which must not be empty.
func (p *BatchProbe[T]) OnNextBatch(vs []T) {
	p.enter("OnNextBatch")
	defer p.busy.Add(-1)
	p.mu.Lock()
	if len(vs) == 0 {
		p.violateLocked("1.01", "OnNextBatch without elements")
	}
	if p.mayReceive("OnNextBatch") {
		p.values = append(p.values, vs...)
	}
	p.received()
	if p.each != nil {
		for _, v := range vs {
			p.each(v)
		}
	}
}
