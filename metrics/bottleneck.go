package metrics

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
)

const (
	mostly = 0.5 // an island that is busy for less of its time limits nothing
	notice = 0.1 // waiting for less is not worth a word
	tie    = 0.01
	full   = 0.85 // of all processors: then they are the limit
)

// Bottleneck says in one sentence which stage limits the pipeline, and why. It
// takes the stages as [Metrics.Snapshot] returns them, sink first; where they
// belong to several streams, it names the stage with its stream.
//
// Stages that run on one island share its time, so the island that is busiest
// limits the pipeline, if it is busy for at least half of its time; of equals,
// the most downstream one. Its busiest stage is named. Where all processors
// are busy, they are the limit. What is behind a buffer that drops holds
// nobody up. If nothing is busy, the pipeline waits for its source, or for its
// subscriber.
func Bottleneck(snaps []StageSnapshot) string {
	streams := byStream(snaps)
	b := sentence{several: len(streams) > 1}
	var most *island
	used := 0.0
	for _, stages := range streams {
		for _, i := range islands(stages) {
			used += i.busy
			if !i.detached && i.wall > 0 && (most == nil || i.busy > most.busy+tie) {
				most = i
			}
		}
	}
	if most == nil {
		return "nothing has run yet."
	}
	stage := most.busiest()
	switch processors := float64(runtime.GOMAXPROCS(0)); {
	case most.busy >= mostly && (processors == 1 || most.busy >= full || used < full*processors):
		return b.limits(most, stage)
	case used >= full*processors && processors > 1:
		return fmt.Sprintf("the processors limit the pipeline: there is work for %.1f at a time, and there are %.0f; %s does the most, busy %s of the time.",
			used, processors, b.name(stage), percent(mustShare(stage).busy))
	case most.busy >= mostly:
		return b.limits(most, stage)
	}
	nothing := "nothing is busy"
	if most.busy > notice {
		nothing = fmt.Sprintf("nothing is busy for more than %s of the time", percent(most.busy))
	}
	source, sink := &most.stages[len(most.stages)-1], &most.stages[0]
	if q, _ := source.share(); q.idle >= mostly {
		return fmt.Sprintf("%s: the pipeline waits for its source %s.", nothing, b.name(source))
	}
	if q, _ := sink.share(); q.backpressured >= mostly {
		return fmt.Sprintf("%s: the pipeline waits for the demand of what reads %s.", nothing, b.name(sink))
	}
	return fmt.Sprintf("no stage limits the pipeline alone: %s does the most, busy %s of the time.",
		b.name(stage), percent(mustShare(stage).busy))
}

// sentence words the verdict.
type sentence struct{ several bool }

func (b sentence) name(s *StageSnapshot) string {
	if b.several {
		return printable(s.Stream + "/" + s.Stage)
	}
	return printable(s.Stage)
}

// limits says that a stage is the bottleneck, and what the neighbour that
// suffers most from it does meanwhile.
func (b sentence) limits(i *island, s *StageSnapshot) string {
	own := mustShare(s).busy
	claim := fmt.Sprintf("%s limits the pipeline: busy %s of the time", b.name(s), percent(own))
	if i.busy > own+2*tie {
		claim = fmt.Sprintf("%s limits the pipeline: it and the stages that run with it are busy %s of the time, %s of it here",
			b.name(s), percent(i.busy), percent(own/i.busy))
	}
	at := slices.IndexFunc(i.stages, func(o StageSnapshot) bool { return o.Stage == s.Stage })
	var worst *StageSnapshot
	most := notice
	for k := at + 1; k < len(i.stages); k++ {
		if p, _ := i.stages[k].share(); p.backpressured > most {
			worst, most = &i.stages[k], p.backpressured
		}
	}
	if worst != nil {
		return fmt.Sprintf("%s, while %s above it waited %s of it for demand.", claim, b.name(worst), percent(most))
	}
	for k := range at {
		if p, _ := i.stages[k].share(); p.idle > most {
			worst, most = &i.stages[k], p.idle
		}
	}
	if worst != nil {
		return fmt.Sprintf("%s, while %s below it waited %s of it for elements.", claim, b.name(worst), percent(most))
	}
	return claim + "."
}

func mustShare(s *StageSnapshot) shares {
	p, _ := s.share()
	return p
}

// island is a part of a stream whose stages share one thread of time.
type island struct {
	stages   []StageSnapshot // of the whole stream, sink first
	members  []int
	busy     float64 // part of its time
	wall     float64 // seconds of the member that lived longest
	detached bool    // it is behind a buffer that drops
}

// islands parts the stages of a stream, sink first, at their boundaries.
func islands(stages []StageSnapshot) []*island {
	at := make(map[string]int, len(stages))
	for i := range stages {
		at[stages[i].Stage] = i
	}
	of := make([]*island, len(stages))
	var all []*island
	for i := range stages {
		if of[i] == nil {
			of[i] = &island{stages: stages}
			all = append(all, of[i])
		}
		s := &stages[i]
		is := of[i]
		is.members = append(is.members, i)
		is.busy += s.Busy.Seconds()
		is.wall = max(is.wall, (s.Busy + s.Backpressured + s.Idle).Seconds())
		is.detached = is.detached || strings.HasPrefix(s.Strategy, "drop") || s.Strategy == "latest"
		for _, up := range s.Upstream {
			if k, ok := at[up]; ok && k > i && !s.Boundary && of[k] == nil {
				of[k] = is
			}
		}
	}
	for _, i := range all {
		if i.wall > 0 {
			i.busy /= i.wall
		}
	}
	return all
}

// busiest returns the member that is busy most; of equals, the most downstream.
func (i *island) busiest() *StageSnapshot {
	best := i.members[0]
	for _, k := range i.members {
		if i.stages[k].Busy > i.stages[best].Busy {
			best = k
		}
	}
	return &i.stages[best]
}
