package flowtest_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

// TestMarble: what a diagram plays is what is drawn of it.
func TestMarble(t *testing.T) {
	for diagram, want := range map[string]string{
		"":                 "------------",
		"|":                "|-----------",
		"#":                "#-----------",
		"a-b---c|":         "a-b---c|----",
		"a b - (cd) - #":   "ab-(cd)-#------",
		"(abc|)":           "(abc|)-----------",
		"--a":              "--a---------",
		"abcdefghijklmn|":  "abcdefghijkl",
		"---(x|)":          "---(x|)--------",
		"-----------a--b|": "-----------a",
	} {
		t.Run(diagram, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if got := flowtest.Marble(t, t.Context(), flowtest.FromMarble(diagram), 12); got != want {
					t.Errorf("%q was drawn as %q, want %q", diagram, got, want)
				}
			})
			flowtest.Simulate(t, 1, func(t *testing.T, ctx context.Context) {
				if got := flowtest.Marble(t, ctx, flowtest.FromMarble(diagram), 12); got != want {
					t.Errorf("seeded: %q was drawn as %q, want %q", diagram, got, want)
				}
			})
		})
	}
}

func TestMarbleOfOperators(t *testing.T) {
	for name, test := range map[string]struct {
		op        func(src flow.Publisher[string]) flow.Publisher[string]
		src, want string
	}{
		"debounce": {func(src flow.Publisher[string]) flow.Publisher[string] {
			return operators.Debounce(src, 3*time.Millisecond)
		}, "a-b---c|", "-----b-(c|)----"},
		"upper case": {func(src flow.Publisher[string]) flow.Publisher[string] {
			return operators.Map(src, func(s string) string { return s + s })
		}, "a-(bc|)", "(aa)-(bb,cc,|)---------"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if got := flowtest.Marble(t, t.Context(), test.op(flowtest.FromMarble(test.src)), 12); got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
			})
		})
	}
}

// TestMarbleWaitsForDemand, and its context ends it.
func TestMarbleWaitsForDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		p := flowtest.Subscribe(t, flowtest.FromMarble("ab-c|"), flowtest.WithContext(ctx))
		time.Sleep(10 * time.Millisecond)
		p.ExpectNoSignal(time.Millisecond)
		p.Request(2)
		p.ExpectNext("a", "b")
		cancel()
		p.ExpectError(context.Canceled)
	})
}

func TestWrongMarblesPanic(t *testing.T) {
	for _, diagram := range []string{"|a", "a|-", "(a-b)", "#|"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q did not panic", diagram)
				}
			}()
			flowtest.FromMarble(diagram)
		}()
	}
}
