package metrics

import (
	"maps"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weirgo/weir/flow"
)

// collector publishes a Metrics at scrape time.
type collector struct {
	m *Metrics

	elements, filtered, dropped, merged, discarded *prometheus.Desc
	buffer, capacity                               *prometheus.Desc
	requested, requestCalls, demand                *prometheus.Desc
	busy, backpressured, idle                      *prometheus.Desc
	errors, workers                                *prometheus.Desc
	undeliverable, seriesDropped, buildInfo        *prometheus.Desc
}

func newCollector(m *Metrics) *collector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("weir_"+name, help, labels, nil)
	}
	stage := func(name, help string, more ...string) *prometheus.Desc {
		return desc("stage_"+name, help, append([]string{"stream", "stage"}, more...)...)
	}
	return &collector{
		m:             m,
		elements:      stage("elements_total", "Elements received and handed on.", "direction"),
		filtered:      stage("filtered_total", "Elements that a predicate rejected."),
		dropped:       stage("dropped_total", "Elements lost by overflow, each counted once.", "strategy"),
		merged:        stage("merged_total", "Elements that were merged into another."),
		discarded:     stage("discarded_total", "Elements let go by a cancel or an error.", "reason"),
		buffer:        stage("buffer_elements", "Elements held now."),
		capacity:      stage("buffer_capacity_elements", "Elements that the buffer can hold."),
		requested:     stage("requested_total", "Elements requested by downstream."),
		requestCalls:  stage("request_calls_total", "Calls of Request by downstream."),
		demand:        stage("demand_outstanding", "Elements requested and not yet handed on; -1 means unbounded."),
		busy:          stage("busy_seconds_total", "Time in which the stage's own code ran."),
		backpressured: stage("backpressured_seconds_total", "Time in which the stage waited for demand, or for code below it."),
		idle:          stage("idle_seconds_total", "Time in which the stage waited for input, or for code above it."),
		errors:        stage("errors_total", "Errors that arose in the stage.", "reason"),
		workers:       stage("workers", "Subscriptions of the stage that are alive."),
		undeliverable: desc("undeliverable_errors_total", "Errors that no subscriber could be told.", "stream"),
		seriesDropped: desc("series_dropped_total", "Times that a stage of a run had no series of its own and was added to the stage other.", "stream"),
		buildInfo:     desc("build_info", "Version of Weir; the value is always 1.", "version"),
	}
}

// Describe sends all descriptions: that lets a registry refuse a second one.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		c.elements, c.filtered, c.dropped, c.merged, c.discarded,
		c.buffer, c.capacity, c.requested, c.requestCalls, c.demand,
		c.busy, c.backpressured, c.idle, c.errors, c.workers,
		c.undeliverable, c.seriesDropped, c.buildInfo,
	} {
		ch <- d
	}
}

// row is a series at the moment of a scrape.
type row struct {
	key
	total
}

// Collect reads everything first and sends afterwards: a slow scrape must not
// hold the lock that starting runs need.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	c.m.mu.Lock()
	rows := make([]row, len(c.m.stages))
	for i, s := range c.m.stages {
		rows[i] = row{s.key, s.total()}
	}
	streams := make([]stream, len(c.m.order))
	for i, s := range c.m.order {
		streams[i] = *s
	}
	c.m.mu.Unlock()

	for i := range rows {
		c.stage(ch, &rows[i])
	}
	for _, s := range streams {
		ch <- counter(c.undeliverable, s.undeliverable, s.name)
		ch <- counter(c.seriesDropped, s.folded, s.name)
	}
	ch <- gauge(c.buildInfo, 1, c.m.version)
}

func (c *collector) stage(ch chan<- prometheus.Metric, r *row) {
	stream, stage := r.stream, r.stage
	ch <- counter(c.elements, r.In, stream, stage, "in")
	ch <- counter(c.elements, r.Out, stream, stage, "out")
	ch <- counter(c.filtered, r.Lost[flow.Filtered], stream, stage)
	for _, strategy := range slices.Sorted(maps.Keys(r.dropped)) {
		ch <- counter(c.dropped, r.dropped[strategy], stream, stage, strategy)
	}
	ch <- counter(c.merged, r.Lost[flow.Merged], stream, stage)
	for _, reason := range discardReasons {
		ch <- counter(c.discarded, r.Lost[reason], stream, stage, reason.String())
	}
	ch <- gauge(c.buffer, r.Buffered, stream, stage)
	if r.capacity > 0 {
		ch <- gauge(c.capacity, r.capacity, stream, stage)
	}
	ch <- counter(c.requested, r.Requested, stream, stage)
	ch <- counter(c.requestCalls, r.RequestCalls, stream, stage)
	outstanding := r.Outstanding
	if outstanding == flow.Unbounded {
		outstanding = -1
	}
	ch <- gauge(c.demand, outstanding, stream, stage)
	ch <- seconds(c.busy, r.Busy, stream, stage)
	ch <- seconds(c.backpressured, r.Backpressured, stream, stage)
	ch <- seconds(c.idle, r.Idle, stream, stage)
	for k := flow.UserError; k <= flow.OverflowError; k++ {
		ch <- counter(c.errors, r.Errors[k], stream, stage, k.String())
	}
	ch <- gauge(c.workers, r.Workers, stream, stage)
}

func counter(d *prometheus.Desc, n int64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
}

func gauge(d *prometheus.Desc, n int64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(n), labels...)
}

func seconds(d *prometheus.Desc, t time.Duration, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.CounterValue, t.Seconds(), labels...)
}
