package flowtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
)

// ErrMarble is the error of # in a marble diagram, see [FromMarble].
var ErrMarble = errors.New("flowtest: # in a marble diagram")

// frame is how long a character of a diagram lasts.
const frame = time.Millisecond

// FromMarble returns a publisher that plays a marble diagram to each
// subscriber, from its subscription on. A diagram is a stream in a line of
// text, one character for each millisecond:
//
//	a      an element, any character that means nothing else
//	-      a frame in which nothing happens
//	|      completion
//	#      the end with [ErrMarble]
//	(ab|)  several signals in one frame
//
// Blanks do not count. An element for which there is no demand waits, and so
// does what is behind it. Without | and # the stream does not end. Diagrams are
// for bubbles of testing/synctest, where time is exact:
//
//	src := flowtest.FromMarble("a-b---c|")
//	got := flowtest.Marble(t, ctx, operators.Debounce(src, 3*time.Millisecond), 10)
//	// got is "-----b-(c|)--"
//
// It panics if diagram is not one.
func FromMarble(diagram string) flow.Publisher[string] {
	s := parseMarble(diagram)
	return flow.PublisherFunc[string](func(ctx context.Context, to flow.Subscriber[string]) {
		in := &intake{endless: true} // until the last frame
		src := &source[string]{
			n: len(s.elements), at: func(i int) string { return s.elements[i] }, err: s.err, in: in,
		}
		src.Subscribe(ctx, to)
		s.play(in, 0)
	})
}

// score is a diagram that has been read.
type score struct {
	elements []string
	sent     []int // after each frame, how many elements there have been
	ends     bool  // with the last frame
	err      error
}

func parseMarble(diagram string) *score {
	s := &score{}
	group := false
	for i, r := range diagram {
		if s.ends && r != ')' && r != ' ' || group && r == '-' {
			panic(fmt.Sprintf("flowtest.FromMarble: %q at byte %d of %q", r, i, diagram))
		}
		switch r {
		case ' ':
			continue
		case '(', ')':
			group = r == '('
		case '|', '#':
			if s.ends = true; r == '#' {
				s.err = ErrMarble
			}
		case '-':
		default:
			s.elements = append(s.elements, string(r))
		}
		if !group {
			s.sent = append(s.sent, len(s.elements))
		}
	}
	return s
}

// play lets through what is due in the frame, and sees to the next.
func (s *score) play(in *intake, frameNo int) {
	if frameNo >= len(s.sent) || in.over() {
		return
	}
	in.open(s.sent[frameNo])
	if s.ends && frameNo == len(s.sent)-1 {
		in.finish()
	}
	time.AfterFunc(frame, func() { s.play(in, frameNo+1) })
}

// Marble subscribes to pub with unbounded demand and returns what it signals in
// the first frames as a marble diagram. Then it cancels, and returns when the
// run has ended. An element whose text has more than one character is set in
// parentheses, as in "-(10)-(12,13,|)".
func Marble[T any](t testing.TB, ctx context.Context, pub flow.Publisher[T], frames int) string {
	t.Helper()
	start := time.Now()
	signals := make([][]string, frames)
	note := func(text string) {
		if k := int(time.Since(start) / frame); k < frames {
			signals[k] = append(signals[k], text)
		}
	}
	p := NewProbe[T](t, WithDemand(flow.Unbounded))
	p.Each(func(v T) { note(fmt.Sprint(v)) })
	run, island := scheduler.NewRun(ctx, flow.NodeOf(pub), func(err error) { t.Errorf("flowtest.Marble: %v", err) })
	left := make(chan struct{})
	stop := time.AfterFunc(time.Duration(frames)*frame, func() {
		p.leave()
		close(left)
	})
	go func() {
		defer island.Close()
		select {
		case <-left:
			return
		case <-p.Done():
		}
		if p.Err() != nil {
			note("#")
		} else {
			note("|")
		}
	}()
	pub.Subscribe(island, p)
	run.Await(island)
	run.Finish(island)
	run.Seal()
	stop.Stop()
	return draw(signals)
}

func draw(frames [][]string) string {
	var b strings.Builder
	for _, signals := range frames {
		long := slices.ContainsFunc(signals, func(s string) bool { return utf8.RuneCountInString(s) > 1 })
		switch {
		case len(signals) == 0:
			b.WriteByte('-')
		case long:
			b.WriteString("(" + strings.Join(signals, ",") + ")")
		case len(signals) == 1:
			b.WriteString(signals[0])
		default:
			b.WriteString("(" + strings.Join(signals, "") + ")")
		}
	}
	return b.String()
}
