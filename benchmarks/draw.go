package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// docs is where the documentation is, seen from here.
const docs = "../docs"

// What is generated stands between these in performance.md.
const (
	tableBegin = "<!-- table: made by go run . -draw -->\n"
	tableEnd   = "<!-- end of table -->\n"
)

// draw makes the picture and the table in dir from the results in file.
func draw(file, dir string) error {
	r, err := readReport(file)
	if err != nil {
		return err
	}
	charts := r.charts()
	if len(charts) == 0 {
		return fmt.Errorf("%s: no results of -peers", file)
	}
	if err := splice(filepath.Join(dir, "performance.md"), tableBegin, r.markdown(charts)); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "performance", "peers.svg"), []byte(svg(charts, r.Machine)), 0o644)
}

// splice puts table between begin and tableEnd in the file page.
func splice(page, begin, table string) error {
	old, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(old), begin)
	_, after, also := strings.Cut(rest, tableEnd)
	if !ok || !also {
		return fmt.Errorf("%s: no %q and %q", page, begin, tableEnd)
	}
	return os.WriteFile(page, []byte(before+begin+table+tableEnd+after), 0o644)
}

// A chart is a workload with its bars.
type chart struct {
	workload, title string
	bars            []bar
}

// A bar is a contestant's cost, or why it has none.
type bar struct {
	name    string
	kind    Role
	cost    float64
	failure string
}

// titles say what is measured, in the words of somebody who does not know the
// names of the workloads.
var titles = map[string]string{
	"W1":    "map, filter, map, in one goroutine if the library can",
	"W2":    "one hand-over to another goroutine",
	"W3":    "two hand-overs, with work between them",
	"W4":    "flat map of many short streams",
	"W5i":   "8 workers, a trivial function, any order",
	"W5io":  "8 workers, a trivial function, in order",
	"W5ii":  "8 workers, about a microsecond of work, in order",
	"W5iiu": "8 workers, about a microsecond of work, any order",
	"W6":    "group by 1000 keys, count each",
	"W9out": "one stream to four readers",
	"W9in":  "four streams into one",
	"W10":   "zip of two streams",
	"W11":   "slices of 100",
	"W12":   "a stream of four stages for each word",
}

// charts returns the workloads that have peers, in the order of the results.
func (r Report) charts() (out []chart) {
	for _, ours := range r.Results {
		if ours.Role != Ours {
			continue
		}
		c := chart{workload: ours.Workload, title: titles[ours.Workload]}
		limit := bar{name: "by hand: " + ours.LimitName, kind: Limit, cost: ours.Limit}
		if ours.Workload == "W5io" {
			limit.name = "Weir, unordered"
		}
		c.bars = append(c.bars, bar{name: "Weir", kind: Ours, cost: ours.Cost}, limit)
		for _, p := range r.Results {
			if p.Workload != ours.Workload || p.Role != Library && p.Role != Plain {
				continue
			}
			name := p.Contestant
			if p.Role == Plain {
				name = "by hand: " + name
			}
			c.bars = append(c.bars, bar{name: name, kind: p.Role, cost: p.Cost, failure: p.Failure})
		}
		if len(c.bars) > 2 {
			out = append(out, c)
		}
	}
	return out
}

// figure is a cost in three digits.
func (b bar) figure() string {
	switch {
	case b.failure != "":
		return "failed"
	case b.cost < 10:
		return fmt.Sprintf("%.1f", b.cost)
	}
	return fmt.Sprintf("%.0f", b.cost)
}

// libraries are the columns of the table.
var libraries = []string{"rxgo", "ro", "go-streams", "rill", "reactor-go"}

// markdown is the table of the documentation, with the machine below it.
func (r Report) markdown(charts []chart) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| workload | Weir | by hand | %s |\n", strings.Join(libraries, " | "))
	b.WriteString("|---|---:|---:|" + strings.Repeat("---:|", len(libraries)) + "\n")
	for _, c := range charts {
		var hand []string
		cells := map[string]string{}
		for _, bar := range c.bars {
			if bar.kind == Limit || bar.kind == Plain {
				hand = append(hand, bar.figure()+" ("+strings.TrimPrefix(bar.name, "by hand: ")+")")
			} else {
				cells[bar.name] = bar.figure()
			}
		}
		fmt.Fprintf(&b, "| %s: %s | **%s** | %s |", c.workload, c.title, cells["Weir"], strings.Join(hand, ", "))
		for _, l := range libraries {
			if cells[l] == "" {
				cells[l] = "–"
			}
			fmt.Fprintf(&b, " %s |", cells[l])
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "\nNanoseconds per element, the median of the repetitions. Measured with %s.\n", r.Machine)
	for _, f := range r.Results {
		if f.Failure != "" {
			fmt.Fprintf(&b, "\n%s failed in %s: %s.\n", f.Contestant, f.Workload, f.Failure)
		}
	}
	return b.String()
}
