package operators

import (
	"time"

	"github.com/weirgo/weir/internal/stage"
)

// WithMaxWait limits how long the first of the elements that a stage holds
// waits for others: a [Batch] that is not full, or a [Debounce] whose source
// does not pause, is emitted when d has passed since it came. Panics if d is
// not positive.
func WithMaxWait(d time.Duration) Option {
	stage.Require(d > 0, "operators.WithMaxWait: %v, must be positive", d)
	return func(c *stage.Config) { c.MaxWait = d }
}
