package metrics

import "github.com/weirgo/weir/flow"

// StageSnapshot is what a stage has done so far, in all its runs: counters and
// times of all, gauges of those that are alive.
//
// Kind, Strategy and Capacity are those of the run announced last. Capacity is
// that of one subscription.
type StageSnapshot struct {
	flow.StageInfo
	flow.Snapshot
}

// Snapshot returns all stages in the order in which they were announced. A run
// announces its sink first, then each stage before the one above it.
func (m *Metrics) Snapshot() []StageSnapshot {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := make([]StageSnapshot, len(m.stages))
	for i, s := range m.stages {
		info := s.info
		info.Stage = s.stage // which may be the one for the others
		all[i] = StageSnapshot{info, s.total().Snapshot}
	}
	return all
}

// shares is how a stage has spent its time, in parts of 1.
type shares struct{ busy, backpressured, idle float64 }

// share splits the time of a stage. ok is false if it has had none.
func (s *StageSnapshot) share() (parts shares, ok bool) {
	all := float64(s.Busy + s.Backpressured + s.Idle)
	if all <= 0 {
		return shares{}, false
	}
	return shares{float64(s.Busy) / all, float64(s.Backpressured) / all, float64(s.Idle) / all}, true
}

// byStream parts snaps by stream, streams and stages in their order.
func byStream(snaps []StageSnapshot) [][]StageSnapshot {
	var parts [][]StageSnapshot
	at := make(map[string]int)
	for _, s := range snaps {
		i, ok := at[s.Stream]
		if !ok {
			i = len(parts)
			at[s.Stream] = i
			parts = append(parts, nil)
		}
		parts[i] = append(parts[i], s)
	}
	return parts
}
