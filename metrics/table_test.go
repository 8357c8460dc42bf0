package metrics

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
)

func TestTableGolden(t *testing.T) {
	m := New(nil)
	orders(m)
	m.OnStage(flow.StageInfo{Stream: "audit\n", Stage: "größe", Kind: "map"}, new(flow.Stats))
	var b strings.Builder
	require.NoError(t, WriteTable(&b, m.Snapshot()))
	want, err := os.ReadFile("testdata/table.txt")
	require.NoError(t, err)
	require.Equal(t, string(want), b.String())
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.ErrUnsupported }

func TestTableReturnsTheWritersError(t *testing.T) {
	require.ErrorIs(t, WriteTable(broken{}, nil), errors.ErrUnsupported)
}

// spent is a stage that has spent its nanoseconds like this.
func spent(stream, stage string, busy, backpressured, idle time.Duration) StageSnapshot {
	return StageSnapshot{flow.StageInfo{Stream: stream, Stage: stage}, flow.Snapshot{
		Busy: busy, Backpressured: backpressured, Idle: idle,
	}}
}

func TestBottleneck(t *testing.T) {
	tests := []struct {
		name  string
		snaps []StageSnapshot // sink first
		want  string
	}{
		{"nothing", nil, "nothing has run yet."},
		{"no time", []StageSnapshot{spent("s", "a", 0, 0, 0)}, "nothing has run yet."},
		{"middle", []StageSnapshot{
			spent("s", "count", 2, 0, 98), spent("s", "identifiers", 93, 2, 5), spent("s", "lines", 20, 71, 9),
		}, "identifiers limits the pipeline: busy 93 % of the time, while lines above it waited 71 % of it for demand."},
		{"source", []StageSnapshot{
			spent("s", "count", 2, 0, 98), spent("s", "parse", 10, 2, 88), spent("s", "lines", 97, 1, 2),
		}, "lines limits the pipeline: busy 97 % of the time, while count below it waited 98 % of it for elements."},
		{"alone", []StageSnapshot{spent("s", "range#1", 100, 0, 0)},
			"range#1 limits the pipeline: busy 100 % of the time."},
		{"equals", []StageSnapshot{
			spent("s", "write", 960, 0, 40), spent("s", "parse", 961, 39, 0), spent("s", "lines", 10, 990, 0),
		}, "write limits the pipeline: busy 96 % of the time, while lines above it waited 99 % of it for demand."},
		{"idle source", []StageSnapshot{
			spent("s", "alert", 5, 0, 95), spent("s", "files", 1, 3, 96),
		}, "nothing is busy: the pipeline waits for its source files."},
		{"no demand", []StageSnapshot{
			spent("s", "parse", 5, 95, 0), spent("s", "lines", 4, 96, 0),
		}, "nothing is busy: the pipeline waits for the demand of what reads parse."},
		{"one island", []StageSnapshot{
			spent("s", "sum", 30, 0, 70), spent("s", "parse", 40, 30, 30), spent("s", "lines", 30, 70, 0),
		}, "no stage limits the pipeline alone: parse does the most, busy 40 % of the time."},
		{"two streams", []StageSnapshot{
			spent("a", "write", 60, 0, 40), spent("a", "read", 20, 60, 20),
			spent("b", "write", 90, 0, 10), spent("b", "read", 5, 90, 5),
		}, "b/write limits the pipeline: busy 90 % of the time, while b/read above it waited 90 % of it for demand."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, Bottleneck(tt.snaps)) })
	}
}

// reads says what a stage reads, and how.
func (s StageSnapshot) reads(strategy string, boundary bool, upstream ...string) StageSnapshot {
	s.Strategy, s.Boundary, s.Upstream = strategy, boundary, upstream
	return s
}

func TestBottleneckOfIslands(t *testing.T) {
	slow := spent("s", "slow", 99, 0, 1).reads("", false, "sample")
	sample := spent("s", "sample", 0, 99, 1).reads("drop-oldest", true, "paths")
	count := spent("s", "count", 50, 0, 50).reads("", false, "words")
	words := spent("s", "words", 40, 50, 10).reads("", false, "hop")
	hop := spent("s", "hop", 0, 90, 10).reads("", true, "lines")
	lines := spent("s", "lines", 20, 80, 0).reads("", false, "files")
	files := spent("s", "files", 1, 95, 4)
	require.Equal(t, "count limits the pipeline: it and the stages that run with it are busy 90 % of the time, "+
		"56 % of it here, while files above it waited 95 % of it for demand.",
		Bottleneck([]StageSnapshot{slow, sample, count, words, hop, lines, files}), "what is behind the drop holds nobody up")
}
