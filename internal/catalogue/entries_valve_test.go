package catalogue

import (
	"context"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
)

var valveEntries = []entry{
	{name: "operators.Valved", family: overload, intent: "pause several streams from outside", peers: [4]string{"", "", "Valve", ""},
		picture: one("Valved(closed from 3 to 8 ms)", "-a-b-c--d-e-|", func(p text) text {
			v := new(operators.Valve)
			held := operators.Valved(p, v, 4)
			return flow.PublisherFunc[string](func(ctx context.Context, to flow.Subscriber[string]) {
				time.AfterFunc(3*ms-ms/2, v.Close)
				time.AfterFunc(8*ms+ms/2, v.Open)
				held.Subscribe(ctx, to)
			})
		})},
}
