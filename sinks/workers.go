package sinks

import "github.com/weirgo/weir/internal/stage"

// WithWorkers lets [ForEach] call its function from up to n goroutines at
// once.
func WithWorkers(n int) Option {
	stage.Require(n > 0, "sinks.WithWorkers: %d workers, must be at least 1", n)
	return func(c *stage.Config) { c.Workers = n }
}
