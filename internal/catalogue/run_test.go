package catalogue

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
)

type text = flow.Publisher[string]

// words is p with its elements as text.
func words[T any](p flow.Publisher[T]) text {
	return operators.Map(p, func(v T) string { return fmt.Sprint(v) })
}

// pause is the work of a function in a picture.
func pause(d time.Duration) { time.Sleep(d) }

// diagram says how an operator is run for its picture.
type diagram struct {
	title  string
	inputs []string // marble diagrams, a millisecond for each character
	run    func(in []text) text
	span   int // milliseconds; the end of what is longest, if 0
}

// draw runs the operator in virtual time and draws what has happened.
func (d diagram) draw(t *testing.T) string {
	var result lane
	synctest.Test(t, func(t *testing.T) {
		span := d.length()
		ctx, stop := context.WithTimeout(t.Context(), time.Duration(span)*time.Millisecond+time.Millisecond/2)
		defer stop()
		in := make([]text, len(d.inputs))
		for i, m := range d.inputs {
			in[i] = flowtest.FromMarble(m)
		}
		start := time.Now()
		now := func() int { return int(time.Since(start) / time.Millisecond) }
		err := sinks.ForEach(ctx, d.run(in), func(_ context.Context, v string) error {
			result.events = append(result.events, event{at: now(), text: v})
			return nil
		})
		switch {
		case err == nil:
			result.events = append(result.events, event{at: now(), end: '|'})
		case !errors.Is(err, context.DeadlineExceeded):
			result.events = append(result.events, event{at: now(), end: '#'})
		}
	})
	result.label = "result"
	var inputs []lane
	for i, m := range d.inputs {
		l := laneOf(m)
		l.label = "source"
		if len(d.inputs) > 1 {
			l.label = fmt.Sprint("source ", i+1)
		}
		inputs = append(inputs, l)
	}
	return svg(d.title, inputs, result, d.length())
}

func (d diagram) length() int {
	if d.span > 0 {
		return d.span
	}
	n := 0
	for _, m := range d.inputs {
		for _, e := range laneOf(m).events {
			n = max(n, e.at)
		}
	}
	return n + 1
}

// laneOf reads a marble diagram.
func laneOf(m string) (l lane) {
	at, group := 0, false
	for _, r := range m {
		switch r {
		case ' ':
			continue
		case '(':
			group = true
			continue
		case ')':
			group = false
		case '-':
		case '|', '#':
			l.events = append(l.events, event{at: at, end: r})
		default:
			l.events = append(l.events, event{at: at, text: string(r)})
		}
		if !group {
			at++
		}
	}
	return l
}
