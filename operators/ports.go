package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// openPorts subscribes each port to its source.
func openPorts[T any](ctx context.Context, ports []stage.Port[T], srcs []flow.Publisher[T], m *scheduler.Meter) {
	for i, src := range srcs {
		stage.Subscribe(ctx, src, &ports[i], m)
	}
}

// cancelPorts leaves the sources of ports. What is held stays.
func cancelPorts[T any](ports []stage.Port[T]) {
	for i := range ports {
		ports[i].Cancel()
	}
}

// dropPorts leaves the sources of ports and lets go of what is held.
func dropPorts[T any](ports []stage.Port[T], reason flow.Reason) {
	for i := range ports {
		ports[i].Drop(reason)
	}
}

// heldIn returns how many elements ports hold.
func heldIn[T any](ports []stage.Port[T]) (n int) {
	for i := range ports {
		n += ports[i].Held()
	}
	return n
}
