package graphs

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
)

// callRows are the operators that call functions, which may fail and are called
// again.
func callRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{
		{"MapAsyncKeyed", unknown, (*draw[T]).mapAsyncKeyed},
		{"RetryCall", unknown, (*draw[T]).retryCall},
		{"DeadLetter", unknown, (*draw[T]).deadLetter},
	}
}

// applied puts a function that may fail behind s, in one of the stages that
// take one. The order stays.
func (d *draw[T]) applied(s stream[T], f func(context.Context, T) (T, error)) (pub flow.Publisher[T], words string) {
	if d.intn(2) == 0 {
		return operators.TryMap(s.pub, f), "TryMap"
	}
	return operators.MapAsync(s.pub, oneOf(d, 1, 2, 8), f), "MapAsync"
}

// unused calls call. An element with which that panics is consumed, one with
// which it fails is not.
func (d *draw[T]) unused(e T, call func() error) error {
	returned := false
	defer func() {
		if !returned {
			d.use(e)
		}
	}()
	err := call()
	returned = true
	return err
}

// mapAsyncKeyed looks whether two calls are for one key at once, and whether
// those of one key come in order.
func (d *draw[T]) mapAsyncKeyed(s stream[T]) stream[T] {
	call, keys := d.function(), oneOf(d, 1, 2, 7, 1000)
	n := oneOf(d, 1, 2, 8)
	wait, slow := d.pause(), 1+d.intn(20)
	var mu sync.Mutex
	inside := map[int]bool{}
	enter := func(key int, in bool) {
		mu.Lock()
		defer mu.Unlock()
		if in && inside[key] {
			d.wrong("MapAsyncKeyed: two calls for the key %d at once", key)
		}
		inside[key] = in
	}
	out := s.then(operators.MapAsyncKeyed(s.pub, n, n+d.capacity(), d.key(func(v int) int { return v % keys }),
		func(_ context.Context, e T) (T, error) {
			v := d.use(e)
			enter(v%keys, true)
			defer enter(v%keys, false)
			if err := call(); err != nil {
				var zero T
				return zero, err
			}
			if v%slow == 0 {
				sleep(wait)
			}
			return d.mint(v + 1), nil
		}), mapped(s.want, func(v int) int { return v + 1 }), "MapAsyncKeyed(%d, %%%d)", n, keys)
	if keys > 1 {
		return out.atLeast(unsorted)
	}
	return out
}

// retryCall fails now and then, and succeeds when it is called again.
func (d *draw[T]) retryCall(s stream[T]) stream[T] {
	call, k, fails := d.function(), 1+d.intn(10), d.intn(3)
	var opts []operators.Option
	if d.intn(3) == 0 {
		d.timed = true
		opts = append(opts, operators.WithBackoff(time.Millisecond, 10*time.Millisecond))
	}
	var mu sync.Mutex
	left := map[int]int{} // failures to come, by number: a later element of that number just succeeds
	f := operators.RetryCall(func(_ context.Context, e T) (out T, err error) {
		v := d.look(e)
		mu.Lock()
		if _, ok := left[v]; !ok {
			left[v] = fails
		}
		failing := v%k == 0 && left[v] > 0
		left[v]--
		mu.Unlock()
		if failing {
			return out, errSource
		}
		if err := d.unused(e, call); err != nil {
			return out, err
		}
		d.use(e)
		return d.mint(v + 1), nil
	}, flow.Unbounded, append(opts, operators.WithRetryIf(func(err error) bool { return errors.Is(err, errSource) }))...)
	pub, words := d.applied(s, operators.DeadLetter(f, func(ctx context.Context, e T, err error) error {
		d.use(e)                                    // nobody else will
		return errors.Join(err, context.Cause(ctx)) // which is why there was no further attempt
	}))
	return s.then(pub, mapped(s.want, func(v int) int { return v + 1 }), "%s(RetryCall, %d times)", words, fails)
}

// deadLetter lets go of elements for which its function fails, or takes them.
func (d *draw[T]) deadLetter(s stream[T]) stream[T] {
	call, k := d.function(), 2+d.intn(5)
	f := operators.DeadLetter(func(_ context.Context, e T) (out T, err error) {
		v := d.look(e)
		if v%k == 0 {
			return out, errSource
		}
		if err := d.unused(e, call); err != nil {
			return out, err
		}
		d.use(e)
		return d.mint(v), nil
	}, func(_ context.Context, e T, err error) error {
		switch {
		case !errors.Is(err, errSource):
			d.use(e)
			return err
		case d.look(e)%(2*k) == 0:
			return flow.ErrSkip
		}
		d.use(e)
		return nil
	})
	pub, words := d.applied(s, f)
	return s.then(pub, filtered(s.want, func(v int) bool { return v%k != 0 }), "%s(DeadLetter, %%%d)", words, k)
}
