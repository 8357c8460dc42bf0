package stage

import "github.com/weirgo/weir/flow"

// only is what a hub has that is for one line. It holds elements for that until
// it comes, as the line would.
type only struct {
	is       bool
	awaited  bool // the line has yet to come
	capacity int
	strategy flow.Overflow
	full     bool                     // the strategy has ended the line
	lost     [flow.ReasonsCount]int64 // for lack of room
}

// InitOnly prepares a hub that has one line, with that capacity and strategy,
// and is shut when it leaves.
func (h *Hub[T]) InitOnly(capacity int, strategy flow.Overflow) {
	h.only = only{is: true, awaited: true, capacity: capacity, strategy: strategy}
	h.release = flow.ReleaseFunc[T]()
	h.turn.L = &h.mu
}

// hold keeps v for the line, as the strategy says. The lock is held, and
// released.
func (h *Hub[T]) hold(v T) Offered {
	o, reason := Offered{Lines: 1}, flow.Reason(0)
	lost := v
	switch strategy := h.only.strategy; {
	case len(h.kept) < h.only.capacity:
		h.kept = append(h.kept, v)
	case strategy == flow.DropIncoming:
		o.Missed, reason = 1, flow.DroppedNew
	case strategy == flow.Fail:
		o.Missed, reason = 1, flow.DroppedNew
		h.only.full, h.shut = true, true
	default:
		o.Displaced, reason = 1, flow.DroppedOld
		if strategy == flow.Latest {
			reason = flow.Replaced
		}
		lost = h.kept[0]
		copy(h.kept, h.kept[1:])
		h.kept[len(h.kept)-1] = v
	}
	h.only.lost[reason]++
	clear(h.one[:])
	h.mu.Unlock()
	if reason != 0 && h.release != nil {
		h.release(lost, reason)
	}
	return o
}

// handOver lets the line account for what was held for it, which it has, and
// for what was lost. The lock is held.
func (h *Hub[T]) handOver(l *Line[T]) {
	h.only.awaited, h.kept = false, nil
	l.mu.Lock()
	defer l.mu.Unlock()
	for reason, n := range h.only.lost {
		if m := l.Meter(); m != nil && reason != 0 {
			m.Stats().In.Add(n)
		}
		if reason != 0 && n > 0 {
			l.Lost(flow.Reason(reason), n)
		}
	}
	if h.only.full {
		l.overflow()
	}
}
