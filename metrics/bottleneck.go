package metrics

import "fmt"

const (
	mostly = 0.5 // a stage that is busy for less of its time limits nothing
	notice = 0.1 // waiting for less is not worth a word
	tie    = 0.01
)

// Bottleneck says in one sentence which stage limits the pipeline, and why. It
// takes the stages as [Metrics.Snapshot] returns them; where they belong to
// several streams, it names the stage with its stream.
//
// The stage that is busiest limits the pipeline, if it is busy for at least
// half of its time; of equals, the most downstream one. If none is, the
// pipeline waits for its source, when that is mostly idle, or for its
// subscriber, when the last stage mostly waits for demand.
func Bottleneck(snaps []StageSnapshot) string {
	streams := byStream(snaps)
	name := func(s *StageSnapshot) string {
		if len(streams) > 1 {
			return printable(s.Stream + "/" + s.Stage)
		}
		return printable(s.Stage)
	}
	stream, at := busiest(streams)
	if stream == nil {
		return "nothing has run yet."
	}
	s := &stream[at]
	p, _ := s.share()
	if p.busy >= mostly {
		return limits(stream, at, name)
	}
	source, sink := &stream[len(stream)-1], &stream[0]
	if q, _ := source.share(); q.idle >= mostly {
		return fmt.Sprintf("nothing is busy: the pipeline waits for its source %s.", name(source))
	}
	if q, _ := sink.share(); q.backpressured >= mostly {
		return fmt.Sprintf("nothing is busy: the pipeline waits for the demand of what reads %s.", name(sink))
	}
	return fmt.Sprintf("no stage limits the pipeline alone: %s does the most, busy %s of the time.", name(s), percent(p.busy))
}

// busiest returns the stage that is busy for the largest share of its time.
func busiest(streams [][]StageSnapshot) (stream []StageSnapshot, at int) {
	var most float64
	for _, st := range streams {
		for i := range st {
			p, ok := st[i].share()
			if ok && (stream == nil || p.busy > most+tie) {
				stream, at, most = st, i, p.busy
			}
		}
	}
	return stream, at
}

// limits says that a stage is the bottleneck, and what its neighbour that
// suffers most from it does meanwhile.
func limits(stream []StageSnapshot, at int, name func(*StageSnapshot) string) string {
	p, _ := stream[at].share()
	claim := fmt.Sprintf("%s limits the pipeline: busy %s of the time", name(&stream[at]), percent(p.busy))
	var worst *StageSnapshot
	most := notice
	for i := at + 1; i < len(stream); i++ {
		if q, _ := stream[i].share(); q.backpressured > most {
			worst, most = &stream[i], q.backpressured
		}
	}
	if worst != nil {
		return fmt.Sprintf("%s, while %s above it waited %s of it for demand.", claim, name(worst), percent(most))
	}
	for i := range at {
		if q, _ := stream[i].share(); q.idle > most {
			worst, most = &stream[i], q.idle
		}
	}
	if worst != nil {
		return fmt.Sprintf("%s, while %s below it waited %s of it for elements.", claim, name(worst), percent(most))
	}
	return claim + "."
}
