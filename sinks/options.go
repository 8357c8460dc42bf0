package sinks

import "github.com/weirgo/weir/internal/stage"

// Option is a setting of a sink that has a default.
type Option = stage.Option

// WithName names the stage in errors, descriptions and metrics. The default is
// its kind and number, as in foreach#4.
func WithName(name string) Option { return func(c *stage.Config) { c.Name = name } }
