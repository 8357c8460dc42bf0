package main

import (
	"fmt"
	"regexp"
	"testing"
)

func TestWorkloadsReturnTheirValue(t *testing.T) {
	for _, w := range workloads() {
		for _, c := range w.By {
			for _, n := range []int{1, 2, 3, 4, 255, 256, 257, 1000} {
				t.Run(fmt.Sprintf("%s/%s/%d", w.Name, c.Name, n), func(t *testing.T) {
					if _, err := w.once(c, n); err != nil {
						t.Error(err)
					}
				})
			}
		}
	}
}

func TestWorkloadsAreWellFormed(t *testing.T) {
	names := make(map[string]bool)
	for _, w := range workloads() {
		if names[w.Name] {
			t.Errorf("two workloads are named %s", w.Name)
		}
		names[w.Name] = true
		if w.What == "" || w.N < 1 || w.Want == nil {
			t.Errorf("%s: What, N or Want is missing", w.Name)
		}
		roles := make(map[Role]int)
		contestants := make(map[string]bool)
		for _, c := range w.By {
			roles[c.Role]++
			if contestants[c.Name] {
				t.Errorf("%s: two contestants are named %s", w.Name, c.Name)
			}
			contestants[c.Name] = true
		}
		if roles[Ours] != 1 || roles[Limit] > 1 || roles[Ours]+roles[Limit]+roles[Library] != len(w.By) {
			t.Errorf("%s: roles are %v, want one ours and at most one limit", w.Name, roles)
		}
		for _, m := range w.Must {
			m.Of.of(Result{}) // panics for a measure that does not exist
			if (m.Of == Ratio || m.Of == TailRatio) && roles[Limit] == 0 {
				t.Errorf("%s: a target for the ratio, and no limit", w.Name)
			}
		}
	}
}

func TestSelected(t *testing.T) {
	for name, want := range map[string]string{"": "[W1 W1s W2]", "W1": "[W1 W1s]", "^W1$": "[W1]", "x": "[]"} {
		got := []string{}
		for _, w := range selected([]Workload{{Name: "W1"}, {Name: "W1s"}, {Name: "W2"}}, regexp.MustCompile(name)) {
			got = append(got, w.Name)
		}
		if fmt.Sprint(got) != want {
			t.Errorf("-run %q selects %v, want %s", name, got, want)
		}
	}
}
