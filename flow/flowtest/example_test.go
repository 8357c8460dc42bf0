package flowtest_test

import (
	"fmt"
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
)

// printer stands for the *testing.T that a test has. It prints the failures.
type printer struct{ testing.TB }

func (printer) Helper()                           {}
func (printer) Cleanup(func())                    {}
func (printer) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (printer) Fatalf(format string, args ...any) { fmt.Printf(format+"\n", args...) }

func ExampleProbe() {
	var t printer // a *testing.T

	p := flowtest.Subscribe(t, flowtest.Just("a", "b", "c"))
	p.Request(2)
	p.ExpectNext("a", "b")
	p.Request(1)
	p.ExpectNext("c")
	p.ExpectComplete()
	fmt.Println(p)
	// Output: requested 3, got 3 elements [a b c], OnComplete
}

func ExampleManual() {
	var t printer // a *testing.T

	up := flowtest.NewManual[int](t)
	p := flowtest.Subscribe(t, up, flowtest.WithDemand(1))
	up.Next(1)
	up.ForceNext(2) // nobody asked for it: the probe notices
	p.Cancel()
	up.WaitCancelled()
	fmt.Println(up.Requested(), up.Cancelled())
	// Output:
	// rule 1.01: 2 elements, only 1 were requested
	// 1 1
}

func ExampleExpect() {
	var t printer // a *testing.T

	flowtest.Expect(t, flowtest.Just(1, 2, 3)).
		Request(2).Next(1, 2).NoSignal().
		Request(1).Next(3).
		Complete()

	flowtest.Expect(t, flowtest.Just(1)).
		Request(1).Next(5)
	// Output: got [1], want [5] (requested 1, got 1 elements [1], OnComplete)
}

// In a test function. A publisher that is not cold, or has no end, says so in
// the config.
func ExampleVerifyPublisher() {
	_ = func(t *testing.T) {
		flowtest.VerifyPublisher(t, flowtest.PublisherConfig[int]{
			New: func(n int) flow.Publisher[int] { return flowtest.Just(make([]int, n)...) },
		})
	}
}

// In a test function. Where what comes out is not what went in, Out tells.
func ExampleVerifyOperator() {
	double := func(up flow.Publisher[int]) flow.Publisher[int] { return up } // yours
	_ = func(t *testing.T) {
		flowtest.VerifyOperator(t, flowtest.OperatorConfig[int, int]{
			New: double,
			Out: func(n int) (out []int) {
				for i := range n {
					out = append(out, 2*i)
				}
				return out
			},
		})
	}
}

// In a test function. Call is the operator with a hook in its function, which
// the laws use to panic, to cancel and to count; Owned is the operator over
// elements of which each must be consumed or released.
func ExampleVerifyLaws() {
	type token = *flowtest.Token
	double := func(up flow.Publisher[int], f func(int) int) flow.Publisher[int] { return up }         // yours
	tokens := func(up flow.Publisher[token], f func(token) token) flow.Publisher[token] { return up } // the same
	_ = func(t *testing.T) {
		flowtest.VerifyLaws(t, flowtest.LawConfig[int, int]{
			OperatorConfig: flowtest.OperatorConfig[int, int]{
				New: func(up flow.Publisher[int]) flow.Publisher[int] {
					return double(up, func(v int) int { return 2 * v })
				},
				Out: func(n int) (out []int) {
					for i := range n {
						out = append(out, 2*i)
					}
					return out
				},
			},
			Call: func(up flow.Publisher[int], hook func(int)) flow.Publisher[int] {
				return double(up, func(v int) int { hook(v); return 2 * v })
			},
			Owned: tokens,
		})
	}
}
