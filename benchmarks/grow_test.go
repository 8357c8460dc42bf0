package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// growing is work of the sizes 10 and 1000, that costs what costs says, one
// after another.
func growing(wrong int64, costs ...float64) growth {
	turns := 0
	return growth{"some", "things", "thing", 2, []int{10, 1000}, func(size int) Workload {
		return Workload{
			N:    size,
			Want: func(n int) int64 { return int64(n) },
			By: []Contestant{{"weir", Ours, func(n int) (Sample, error) {
				turns++
				return Sample{Value: int64(n) + wrong, Cost: costs[(turns-1)%len(costs)]}, nil
			}}},
		}
	}}
}

func TestRise(t *testing.T) {
	for _, c := range []struct {
		name  string
		costs []float64
		want  float64
	}{
		{"level", []float64{3, 3, 3}, 1},
		{"falling", []float64{9, 4, 3}, 1},
		{"rising", []float64{3, 4, 9}, 3},
		{"back again", []float64{8, 4, 10, 5}, 2.5},
		{"one", []float64{3}, 1},
	} {
		var rising curve
		for i, cost := range c.costs {
			rising.points = append(rising.points, point{i + 1, cost})
		}
		if got := rising.rise(); got != c.want {
			t.Errorf("%s: rise is %v, want %v", c.name, got, c.want)
		}
	}
}

func TestCurveTakesTheLeastOfTurns(t *testing.T) {
	c, err := growing(0, 7, 30, 5, 40, 6, 20).curve(3)
	if err != nil || c.points[0] != (point{10, 5}) || c.points[1] != (point{1000, 20}) {
		t.Errorf("points are %v, %v", c.points, err)
	}
}

// documentation returns a directory with the page that grow writes to.
func documentation(t *testing.T, page string) string {
	t.Helper()
	dir := t.TempDir()
	if err := errors.Join(
		os.Mkdir(filepath.Join(dir, "performance"), 0o700),
		os.WriteFile(filepath.Join(dir, "performance.md"), []byte(page), 0o600),
	); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestGrow(t *testing.T) {
	const page = "before\n" + growthBegin + "old\n" + tableEnd + "after\n"
	for _, c := range []struct {
		name string
		page string
		of   growth
		want string // a part of the error
	}{
		{"linear", page, growing(0, 4, 5), ""},
		{"steep", page, growing(0, 4, 9), "W14: missed some rise 2.25 > 2"},
		{"wrong", page, growing(1, 4, 5), "some at 10: weir: WRONG VALUE 11 for n=10, want 10"},
		{"no markers", "before\n", growing(0, 4, 5), "performance.md: no "},
	} {
		dir := documentation(t, c.page)
		var out strings.Builder
		err := grow([]growth{c.of}, dir, &out)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error is %v, want %q", c.name, err, c.want)
		}
		text, _ := os.ReadFile(filepath.Join(dir, "performance.md"))
		_, missing := os.Stat(filepath.Join(dir, "performance", "growth.svg"))
		if c.want != "" {
			if string(text) != c.page || missing == nil {
				t.Errorf("%s: has written, the page is\n%s", c.name, text)
			}
			continue
		}
		for _, part := range []string{"before\n" + growthBegin, "| things | thing | 10: **4.0**, 1 k: **5.0** | 1.25 | 2 |\n", tableEnd + "after\n"} {
			if !strings.Contains(string(text), part) || strings.Contains(string(text), "old") {
				t.Errorf("%s: the page is\n%s\nwithout %q", c.name, text, part)
			}
		}
	}
}

func TestPlot(t *testing.T) {
	p := plotOf([]curve{{points: []point{{1, 3}, {1024, 11.5}}}, {points: []point{{10_000, 6}}}})
	if want := (plot{decades: 4, step: 2, lines: 6}); p != want {
		t.Errorf("plot is %+v, want %+v", p, want)
	}
	if p.x(1) != plotLeft || p.x(10_000) != plotRight || p.y(0) != plotBottom || p.y(12) != plotTop {
		t.Errorf("corners are at x %v and %v, y %v and %v", p.x(1), p.x(10_000), p.y(0), p.y(12))
	}
}

func TestShort(t *testing.T) {
	for n, want := range map[int]string{0: "0", 64: "64", 1000: "1 k", 1024: "1024", 100_000: "100 k", 2_000_000: "2 M"} {
		if got := short(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
