package sources_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleSeq2() {
	digits := func(r io.RuneReader) func(yield func(int, error) bool) {
		return func(yield func(int, error) bool) {
			for {
				c, _, err := r.ReadRune()
				switch {
				case errors.Is(err, io.EOF):
					return
				case err == nil && (c < '0' || c > '9'):
					err = fmt.Errorf("%q is no digit", c)
				}
				if !yield(int(c-'0'), err) {
					return
				}
			}
		}
	}
	all, err := sinks.Slice(context.Background(), sources.Seq2(digits(strings.NewReader("31x4")), sources.WithName("digits")))
	fmt.Println(all, err)
	// Output: [3 1] digits: 'x' is no digit
}

func ExamplePush() {
	bell := new(bell)
	rings := sources.Push(8, flow.DropOldest, func(ctx context.Context, out *sources.Emitter[string]) error {
		bell.Listen(func(who string) {
			if !out.Emit(who).Accepted() {
				fmt.Println("nobody heard", who)
			}
		})
		defer bell.Listen(nil)
		bell.Ring("ann")
		bell.Ring("bob")
		<-ctx.Done() // until the stream is over
		return nil
	})
	err := sinks.ForEach(context.Background(), operators.Take(rings, 2), func(_ context.Context, who string) error {
		fmt.Println(who)
		return nil
	})
	fmt.Println(err, bell.listener == nil)
	// Output:
	// ann
	// bob
	// <nil> true
}

// bell calls back.
type bell struct{ listener func(who string) }

func (b *bell) Listen(f func(who string)) { b.listener = f }
func (b *bell) Ring(who string)           { b.listener(who) }
