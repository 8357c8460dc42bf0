package sources

import "github.com/weirgo/weir/internal/stage"

// Option is a setting of a source that has a default.
type Option = stage.Option

// WithName names the stage in errors, descriptions and metrics. The default is
// its kind and number, as in range#1.
func WithName(name string) Option { return func(c *stage.Config) { c.Name = name } }
