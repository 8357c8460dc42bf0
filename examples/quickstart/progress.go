package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/metrics"
)

// screen prints lines that stay, and one at the bottom that changes. Where the
// writer is no terminal, all lines stay.
type screen struct {
	mu       sync.Mutex
	w        io.Writer
	terminal bool
	wide     int // of the line that changes
}

func newScreen(w io.Writer) *screen {
	s := &screen{w: w}
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		s.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return s
}

// print prints a line that stays.
func (s *screen) print(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
	fmt.Fprintf(s.w, format+"\n", args...)
}

// show changes the line at the bottom.
func (s *screen) show(text string) {
	if !s.terminal {
		s.print("%s", text)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
	fmt.Fprint(s.w, text)
	s.wide = len(text)
}

func (s *screen) erase() {
	if s.wide > 0 {
		fmt.Fprint(s.w, "\r", strings.Repeat(" ", s.wide), "\r")
		s.wide = 0
	}
}

// progress shows how far the pipeline is, until ctx ends.
func progress(ctx context.Context, m *metrics.Metrics, out *screen) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	draining := flow.Draining(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-draining:
			draining = nil // once
			out.print("stopping: what has been read is still counted")
		case <-tick.C:
			out.show(summary(m.Snapshot()))
		}
	}
}

// summary says how much has gone through.
func summary(stages []metrics.StageSnapshot) string {
	var files, rows, words, dropped int64
	for _, s := range stages {
		switch stage, _, _ := strings.Cut(s.Stage, "."); stage {
		case "read":
			files += s.Out
		case "lines":
			rows += s.Out
		case "identifiers":
			words += s.Out
		case "sample":
			dropped = s.Dropped()
		}
	}
	return fmt.Sprintf("%d files, %d lines, %d identifiers; %d samples dropped", files, rows, words, dropped)
}
