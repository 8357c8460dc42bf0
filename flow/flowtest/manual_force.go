package flowtest

import "github.com/weirgo/weir/flow"

// ForceNext sends vs without regard for demand, Cancel and the end.
func (m *Manual[T]) ForceNext(vs ...T) {
	for _, v := range vs {
		m.force(func(s flow.Subscriber[T]) { s.OnNext(v) })
	}
}

// ForceError sends OnError(err) without regard for Cancel and an earlier end.
// err may be nil.
func (m *Manual[T]) ForceError(err error) {
	m.force(func(s flow.Subscriber[T]) { s.OnError(err) })
}

// ForceComplete sends OnComplete without regard for Cancel and an earlier end.
func (m *Manual[T]) ForceComplete() {
	m.force(func(s flow.Subscriber[T]) { s.OnComplete() })
}

// ForceSubscribe sends OnSubscribe once more, with a subscription that only
// records what it is told.
func (m *Manual[T]) ForceSubscribe() *Line {
	l := m.newLine()
	l.invalid = nil
	m.force(func(s flow.Subscriber[T]) { s.OnSubscribe(l) })
	return l
}

func (m *Manual[T]) force(f func(s flow.Subscriber[T])) {
	s := m.Subscriber()
	m.post(func() { f(s) })
}
