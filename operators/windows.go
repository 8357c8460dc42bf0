package operators

import (
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Windows says which elements of a stream belong together, by the time at which
// they come. [Tumbling], [Hopping] and [Session] make one; [BatchWindows]
// collects the elements of each window, [WindowBy] combines them by key.
//
// A window has its beginning and does not have its end: an element that comes
// in the very moment in which a window ends belongs to the next one. Time is
// monotonic; a clock that is set does not move a window.
type Windows struct {
	size, step   time.Duration // of windows that begin every step; 0 for sessions
	gap, longest time.Duration // of sessions; longest is 0 where there is no limit
	aligned      bool
	offset       time.Duration
}

// Tumbling makes windows of the given size, one behind the other. The first
// begins with the subscription. Panics if size is not positive.
func Tumbling(size time.Duration) Windows {
	stage.Require(size > 0, "operators.Tumbling: size %v, must be positive", size)
	return Windows{size: size, step: size}
}

// Hopping makes windows of the given size, one of which begins every step, the
// first with the subscription: an element is in as many of them as there are
// steps in the size, at the beginning in fewer. Panics if step is not positive
// or is more than size.
func Hopping(size, step time.Duration) Windows {
	stage.Require(step > 0, "operators.Hopping: step %v, must be positive", step)
	stage.Require(step <= size, "operators.Hopping: step %v, must be at most the size %v", step, size)
	return Windows{size: size, step: step}
}

// Session makes windows that begin with an element and end when none has come
// for the time gap. Panics if gap is not positive.
func Session(gap time.Duration) Windows {
	stage.Require(gap > 0, "operators.Session: gap %v, must be positive", gap)
	return Windows{gap: gap}
}

// Aligned has windows begin where the wall clock, as it is at the subscription,
// shows a multiple of the step since midnight UTC of 1 January 1970, and offset
// more: Tumbling(24 * time.Hour).Aligned(-2 * time.Hour) are days east of
// Greenwich by two hours. The first window is shorter. Panics for sessions.
func (w Windows) Aligned(offset time.Duration) Windows {
	stage.Require(w.step > 0, "operators.Windows.Aligned: sessions begin with an element")
	w.aligned, w.offset = true, offset
	return w
}

// Longest ends a session d after its first element, though elements come, and
// the next of them begins another one. Panics if d is not positive, or for
// windows that have a size.
func (w Windows) Longest(d time.Duration) Windows {
	stage.Require(w.gap > 0, "operators.Windows.Longest: only sessions grow")
	stage.Require(d > 0, "operators.Windows.Longest: %v, must be positive", d)
	w.longest = d
	return w
}

// overlap returns in how many windows an element is at most.
func (w Windows) overlap() int64 {
	if w.step == 0 {
		return 1
	}
	return int64((w.size-1)/w.step) + 1
}

// windowClock is Windows in one subscription. Moments are those of flow.Now.
type windowClock struct {
	Windows
	origin int64     // when the first window begins
	zero   time.Time // what the wall clock showed at the moment 0
}

func (w Windows) start() windowClock {
	wall, now := time.Now(), flow.Now()
	c := windowClock{Windows: w, origin: now, zero: wall.Add(-time.Duration(now)).Round(0)}
	if w.aligned {
		step := int64(w.step)
		c.origin -= ((wall.UnixNano()-int64(w.offset))%step + step) % step
	}
	return c
}

// wall returns what the wall clock shows at a moment.
func (c *windowClock) wall(at int64) time.Time { return c.zero.Add(time.Duration(at)) }

// last returns when the last window begins that has the moment at.
func (c *windowClock) last(at int64) int64 {
	return at - (at-c.origin)%int64(c.step)
}

// first returns when the first window begins that has the moment at.
func (c *windowClock) first(at int64) int64 {
	begin := c.last(at)
	// As many steps back as the window that begins then still has at.
	return max(c.origin, begin-(int64(c.size)-1-(at-begin))/int64(c.step)*int64(c.step))
}

// count returns in how many windows, of those that begin at from or later, the
// moment at is.
func (c *windowClock) count(at, from int64) int64 {
	first := max(from, c.first(at))
	if last := c.last(at); first <= last {
		return (last-first)/int64(c.step) + 1
	}
	return 0
}

// span returns when the first of the windows begins that the moment at is in,
// and how many there are.
func (c *windowClock) span(at int64) (first int64, n int) {
	if c.step == 0 {
		return at, 1
	}
	first = c.first(at)
	return first, int(c.count(at, first))
}

// ends returns when a window ends that began at begin and whose last element
// came at last.
func (c *windowClock) ends(begin, last int64) int64 {
	if c.step > 0 {
		return stage.Later(begin, c.size)
	}
	end := stage.Later(last, c.gap)
	if c.longest > 0 {
		end = min(end, stage.Later(begin, c.longest))
	}
	return end
}
