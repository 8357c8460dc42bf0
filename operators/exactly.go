package operators

import (
	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// exactly is the subscription of a subscriber whose stage has demanded all that
// comes, so that nothing waits.
type exactly struct {
	stage.Inner
	stage.Upstream
	head  interface{ Ready() }
	asked int64 // requested and not yet received
}

func (e *exactly) OnSubscribe(sub flow.Subscription) {
	if e.Join(sub) {
		e.head.Ready() // to ask for elements
	}
}

// refill requests what is demanded and not on its way.
func (e *exactly) refill(demand int64) {
	if e.asked == flow.Unbounded || demand <= e.asked || !e.Joined() {
		return
	}
	n := demand - e.asked
	if demand == flow.Unbounded {
		n = demand
	}
	e.asked = demand
	e.Request(n)
}

// received counts n elements.
func (e *exactly) received(n int) {
	if e.asked != flow.Unbounded {
		e.asked -= int64(n)
	}
}
