package main

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestPeerThatFails(t *testing.T) {
	w := Workload{Name: "w", N: 100, Want: func(n int) int64 { return int64(n) }}
	for _, c := range []struct {
		name, want string
		run        func(hold <-chan bool) func(n int) (int64, error)
	}{
		{"right", "", func(<-chan bool) func(int) (int64, error) {
			return func(n int) (int64, error) { return int64(n), nil }
		}},
		{"loses one", "WRONG VALUE 9 for n=10, want 10", func(<-chan bool) func(int) (int64, error) {
			return func(n int) (int64, error) { return int64(n) - 1, nil }
		}},
		{"hangs", "no end after 1s", func(hold <-chan bool) func(int) (int64, error) {
			return func(n int) (int64, error) { <-hold; return int64(n), nil }
		}},
	} {
		synctest.Test(t, func(t *testing.T) {
			hold := make(chan bool)
			defer close(hold)
			p := &turn{Peer: Peer{"w", c.name, Library, 10, c.run(hold)}, n: 10}
			p.once(w, 10, time.Second)
			if got := p.result(w, nil).Failure; got != c.want {
				t.Errorf("%s: failure %q, want %q", c.name, got, c.want)
			}
		})
	}
}

func TestPeersHaveWorkloadAndTitle(t *testing.T) {
	known := map[string]bool{}
	for _, w := range workloads() {
		known[w.Name] = true
	}
	for _, p := range peers() {
		if !known[p.Workload] || titles[p.Workload] == "" {
			t.Errorf("%s: workload %s is unknown or has no title", p.Name, p.Workload)
		}
	}
}
