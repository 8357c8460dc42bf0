package main

import (
	"math"
	"testing"
)

func TestVerdict(t *testing.T) {
	must := []Target{{Ratio, 2}, {Allocs, 0.001}, {Cost, 1024}, {Goroutines, 0}}
	for _, c := range []struct {
		name   string
		r      Result
		judged bool
		want   string
	}{
		{"met", Result{Ratio: 2, Allocs: 0.001, Cost: 1024, Must: must}, true, "ok"},
		{"ratio", Result{Ratio: 2.01, Must: must}, true, "MISSED ratio 2.01 > 2"},
		{"tail", Result{Ratio: 1, TailRatio: 3, Must: []Target{{Ratio, 2}, {TailRatio, 2.5}}}, true, "MISSED p99 ratio 3 > 2.5"},
		{"two", Result{Allocs: 0.5, Goroutines: 1, Must: must}, true, "MISSED allocs 0.5 > 0.001, goroutines 1 > 0"},
		{"not a number", Result{Ratio: math.NaN(), Must: must}, true, "MISSED ratio NaN > 2"},
		{"quick", Result{Ratio: 3, Must: must}, false, "not judged"},
		{"no target", Result{Ratio: 30}, true, "reported"},
	} {
		if got := c.r.verdict(c.judged); got != c.want {
			t.Errorf("%s: verdict is %q, want %q", c.name, got, c.want)
		}
	}
	if got, want := (Result{Must: must[:2]}).target(), "ratio <= 2, allocs <= 0.001"; got != want {
		t.Errorf("target is %q, want %q", got, want)
	}
}

func TestBetter(t *testing.T) {
	must := []Target{{Ratio, 2}, {Allocs, 1}}
	pass := func(cost, limit, allocs float64) []Result {
		return []Result{
			{Role: Library, Cost: cost * 7},
			{Role: Ours, Cost: cost, Limit: limit, Ratio: cost / limit, Allocs: allocs, Must: must},
		}
	}
	unlimited := func(cost float64) []Result { return []Result{{Role: Ours, Cost: cost}} }
	for _, c := range []struct {
		name string
		a, b []Result
	}{
		{"fewer missed, at a higher ratio", pass(19, 10, 0), pass(15, 10, 9)},
		{"lower ratio, at a higher cost", pass(18, 10, 0), pass(9, 4.9, 0)},
		{"lower cost", unlimited(3), unlimited(4)},
	} {
		if !better(c.a, c.b) || better(c.b, c.a) {
			t.Errorf("%s: want the first to be better, and not the second", c.name)
		}
	}
}
