package metrics

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"
)

// WriteTable prints a line for each stage, elements flowing downwards: each
// stream in the reverse of the order that [Metrics.Snapshot] has. Where there
// are several streams, the first column names them. A dropped element was lost
// by overflow. The percentages are of busy, backpressured and idle together.
func WriteTable(w io.Writer, snaps []StageSnapshot) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	table := lines(snaps)
	if !severalStreams(snaps) {
		for i := range table {
			table[i] = table[i][1:]
		}
	}
	for _, line := range align(table) {
		fmt.Fprintln(tw, line)
	}
	return tw.Flush()
}

// numbers is how many columns of the table are numbers; the first ones are names.
const numbers = 6

func severalStreams(snaps []StageSnapshot) bool {
	for _, s := range snaps {
		if s.Stream != snaps[0].Stream {
			return true
		}
	}
	return false
}

func lines(snaps []StageSnapshot) [][]string {
	all := [][]string{{"stream", "stage", "in", "out", "dropped", "busy", "backpressured", "idle"}}
	for _, stream := range byStream(snaps) {
		for i := len(stream) - 1; i >= 0; i-- {
			s := &stream[i]
			line := []string{
				printable(s.Stream), printable(s.Stage),
				strconv.FormatInt(s.In, 10), strconv.FormatInt(s.Out, 10), strconv.FormatInt(s.Dropped(), 10),
			}
			if p, ok := s.share(); ok {
				line = append(line, percent(p.busy), percent(p.backpressured), percent(p.idle))
			} else {
				line = append(line, "-", "-", "-")
			}
			all = append(all, line)
		}
	}
	return all
}

// align pads the numbers from the left and separates all cells by tabs; the
// tabwriter pads the names.
func align(table [][]string) []string {
	widths := make([]int, len(table[0]))
	for _, cells := range table {
		for i, c := range cells {
			widths[i] = max(widths[i], len(c))
		}
	}
	out := make([]string, len(table))
	for i, cells := range table {
		for k := len(cells) - numbers; k < len(cells); k++ {
			cells[k] = strings.Repeat(" ", widths[k]-len(cells[k])) + cells[k]
		}
		out[i] = strings.Join(cells, "\t")
	}
	return out
}

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

// printable keeps a name on its line and in its column.
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, name)
}
