package metrics

import (
	"slices"
	"time"

	"github.com/weirgo/weir/flow"
)

// minLive is how many Stats a series reads one by one before it looks for
// final ones among them.
const minLive = 16

type key struct{ stream, stage string }

// series is a stage of a stream, over all its runs.
type series struct {
	key
	info  flow.StageInfo // as announced last
	past  total          // of runs that have ended
	live  []entry        // oldest first
	limit int            // length of live at which to look for final Stats
	shown [3]time.Duration
}

// entry is a stage of one run.
type entry struct {
	info  flow.StageInfo
	stats *flow.Stats
	still bool  // it had ended, by the looks of it, when looked at last
	mark  int64 // and had counted so much
}

func (s *series) add(info flow.StageInfo, stats *flow.Stats) {
	s.info = info
	s.live = append(s.live, entry{info: info, stats: stats})
	if len(s.live) >= s.limit {
		s.settle()
	}
}

// settle moves final Stats to the sum of the past. Those of a run without a
// sink of ours never say that they are final: one that has nothing to show may
// belong to a run that has yet to start it, one that has ended stays until the
// next time, since its run may have yet to book its last slice of time.
func (s *series) settle() {
	newest := len(s.live) - 1
	kept := s.live[:0]
	for i, e := range s.live {
		final := e.stats.Final.Load()
		n := e.stats.Snapshot()
		if final {
			s.past.add(e.info, n)
			continue
		}
		mark := counted(n)
		still := n.Workers == 0 && (mark > 0 || n.Busy+n.Backpressured+n.Idle > 0)
		if i < newest && still && e.still && e.mark == mark {
			s.past.add(e.info, n)
			continue
		}
		e.still, e.mark = still, mark
		kept = append(kept, e)
	}
	clear(s.live[len(kept):])
	s.live = kept
	if cap(kept) > 4*minLive && cap(kept) > 4*len(kept) {
		s.live = slices.Clone(kept)
	}
	s.limit = len(kept) + max(minLive, len(kept)/2)
}

// counted returns a number that grows with everything that a stage counts.
func counted(n flow.Snapshot) int64 {
	sum := n.In + n.Out + n.RequestCalls
	for _, c := range n.Lost {
		sum += c
	}
	for _, c := range n.Errors {
		sum += c
	}
	return sum
}

// total returns the sum over all runs up to this moment.
func (s *series) total() total {
	t := s.past.clone()
	for _, e := range s.live {
		t.add(e.info, e.stats.Snapshot())
	}
	if t.capacity == 0 {
		t.capacity = s.info.Capacity
	}
	// A clock that is read while its stage changes from one activity to the
	// next can miss the slice being booked. Counters must not go back.
	for i, d := range []*time.Duration{&t.Busy, &t.Backpressured, &t.Idle} {
		*d = max(*d, s.shown[i])
		s.shown[i] = *d
	}
	return t
}
