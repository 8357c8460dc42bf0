package operators

import "github.com/weirgo/weir/internal/stage"

// Option is a setting of an operator that has a default.
type Option = stage.Option

// WithName names the stage in errors, descriptions and metrics. The default is
// its kind and number, as in map#3.
func WithName(name string) Option { return func(c *stage.Config) { c.Name = name } }
