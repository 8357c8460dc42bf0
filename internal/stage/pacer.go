package stage

// maxChunk is the largest number of elements that a worker takes at once.
const maxChunk = 64

// chunkTime is how many nanoseconds the calls for a chunk may take.
const chunkTime = 40_000

// briefTime is how many nanoseconds a brief call takes at most: the way to the
// island and back is then felt, so that for each call an element is held ready.
const briefTime = 5_000_000

// sample is one in how many calls is measured while calls are so slow that
// every element gets one of its own, since the clock is then a good part of
// what a call costs beside the function.
const sample = 8

// pacer decides how many elements a worker takes at once. It begins with one.
// A chunk doubles when as many full ones in a row as there are workers have
// taken less than half of chunkTime, so that one call in many that is slow
// keeps chunks small; and shrinks when one takes more than chunkTime, so that
// an expensive function gets its elements one by one.
type pacer struct {
	chunk    int
	most     int
	patience int
	row      int  // full chunks in a row that were fast
	brief    bool // the last call was
	tardy    int  // single calls in a row that took longer than a chunk may
}

func (p *pacer) measure(n int, took int64) {
	p.brief = took <= briefTime
	if p.tardy++; n > 1 || took <= chunkTime {
		p.tardy = 0
	}
	switch {
	case took > chunkTime:
		p.row = 0
		p.chunk = max(1, min(p.chunk, int(int64(n)*chunkTime/took)))
	case n >= p.chunk && took < chunkTime/2:
		if p.row++; p.row >= p.patience {
			p.row = 0
			p.chunk = min(2*p.chunk, p.most)
		}
	}
}

// slow reports whether calls take so long that not each need be measured: as
// many in a row as that it is no chance.
func (p *pacer) slow() bool { return p.tardy >= sample }
