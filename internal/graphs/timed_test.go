package graphs

import (
	"context"
	"time"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

func timeRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{
		{"Throttle", unknown, (*draw[T]).throttle},
		{"Debounce", unknown, (*draw[T]).debounce},
		{"Sample", unknown, (*draw[T]).sample},
		{"Timeout", unknown, (*draw[T]).timeout},
		{"MapAsync", unknown, (*draw[T]).mapAsync},
		{"Zip2", exact, (*draw[T]).zip},
	}
}

func timeSources[T any]() []sourceRow[T] {
	return []sourceRow[T]{
		{"Ticker", (*draw[T]).ticker},
		{"Timer", (*draw[T]).timer},
	}
}

func (d *draw[T]) throttle(s stream[T]) stream[T] {
	n, burst := 1+d.intn(20), 1+d.intn(20)
	per := d.pause()
	return s.then(operators.Throttle(s.pub, n, per, operators.WithBurst(burst)), s.want,
		"Throttle(%d in %v, burst %d)", n, per, burst)
}

func (d *draw[T]) debounce(s stream[T]) stream[T] {
	quiet := d.pause()
	var opts []operators.Option
	if d.intn(2) == 0 {
		opts = append(opts, operators.WithMaxWait(d.pause()))
	}
	return s.then(operators.Debounce(s.pub, quiet, opts...), s.want, "Debounce(%v)", quiet).atLeast(lossy)
}

func (d *draw[T]) sample(s stream[T]) stream[T] {
	period := d.pause()
	return s.then(operators.Sample(s.pub, period), s.want, "Sample(%v)", period).atLeast(lossy)
}

// timeout does not time out: nothing here takes an hour.
func (d *draw[T]) timeout(s stream[T]) stream[T] {
	return s.then(operators.Timeout(s.pub, time.Hour), s.want, "Timeout(1h)")
}

// ticker is ticks, of which some are skipped.
func (d *draw[T]) ticker() stream[T] {
	n, period := d.intn(30), d.pause()
	d.elements += n
	if d.intn(2) == 0 {
		ticks := operators.Map(sources.Ticker(period, sources.WithFixedDelay()), func(v int64) T { return d.mint(int(v)) })
		want := make([]int, n)
		for i := range want {
			want[i] = i
		}
		return origin(operators.Take(ticks, int64(n)), want, "Ticker with delay")
	}
	ticks := operators.Map(sources.Ticker(period), func(v int64) T { return d.mint(int(v)) })
	return stream[T]{pub: operators.Take(ticks, int64(n)), mode: unknown, words: "Ticker"}
}

func (d *draw[T]) timer() stream[T] {
	after := d.pause()
	return origin(operators.Map(sources.Timer(after), func(v int64) T { return d.mint(int(v)) }), []int{0}, "Timer")
}

// mapAsync calls a function on goroutines, which takes its time now and then.
func (d *draw[T]) mapAsync(s stream[T]) stream[T] {
	call, n := d.function(), oneOf(d, 1, 2, 8, 64)
	wait, slow := d.pause(), 1+d.intn(20)
	var opts []operators.Option
	if d.intn(2) == 0 {
		opts = append(opts, operators.Unordered())
	}
	out := s.then(operators.MapAsync(s.pub, n, func(ctx context.Context, e T) (T, error) {
		v := d.use(e)
		if err := call(); err != nil {
			var zero T
			return zero, err
		}
		if v%slow == 0 {
			sleep(wait)
		}
		return d.mint(v + 1), nil
	}, opts...), mapped(s.want, func(v int) int { return v + 1 }), "MapAsync(%d, %d options)", n, len(opts))
	if len(opts) > 0 {
		return out.atLeast(unsorted)
	}
	return out
}

// zip pairs a stream with another one by position.
func (d *draw[T]) zip(s stream[T]) stream[T] {
	other, call := d.numbers(), d.function()
	n := min(len(other), len(s.want))
	var want []int
	for i := range n {
		want = append(want, (s.want[i]+other[i])%100)
	}
	return s.then(operators.Zip2(s.pub, d.minted(sources.Slice(other)), func(a, b T) T {
		sum := d.use(a) + d.use(b)
		if err := call(); err != nil {
			panic(err)
		}
		return d.mint(sum % 100)
	}), want, "Zip2(%d)", len(other))
}
