package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/weirgo/weir/metrics"
)

// lines prints whole lines and one that is overwritten.
type lines struct {
	mu   sync.Mutex
	w    io.Writer
	wide int // of the line that is to be overwritten
}

// print prints a line that stays.
func (l *lines) print(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.erase()
	fmt.Fprintf(l.w, format+"\n", args...)
}

// show prints a line that the next one overwrites.
func (l *lines) show(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.erase()
	fmt.Fprint(l.w, text)
	l.wide = len(text)
}

func (l *lines) erase() {
	if l.wide > 0 {
		fmt.Fprint(l.w, "\r", strings.Repeat(" ", l.wide), "\r")
		l.wide = 0
	}
}

// progress shows how far the pipeline is, until ctx ends.
func progress(ctx context.Context, m *metrics.Metrics, out *lines) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			out.show(summary(m.Snapshot()))
		}
	}
}

// summary says how much has gone through.
func summary(stages []metrics.StageSnapshot) string {
	var files, text, words, dropped int64
	for _, s := range stages {
		switch name, _, _ := strings.Cut(s.Stage, "."); name {
		case "go-files":
			files = s.Out
		case "lines":
			text += s.Out
		case "identifiers":
			words += s.Out
		case "sample":
			dropped = s.Dropped()
		}
	}
	return fmt.Sprintf("%d files, %d lines, %d identifiers; %d samples dropped", files, text, words, dropped)
}
