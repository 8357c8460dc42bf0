package flowtest

import (
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirgo/weir/flow"
)

// LawConfig describes an operator to [VerifyLaws]: as [VerifyOperator] needs
// it, and what only the laws ask for. All of that may be left out; a law that
// needs it is not held then.
type LawConfig[In, Out any] struct {
	OperatorConfig[In, Out]

	// Call applies the operator with a function that calls hook first, with
	// the element that it was given, and does for the rest what New does. Nil
	// if the operator has no function. hook may panic, call runtime.Goexit and
	// block for a moment.
	Call func(up flow.Publisher[In], hook func(v In)) flow.Publisher[Out]
	// Stage is the name of the stage that calls the function. Without it, any
	// stage that flow.Describe finds may be named in its errors.
	Stage string
	// Concurrent is how many calls of the function may be under way at once; 0
	// means 1.
	Concurrent int
	// AtEnd operators emit nothing before upstream has completed.
	AtEnd bool
	// ErrorsFirst operators let an error, upstream's or that of their function,
	// overtake elements that they hold.
	ErrorsFirst bool
	// Expand returns how many elements the function makes of v, where that is
	// not 1 and the stage does not count those that it merges or filters.
	Expand func(v In) int
	// Adds returns how many elements the operator makes of nothing in a stream
	// of n elements that completes, as a fold does of an empty one.
	Adds func(n int) int
	// Owned applies the operator to elements that must be consumed or released.
	// An operator whose function turns an element into another one calls use
	// for that: it consumes the token and returns a new one.
	Owned func(up flow.Publisher[*Token], use func(*Token) *Token) flow.Publisher[*Token]

	// Size is how many elements upstream has: 700 if zero, which is enough for
	// batches to grow to their full size.
	Size int
	// Schedulers are used instead of [LawSchedulers].
	Schedulers []LawScheduler
	// Seed is what the choices of a run follow from. The default is 1.
	Seed uint64
	// Exempt says, by the names of laws, why the operator does not keep them.
	Exempt map[string]string
}

// VerifyLaws holds an operator against the laws of streams:
//
//	L.cancel   a subscriber that leaves, at any element and from anywhere, has
//	           upstream cancelled once; no signal and no call begins afterwards
//	L.panic    a panic or a Goexit in the operator's function ends the stream
//	           with a flow.PanicError, after all elements before it; upstream is
//	           cancelled once, and nothing is called any more
//	L.ctx      when the context ends, the stream ends with its cause, without
//	           demand; no call begins afterwards
//	L.demand   never more elements than were asked for, here and upstream; and
//	           never a standstill while something is asked for
//	L.batch    however the input is cut into batches, and whatever the pattern
//	           of the demand, the output is the same
//	L.sum      in every stage: in = out + filtered + dropped + merged + discarded
//	L.release  each element is consumed or released exactly once
//
// A law is held at positions in the stream where batches are short, long and at
// their limits, with subscribers and upstreams of several kinds, on each of
// [LawSchedulers]. What an operator is asked to do at a position happens at
// exactly that: everything runs in bubbles of testing/synctest, so that nobody
// waits for what must not come, and timers cost no time. Do not call VerifyLaws
// inside a bubble. Of [Limits], only Context and Timeout matter; Timeout is
// virtual: how long an operator may be silent before it is stuck, one minute if
// zero.
//
// Each law is a subtest, with one for each scheduler in it. A failure says what
// happened at which position, how the stream was run, and the seed. The same
// config repeats it.
func VerifyLaws[In, Out any](t *testing.T, cfg LawConfig[In, Out]) {
	t.Helper()
	l := newLaws(cfg)
	all := l.all()
	for name := range cfg.Exempt {
		if !slices.ContainsFunc(all, func(law law) bool { return law.name == name }) {
			t.Errorf("flowtest.VerifyLaws: Exempt names the law %q, which there is not", name)
		}
	}
	for _, law := range all {
		if !law.applies {
			continue
		}
		t.Run("L."+law.name, func(t *testing.T) {
			if why, ok := cfg.Exempt[law.name]; ok {
				t.Logf("not held: %s", why)
				return
			}
			for _, s := range l.cfg.Schedulers {
				t.Run(s.Name, func(t *testing.T) {
					for _, text := range l.hold(t, law, s) {
						t.Error(text)
					}
				})
			}
		})
	}
}

// law is one row of the table.
type law struct {
	name    string
	text    string // what it says, in one sentence
	hold    func(b *bench)
	applies bool // to this operator
}

// laws is an operator that is held against the laws.
type laws[In, Out any] struct {
	cfg   LawConfig[In, Out]
	full  []Out         // what comes out of all elements
	outs  map[int][]Out // what comes out of the first n
	sure  map[int]int   // see surely
	needs map[int]int   // see needed
}

// defaultSize is long enough for batches to grow to their full size.
const defaultSize = 700

func newLaws[In, Out any](cfg LawConfig[In, Out]) *laws[In, Out] {
	if cfg.In == nil {
		cfg.In = number[In]()
	}
	if cfg.Out == nil {
		cfg.Out = identity[Out](cfg.In)
	}
	if cfg.Size == 0 {
		cfg.Size = defaultSize
	}
	if cfg.Seed == 0 {
		cfg.Seed = 1
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = time.Minute
	}
	if cfg.Schedulers == nil {
		cfg.Schedulers = LawSchedulers()
	}
	cfg.Concurrent = max(1, cfg.Concurrent)
	return &laws[In, Out]{cfg: cfg, full: cfg.Out(cfg.Size), outs: map[int][]Out{}, sure: map[int]int{}, needs: map[int]int{}}
}

func (l *laws[In, Out]) all() []law {
	called, owned := l.cfg.Call != nil, l.cfg.Owned != nil
	return []law{
		{"cancel", "a subscriber that leaves has upstream cancelled once, and nothing comes afterwards", l.cancel, true},
		{"panic", "a panic ends the stream after the elements before it, and nothing is called afterwards", l.panics, called},
		{"ctx", "the end of the context ends the stream with its cause, and nothing is called afterwards", l.context, true},
		{"demand", "no more than was asked for, and no standstill", l.demand, true},
		{"batch", "batches and demand do not change what comes out", l.batch, true},
		{"sum", "in = out + filtered + dropped + merged + discarded + held", l.sum, true},
		{"release", "each element is consumed or released exactly once", l.release, owned},
	}
}

// hold holds the operator against the law on the scheduler, and returns what
// is wrong with it.
func (l *laws[In, Out]) hold(t *testing.T, law law, s LawScheduler) []string {
	b := &bench{law: law, on: s, seed: l.cfg.Seed}
	b.rng = rand.New(rand.NewPCG(l.cfg.Seed, uint64(len(law.name))))
	defer b.guard().Stop()
	synctest.Test(t, func(t *testing.T) {
		b.t = t
		law.hold(b)
	})
	return b.found
}

// positions returns where in a stream of n elements something happens: every
// position at the beginning, where batches are short, and some further on.
func positions(n int) []int {
	all := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 63, 127, 254, 255, 256, 511}
	all = slices.DeleteFunc(all, func(k int) bool { return k >= n-1 })
	if n > 0 {
		all = append(all, n-1)
	}
	return all
}
