package sources_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

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
