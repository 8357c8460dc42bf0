package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// A growth is work of which there is more and more.
type growth struct {
	name  string  // of its line
	what  string  // that there is more of
	unit  string  // of work, that has a cost
	most  float64 // that rise may be
	sizes []int
	at    func(size int) Workload // N is the units in it; ours is its first contestant
}

// units are the work of each size where it is not elements that grow, so that
// all sizes take as long.
const units = 1 << 25

// growths is W14. A rise of 2 is room for caches that no longer hold the work,
// and for noise; work that grew with its square would rise as its size does.
// An element that goes to many outputs makes a pass of its source long, and so
// gets into smaller batches: a hand-over serves fewer elements, at worst one.
func growths() []growth {
	elements := []int{1e4, 1e5, 1e6, 1e7, 1e8}
	return []growth{
		{"W1", "elements of W1, in one goroutine", "element", 2, elements, elementsOf(w1())},
		{"W3", "elements of W3, with two hand-overs", "element", 2, elements, elementsOf(w3())},
		{"stages", "stages that map(x+1), one below the other", "element and stage", 2, []int{1, 2, 4, 8, 16, 32, 64}, mapsInARow},
		{"outputs", "outputs of broadcast", "element and output", 8, []int{1, 4, 16, 64, 256, 1024}, broadcastTo},
	}
}

func elementsOf(w Workload) func(size int) Workload {
	return func(size int) Workload {
		w.N = size
		return w
	}
}

func mapsInARow(stages int) Workload {
	return Workload{
		N: units,
		Want: func(n int) int64 {
			elements := n / stages
			return sumBelow(elements) + int64(elements*stages)
		},
		By: []Contestant{{"weir", Ours, timed(func(n int) (int64, error) {
			out := sources.Range(0, int64(n/stages))
			for range stages {
				out = operators.Map(out, incremented)
			}
			return sinks.Fold(context.Background(), out, 0, summed)
		})}},
	}
}

func broadcastTo(outputs int) Workload {
	return Workload{
		N:    units,
		Want: func(n int) int64 { return int64(outputs) * sumBelow(n/outputs) },
		By: []Contestant{{"weir", Ours, timed(func(n int) (int64, error) {
			sums := make([]int64, outputs)
			g, ctx := scheduler.NewGraph(context.Background(), "w14")
			for i, out := range operators.Broadcast(sources.Range(0, int64(n/outputs)), outputs, capacity) {
				g.Go(func() (err error) {
					sums[i], err = sinks.Fold(ctx, out, 0, summed)
					return err
				})
			}
			err := g.Wait()
			total := int64(0)
			for _, sum := range sums {
				total += sum
			}
			return total, err
		})}},
	}
}

// A curve is what a unit of work costs at each size.
type curve struct {
	growth
	points []point
}

type point struct {
	size int
	cost float64 // ns
}

// curve measures each size repeatedly. The sizes take turns, and the least
// counts: what else the machine does, and a first run, only add to it.
func (g growth) curve(repetitions int) (curve, error) {
	c := curve{growth: g}
	for _, size := range g.sizes {
		c.points = append(c.points, point{size, math.Inf(1)})
	}
	for range repetitions {
		for i, p := range c.points {
			w := g.at(p.size)
			s, err := w.once(w.By[0], w.N)
			if err != nil {
				return c, fmt.Errorf("%s at %d: %w", g.name, p.size, err)
			}
			c.points[i].cost = min(p.cost, s.Cost)
		}
	}
	return c, nil
}

// rise is the most that a unit costs, divided by what it costs at a smaller
// size. That it costs less as the work grows is no fault: the fixed cost of a
// run, of a source and a sink is shared by more.
func (c curve) rise() float64 {
	rise, least := 1.0, math.Inf(1)
	for _, p := range c.points {
		rise = max(rise, p.cost/least)
		least = min(least, p.cost)
	}
	return rise
}

// grow measures all of gs, and fails where one rises too much. Only what passes
// goes into the documentation in dir.
func grow(gs []growth, dir string, w io.Writer) error {
	const repetitions = 5
	m := thisMachine()
	fmt.Fprintf(w, "%s\n\n", m)
	var curves []curve
	var steep []string
	for _, g := range gs {
		c, err := g.curve(repetitions)
		if err != nil {
			return err
		}
		c.print(w)
		curves = append(curves, c)
		if rise := c.rise(); rise > c.most {
			steep = append(steep, fmt.Sprintf("%s rise %.2f > %g", c.name, rise, c.most))
		}
	}
	if len(steep) > 0 {
		return fmt.Errorf("W14: missed %s", strings.Join(steep, ", "))
	}
	return drawGrowth(curves, m, dir)
}
