package operators

import "github.com/weirgo/weir/scheduler"

// streamList is the list of the streams that go through a [Valve] or a
// [KillSwitch], in the order in which they came. Its owner locks it.
type streamList struct{ first, last *listed }

// listed is a stream in such a list.
type listed struct {
	head       *scheduler.Handle
	prev, next *listed
	in         bool
}

func (l *streamList) add(e *listed) {
	e.in, e.prev = true, l.last
	if l.last != nil {
		l.last.next = e
	} else {
		l.first = e
	}
	l.last = e
}

// remove takes e off the list, if it is there.
func (l *streamList) remove(e *listed) {
	if !e.in {
		return
	}
	if e.prev != nil {
		e.prev.next = e.next
	} else {
		l.first = e.next
	}
	if e.next != nil {
		e.next.prev = e.prev
	} else {
		l.last = e.prev
	}
	*e = listed{head: e.head}
}

// heads returns the heads of all of them.
func (l *streamList) heads() (all []*scheduler.Handle) {
	for e := l.first; e != nil; e = e.next {
		all = append(all, e.head)
	}
	return all
}
