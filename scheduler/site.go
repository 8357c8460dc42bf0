package scheduler

import (
	"context"

	"github.com/weirgo/weir/flow"
)

// Site is where a stage stands: in its run, or in an inner stream that a
// stage of the run has made, such as those of FlatMap.
type Site struct {
	run   *Run
	maker *flow.Node // the stage that made the inner stream; nil in the run itself
	outer *Site      // where that stands
}

// SiteOf returns the site of a context that [Enter], [Fork] or [Inner]
// returned.
func SiteOf(ctx context.Context) *Site {
	switch c := ctx.(type) {
	case *Island:
		return &c.run.site
	case *innerContext:
		return &c.site
	}
	if c, ok := ctx.Value(siteKey{}).(*innerContext); ok {
		return &c.site
	}
	return &islandOf(ctx).run.site
}

// Run returns the run.
func (s *Site) Run() *Run { return s.run }

// Name returns the name of the stage: the given one, or kind#number. In an
// inner stream it follows that of the stage that made the stream, after a
// slash. Inner streams that are made alike have the same names, so that there
// are not more of them the longer a run takes.
func (s *Site) Name(node *flow.Node) string {
	if s.maker == nil {
		return s.run.names.of(node)
	}
	return s.outer.Name(s.maker) + "/" + flow.Describe(node).Find(node).Name
}

// counters returns the counters of the stage. Stages of inner streams that
// have the same name share them.
func (s *Site) counters(node *flow.Node) *flow.Stats {
	if s.maker == nil {
		return s.run.names.counters(node)
	}
	prefix, inner := s.outer.Name(s.maker)+"/", flow.Describe(node)
	return s.run.names.innerCounters(node, func(n *flow.Node) string { return prefix + inner.Find(n).Name })
}

type siteKey struct{}

// innerContext is the context of the inner streams of a stage.
type innerContext struct {
	context.Context
	island *Island
	site   Site
	own    ownContext // of all heads that are bound to it
}

// Inner returns the context under which a stage subscribes to the inner
// streams that it makes. ctx is that of its subscription; once is enough for
// all of them.
func Inner(ctx context.Context, maker *flow.Node) context.Context {
	return newInner(ctx, Site{RunOf(ctx), maker, SiteOf(ctx)})
}

func newInner(ctx context.Context, site Site) context.Context {
	c := &innerContext{Context: ctx, island: islandOf(ctx), site: site}
	c.own.Context = c
	return c
}

// Value returns what belongs to the inner streams.
func (c *innerContext) Value(key any) any {
	if key == (siteKey{}) {
		return c
	}
	return c.Context.Value(key)
}
