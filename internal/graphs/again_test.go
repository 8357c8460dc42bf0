package graphs

import (
	"fmt"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// againSources are sources that are subscribed again when another stream says
// so.
func againSources[T any]() []sourceRow[T] {
	return []sourceRow[T]{
		{"RetryWhen", (*draw[T]).retryWhen},
		{"RepeatWhen", (*draw[T]).repeatWhen},
	}
}

// signals draws a function that says so often that there is another round, at
// once or later, and how often that is.
func (d *draw[T]) signals() (when func() flow.Publisher[int64], times int) {
	call := d.function()
	times = d.intn(4)
	rounds, wait := 0, time.Duration(0)
	if d.intn(2) == 0 {
		wait = d.pause()
	}
	return func() flow.Publisher[int64] {
		if err := call(); err != nil {
			panic(err)
		}
		switch rounds++; {
		case rounds > times:
			return sources.Empty[int64]()
		case wait > 0:
			return sources.Timer(wait)
		}
		return sources.Range(0, 3)
	}, times
}

func (d *draw[T]) retryWhen() stream[T] {
	want := d.numbers()
	when, times := d.signals()
	failing := operators.Concat(d.minted(sources.Slice(want)), sources.Error[T](errSource))
	src := operators.RetryWhen(failing, func(error) flow.Publisher[int64] { return when() })
	return origin(src, repeated(want, times+1), fmt.Sprintf("Slice, which fails, RetryWhen(%d)", times))
}

func (d *draw[T]) repeatWhen() stream[T] {
	want := d.numbers()
	when, times := d.signals()
	return origin(operators.RepeatWhen(d.minted(sources.Slice(want)), when), repeated(want, times+1),
		fmt.Sprintf("Slice, RepeatWhen(%d)", times))
}

// repeated is vs so many times.
func repeated(vs []int, times int) (all []int) {
	for range times {
		all = append(all, vs...)
	}
	return all
}
