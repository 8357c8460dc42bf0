package graphs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
)

// valueSinks are the sinks that return one value, or nothing but the error.
func valueSinks[T any]() []sinkRow[T] {
	return []sinkRow[T]{
		{"Last", (*draw[T]).lastSink},
		{"Reduce", (*draw[T]).reduceSink},
		{"Count", (*draw[T]).countSink},
		{"Fold", (*draw[T]).foldSink},
		{"Discard", (*draw[T]).discardSink},
		{"Lines", (*draw[T]).linesSink},
		{"First", (*draw[T]).firstSink},
		{"IsEmpty", (*draw[T]).isEmptySink},
		{"Any", (*draw[T]).anyOfSink},
		{"All", (*draw[T]).allOfSink},
		{"Contains", (*draw[T]).containsSink},
		{"ForEach of RetryCall and DeadLetter", (*draw[T]).insistentSink},
	}
}

// valued runs a sink behind a stage that notes what comes to it.
func (d *draw[T]) valued(words string, run func(ctx context.Context, pub flow.Publisher[T], s *sink[T]) error) (running[T], string) {
	return func(ctx context.Context, g *scheduler.Graph, s *sink[T]) {
		s.aside = true
		noted := operators.DoOnNext(s.from.pub, func(e T) { s.got = append(s.got, d.look(e)) })
		g.Go(func() error {
			s.err = run(ctx, noted, s)
			s.ended.Store(true)
			return s.err
		})
	}, words
}

// returns says that a sink has returned something else than it should.
func (s *sink[T]) returns(got, want any) {
	if got != want {
		s.wrong = fmt.Sprintf("returned %v, not %v", got, want)
	}
}

// element says whether a sink has returned the right element: there is none
// when the stream had none, which is an error that is not one of the graph.
func (d *draw[T]) element(s *sink[T], e T, err error, want func(got []int) int) error {
	switch {
	case errors.Is(err, flow.ErrEmpty) && len(s.got) == 0:
		return nil
	case err == nil && len(s.got) == 0:
		s.wrong = "no error, and no element"
	case err == nil:
		s.returns(d.use(e), want(s.got))
	}
	return err
}

func (d *draw[T]) lastSink() (running[T], string) {
	return d.valued("Last", func(ctx context.Context, pub flow.Publisher[T], s *sink[T]) error {
		e, err := sinks.Last(ctx, pub)
		return d.element(s, e, err, func(got []int) int { return got[len(got)-1] })
	})
}

func (d *draw[T]) reduceSink() (running[T], string) {
	call := d.function()
	return d.valued("Reduce", func(ctx context.Context, pub flow.Publisher[T], s *sink[T]) error {
		var zero T
		consumed := false
		e, err := sinks.Reduce(ctx, pub, func(a, b T) T {
			consumed = true
			v := d.use(a) + d.use(b)
			if err := call(); err != nil {
				panic(err)
			}
			consumed = false
			return d.mint(v)
		})
		if err != nil && !consumed && any(e) != any(zero) {
			d.use(e) // the result so far
		}
		return d.element(s, e, err, sum)
	})
}

func (d *draw[T]) countSink() (running[T], string) {
	return d.valued("Count", func(ctx context.Context, pub flow.Publisher[T], s *sink[T]) error {
		n, err := sinks.Count(ctx, pub)
		if err == nil {
			s.returns(n, int64(len(s.got)))
		}
		return err
	})
}

func (d *draw[T]) foldSink() (running[T], string) {
	call := d.function()
	return d.valued("Fold", func(ctx context.Context, pub flow.Publisher[T], s *sink[T]) error {
		n, err := sinks.Fold(ctx, pub, 0, func(n int, e T) int {
			n += d.use(e)
			if err := call(); err != nil {
				panic(err)
			}
			return n
		})
		if err == nil {
			s.returns(n, sum(s.got))
		}
		return err
	})
}

func (d *draw[T]) discardSink() (running[T], string) {
	return d.valued("Discard", func(ctx context.Context, pub flow.Publisher[T], _ *sink[T]) error { return sinks.Discard(ctx, pub) })
}

func (d *draw[T]) linesSink() (running[T], string) {
	return d.valued("Lines", func(ctx context.Context, pub flow.Publisher[T], s *sink[T]) error {
		var text bytes.Buffer
		err := sinks.Lines(ctx, operators.Map(pub, func(e T) string { return strconv.Itoa(d.use(e)) }), &text)
		var want bytes.Buffer
		for _, v := range s.got {
			fmt.Fprintln(&want, v)
		}
		if err == nil {
			s.returns(text.String(), want.String())
		}
		return err
	})
}

// leavesAt says after which element a sink leaves that waits for one.
func (s *sink[T]) leavesAt(answer func(int) bool) {
	switch i := slices.IndexFunc(s.from.want, answer); {
	case s.from.mode > exact:
		s.leave = 1 << 30 // nobody knows
	case i >= 0:
		s.leave = i + 1
	}
}

// answered is a sink that leaves with its answer.
func (d *draw[T]) answered(words string, answer func(int) bool, run func(ctx context.Context, pub flow.Publisher[T]) (bool, error)) (running[T], string) {
	return d.valued(words, func(ctx context.Context, pub flow.Publisher[T], s *sink[T]) error {
		s.leavesAt(answer)
		found, err := run(ctx, pub)
		if err == nil {
			s.returns(found, slices.ContainsFunc(s.got, answer))
		}
		return err
	})
}

func (d *draw[T]) firstSink() (running[T], string) {
	return d.valued("First", func(ctx context.Context, pub flow.Publisher[T], s *sink[T]) error {
		s.leavesAt(func(int) bool { return true })
		e, err := sinks.First(ctx, pub)
		return d.element(s, e, err, func(got []int) int { return got[0] })
	})
}

func (d *draw[T]) isEmptySink() (running[T], string) {
	return d.answered("IsEmpty", func(int) bool { return true }, func(ctx context.Context, pub flow.Publisher[T]) (bool, error) {
		empty, err := sinks.IsEmpty(ctx, pub)
		return !empty, err
	})
}

func (d *draw[T]) anyOfSink() (running[T], string) {
	k := d.intn(100)
	above := func(v int) bool { return v >= k }
	test := d.test(above)
	return d.answered(fmt.Sprintf("Any(≥%d)", k), above, func(ctx context.Context, pub flow.Publisher[T]) (bool, error) {
		return sinks.Any(ctx, pub, test)
	})
}

func (d *draw[T]) allOfSink() (running[T], string) {
	k := d.intn(100)
	test := d.test(func(v int) bool { return v < k })
	return d.answered(fmt.Sprintf("All(<%d)", k), func(v int) bool { return v >= k },
		func(ctx context.Context, pub flow.Publisher[T]) (bool, error) {
			all, err := sinks.All(ctx, pub, test)
			return !all, err
		})
}

func (d *draw[T]) containsSink() (running[T], string) {
	k := d.intn(100)
	return d.answered(fmt.Sprintf("Contains(%d)", k), func(v int) bool { return v == k },
		func(ctx context.Context, pub flow.Publisher[T]) (bool, error) {
			return sinks.Contains(ctx, operators.Map(pub, d.use), k)
		})
}

// insistentSink calls a function again that fails, and puts aside those for
// which it fails for good.
func (d *draw[T]) insistentSink() (running[T], string) {
	call, k, n := d.function(), 2+d.intn(5), oneOf(d, 1, 1, 4)
	return d.valued("ForEach(RetryCall, DeadLetter)", func(ctx context.Context, pub flow.Publisher[T], _ *sink[T]) error {
		attempt := sinks.RetryCall(func(_ context.Context, e T) error {
			if d.look(e)%k == 0 {
				return errSource
			}
			if err := d.unused(e, call); err != nil {
				return err
			}
			d.use(e)
			return nil
		}, 2, operators.WithRetryIf(func(err error) bool { return errors.Is(err, errSource) }))
		return sinks.ForEach(ctx, pub, sinks.DeadLetter(attempt, func(_ context.Context, e T, err error) error {
			d.use(e)
			if errors.Is(err, errSource) {
				return nil
			}
			return err
		}), sinks.WithWorkers(n), sinks.WithName(insistent))
	})
}

// insistent is the name of a sink whose function is not given all elements.
const insistent = "insistent"
