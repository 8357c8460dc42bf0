package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
)

// Machine is where the figures come from.
type Machine struct {
	Go         string `json:"go"`
	Platform   string `json:"platform"`
	GOMAXPROCS int    `json:"gomaxprocs"`
	CPU        string `json:"cpu,omitempty"` // where the system tells it
}

func thisMachine() Machine {
	return Machine{
		Go:         runtime.Version(),
		Platform:   runtime.GOOS + "/" + runtime.GOARCH,
		GOMAXPROCS: runtime.GOMAXPROCS(0),
		CPU:        cpuModel("/proc/cpuinfo"),
	}
}

func (m Machine) String() string {
	s := fmt.Sprintf("%s %s, GOMAXPROCS=%d", m.Go, m.Platform, m.GOMAXPROCS)
	if m.CPU != "" {
		s += ", " + m.CPU
	}
	return s
}

// cpuModel returns the first model name in a file like /proc/cpuinfo, or "".
func cpuModel(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// A table prints one row at a time, as soon as it is measured.
type table struct{ w io.Writer }

const row = "%-14s %12s %12s %8s %13s  %-32s %10s  %s\n"

func (t table) head() {
	fmt.Fprintf(t.w, row, "workload", "ours ns/el", "limit ns/el", "ratio", "p99", "target", "allocs/el", "verdict")
}

// result prints the row of r. A cost in another unit than the head's says so.
func (t table) result(r Result, judged bool) {
	name, limit, ratio, tails := r.Workload, "-", "-", "-"
	if r.Role != Ours {
		name += " " + r.Contestant
	}
	if r.Limit != 0 {
		limit, ratio = amount(r.Limit, r.Unit), fmt.Sprintf("%.3f", r.Ratio)
	}
	if r.Tail != 0 {
		tails = fmt.Sprintf("%.0f/%.0f", r.Tail, r.LimitTail)
	}
	fmt.Fprintf(t.w, row, name, amount(r.Cost, r.Unit), limit, ratio, tails, cmp.Or(r.target(), "-"),
		fmt.Sprintf("%.6f", r.Allocs), r.verdict(judged))
}

// failure prints the row of a workload that has no result.
func (t table) failure(w Workload, err error) {
	fmt.Fprintf(t.w, row, w.Name, "-", "-", "-", "-", "-", "-", "FAILED "+err.Error())
}

func amount(v float64, unit string) string {
	if unit == nanosecondsPerElement {
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.0f %s", v, unit)
}

// A Report is what -json writes.
type Report struct {
	Machine  Machine  `json:"machine"`
	Quick    bool     `json:"quick"` // too short to be judged
	Results  []Result `json:"results"`
	Failures []string `json:"failures,omitempty"`
}

func (r Report) write(file string) error {
	text, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

// readReport reads what write has written.
func readReport(file string) (r Report, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("%s: %w", file, err)
	}
	return r, nil
}
