package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// command runs the command with workloads of its own: met, missed and wrong.
func command(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	workload := func(name string, cost, wrong float64) Workload {
		at := func(cost, wrong float64) Runner {
			return func(n int) (Sample, error) {
				return Sample{Value: int64(n) + int64(wrong), Cost: cost}, nil
			}
		}
		return Workload{
			Name: name,
			N:    2000,
			Want: func(n int) int64 { return int64(n) },
			Must: []Target{{Ratio, 2}},
			By:   []Contestant{{"weir", Ours, at(cost, wrong)}, {"loop", Limit, at(10, 0)}, {"other", Library, at(500, 0)}},
		}
	}
	all := []Workload{workload("met", 15, 0), workload("missed", 25, 0), workload("wrong", 15, 1)}
	var out, err strings.Builder
	status = run(args, all, &out, &err)
	return status, out.String(), err.String()
}

func TestExitStatus(t *testing.T) {
	for _, c := range []struct {
		args   string
		want   int
		stderr string // a part of it
	}{
		{"-run=met", success, ""},
		{"-run=missed", success, ""},
		{"-run=wrong", failure, "wrong: weir: WRONG VALUE 201 for n=200, want 200\n"},
		{"-check -run=met", success, ""},
		{"-check -run=me|mi", failure, "missed: missed ratio 2.5 > 2\n"},
		{"-quick -run=me|mi", success, ""},
		{"-quick -run=wrong", failure, "wrong: weir: WRONG VALUE 11 for n=10, want 10\n"},
		{"-h", success, "Usage"},
		{"-fast", misuse, "Usage"},
		{"met", misuse, `unexpected argument "met"`},
		{"-run=(", misuse, "missing closing )"},
		{"-run=none", misuse, "no workload matches -run none\n"},
		{"-quick -check", misuse, "exclude each other"},
		{"-run=met -json=/no/such/dir/a.json", failure, "no such file or directory"},
	} {
		status, _, stderr := command(t, strings.Fields(c.args)...)
		if status != c.want || !strings.Contains(stderr, c.stderr) || c.stderr == "" && stderr != "" {
			t.Errorf("%s: status %d and %q, want %d and %q", c.args, status, stderr, c.want, c.stderr)
		}
	}
}

func TestTable(t *testing.T) {
	_, stdout, _ := command(t)
	machine, rows, _ := strings.Cut(stdout, "\n\n")
	if !strings.Contains(machine, "GOMAXPROCS=") {
		t.Errorf("the first line is %q, want the machine", machine)
	}
	want := []string{
		"workload ours ns/el limit ns/el ratio p99 target allocs/el verdict",
		"met 15.00 10.00 1.500 - ratio <= 2 0.000000 ok",
		"met other 500.00 10.00 50.000 - - 0.000000 reported",
		"missed 25.00 10.00 2.500 - ratio <= 2 0.000000 MISSED ratio 2.5 > 2",
		"missed other 500.00 10.00 50.000 - - 0.000000 reported",
		"wrong - - - - - - FAILED weir: WRONG VALUE 201 for n=200, want 200",
	}
	lines := strings.Split(strings.TrimSpace(rows), "\n")
	for i := range lines {
		lines[i] = strings.Join(strings.Fields(lines[i]), " ")
	}
	if got := strings.Join(lines, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("table is\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestUnitInTheRow(t *testing.T) {
	var out strings.Builder
	table{&out}.result(Result{Workload: "W7", Role: Ours, Unit: "B", Cost: 864.4}, true)
	if got := strings.Join(strings.Fields(out.String()), " "); got != "W7 864 B - - - - 0.000000 reported" {
		t.Errorf("row is %q", got)
	}
	out.Reset()
	table{&out}.result(Result{Workload: "W8", Role: Ours, Unit: "ns p50",
		Cost: 330, Limit: 300, Ratio: 1.1, Tail: 600.4, LimitTail: 500}, true)
	if got := strings.Join(strings.Fields(out.String()), " "); got != "W8 330 ns p50 300 ns p50 1.100 600/500 - 0.000000 reported" {
		t.Errorf("row is %q", got)
	}
}

func TestJSON(t *testing.T) {
	file := filepath.Join(t.TempDir(), "out.json")
	if status, _, stderr := command(t, "-quick", "-json", file); status != failure {
		t.Fatalf("status %d, %s", status, stderr)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got Report
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if got.Machine != thisMachine() || !got.Quick || len(got.Results) != 4 || len(got.Failures) != 1 {
		t.Fatalf("report is %+v", got)
	}
	if r := got.Results[0]; r.Workload != "met" || r.N != 100 || r.Ratio != 1.5 || len(r.Costs) != 3 || len(r.Must) != 1 {
		t.Errorf("first result is %+v", r)
	}
}

func TestCheckTakesTheBestOfThreePasses(t *testing.T) {
	repeat := func(costs ...float64) (out []float64) {
		for _, c := range costs {
			out = append(out, c, c, c)
		}
		return out
	}
	for _, c := range []struct {
		name  string
		costs []float64
		want  float64 // the ratio
		turns int     // with a warm-up in each pass
	}{
		{"the first is good", repeat(15), 1.5, 4},
		{"the second is good", repeat(30, 18), 1.8, 8},
		{"none is good", repeat(40, 25, 30), 2.5, 12},
	} {
		var turns, unused []string
		w := scripted(
			script(&turns, "weir", Ours, c.costs...),
			script(&unused, "loop", Limit, repeat(10, 10, 10)...),
		)
		w.Must = []Target{{Ratio, 2}}
		best, err := w.best(size{divisor: 1, repetitions: 3, passes: 3})
		if err != nil || ours(best).Ratio != c.want || len(turns) != c.turns {
			t.Errorf("%s: ratio %v after %d turns, %v; want %v after %d",
				c.name, ours(best).Ratio, len(turns), err, c.want, c.turns)
		}
	}
}

func TestCPUModel(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cpuinfo")
	text := "processor\t: 0\nmodel\t\t: 1\nmodel name\t: Some CPU @ 2.6: GHz\nmodel name\t: other\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := cpuModel(file); got != "Some CPU @ 2.6: GHz" {
		t.Errorf("model is %q", got)
	}
	if got := cpuModel(file + "x"); got != "" {
		t.Errorf("model is %q where there is no file", got)
	}
}
