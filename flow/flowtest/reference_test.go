package flowtest

import (
	"testing"

	"github.com/weirgo/weir/flow"
)

func TestVerifyPublisherReference(t *testing.T) {
	for name, p := range map[string]source[int]{
		"sync":        {batch: 1},
		"batch":       {batch: 8},
		"async":       {async: true},
		"async batch": {batch: 8, async: true},
	} {
		t.Run(name, func(t *testing.T) {
			VerifyPublisher(t, PublisherConfig[int]{
				New: func(n int) flow.Publisher[int] {
					q := p
					q.n, q.at = n, index
					return &q
				},
				Failed: func() flow.Publisher[int] {
					q := p
					q.err = errTest
					return &q
				},
				Err: errTest, Want: index,
			})
		})
	}
}
