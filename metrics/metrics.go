package metrics

import (
	"fmt"
	"strings"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/weirgo/weir/flow"
)

// defaultMaxStages is how many stages of a stream have series of their own.
const defaultMaxStages = 64

// other is the stage that stands for those beyond the limit.
const other = "other"

// Metrics is a [flow.Observer] that exports to Prometheus. All its methods may
// be called from any goroutine.
type Metrics struct {
	maxStages int
	version   string

	mu      sync.Mutex
	streams map[string]*stream
	order   []*stream
	series  map[key]*series
	stages  []*series // in the order of announcement
}

var _ flow.Observer = (*Metrics)(nil)

// stream is what is known of a stream beside its stages.
type stream struct {
	name          string
	stages        int   // that have series of their own
	folded        int64 // announcements that went to other
	undeliverable int64
}

// An Option changes a default of [New].
type Option func(*Metrics)

// WithMaxStages sets how many stages of a stream get series of their own; the
// default is 64. All further ones are added up as the stage "other", and
// weir_series_dropped_total counts how often that happened: once for each of
// these stages in each run. It panics if n is less than 1.
func WithMaxStages(n int) Option {
	if n < 1 {
		panic(fmt.Sprintf("metrics.WithMaxStages: %d stages, must be at least 1", n))
	}
	return func(m *Metrics) { m.maxStages = n }
}

// New returns a Metrics whose series reg gathers. With a nil reg it exports
// nothing, and only [Metrics.Snapshot] shows what it knows.
//
// It panics, as prometheus.MustRegister does, if reg has a Metrics already:
// use that one for all streams, or prometheus.WrapRegistererWith to tell the
// series of two apart.
func New(reg prometheus.Registerer, opts ...Option) *Metrics {
	m := &Metrics{
		maxStages: defaultMaxStages,
		version:   buildVersion(),
		streams:   make(map[string]*stream),
		series:    make(map[key]*series),
	}
	for _, o := range opts {
		o(m)
	}
	if reg == nil {
		return m
	}
	if err := reg.Register(newCollector(m)); err != nil {
		panic(fmt.Sprintf("metrics.New: the registry refuses the metrics of Weir; "+
			"one Metrics serves all streams of a registry: %v", err))
	}
	return m
}

// OnStage adds a stage of a run to the series of its name.
//
// A Stats is added to the sum of past runs once it says that it is Final, so
// that any number of runs takes no more memory than a few. Where no run seals
// it, it counts as final when it has been used, no subscription of its stage is
// alive, the stage has been announced again since, and nothing was counted
// during at least 16 announcements. Such a stage, if it is subscribed from time
// to time while others of its name come and go, can so lose what it counts
// after a pause.
func (m *Metrics) OnStage(stage flow.StageInfo, stats *flow.Stats) {
	stage.Stream, stage.Stage = valid(stage.Stream), valid(stage.Stage)
	stage.Kind, stage.Strategy = valid(stage.Kind), valid(stage.Strategy)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.of(stage.Stream, stage.Stage).add(stage, stats)
}

// OnUndeliverable counts an error that no subscriber could be told.
func (m *Metrics) OnUndeliverable(stream string, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stream(valid(stream)).undeliverable++
}

// stream returns the stream of that name. The lock is held.
func (m *Metrics) stream(name string) *stream {
	s, ok := m.streams[name]
	if !ok {
		s = &stream{name: name}
		m.streams[name] = s
		m.order = append(m.order, s)
	}
	return s
}

// of returns the series for a stage. The lock is held.
func (m *Metrics) of(stream, stage string) *series {
	if s, ok := m.series[key{stream, stage}]; ok {
		return s
	}
	st := m.stream(stream)
	if st.stages < m.maxStages {
		st.stages++
		return m.open(stream, stage)
	}
	st.folded++
	if s, ok := m.series[key{stream, other}]; ok {
		return s
	}
	return m.open(stream, other)
}

func (m *Metrics) open(stream, stage string) *series {
	s := &series{key: key{stream, stage}, limit: minLive}
	m.series[s.key] = s
	m.stages = append(m.stages, s)
	return s
}

// valid makes s fit for a label: Prometheus fails a scrape for bytes that are
// not UTF-8.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
