package graphs

import (
	"errors"
	"slices"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// selectRows are the operators that choose, and those that look at the end.
func selectRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{
		{"FilterMap", unknown, (*draw[T]).filterMap},
		{"OfType", unknown, (*draw[T]).ofType},
		{"StatefulMap", exact, (*draw[T]).statefulMap},
		{"Reduce", unsorted, (*draw[T]).reduce},
		{"TakeLast", exact, (*draw[T]).takeLast},
		{"SkipLast", exact, (*draw[T]).skipLast},
		{"TakeUntil", exact, (*draw[T]).takeUntil},
		{"TakeUntilOther", unknown, (*draw[T]).takeUntilOther},
		{"First", exact, (*draw[T]).first},
		{"Last", exact, (*draw[T]).last},
		{"Single", exact, (*draw[T]).single},
		{"ElementAt", exact, (*draw[T]).elementAt},
		{"Find", exact, (*draw[T]).find},
		{"Limit", unsorted, (*draw[T]).limit},
		{"IgnoreElements", unknown, (*draw[T]).ignoreElements},
		{"DefaultIfEmpty", unsorted, (*draw[T]).defaultIfEmpty},
		{"SwitchIfEmpty", unsorted, (*draw[T]).switchIfEmpty},
		{"ErrorIfEmpty", unsorted, (*draw[T]).errorIfEmpty},
		{"StartWith", unknown, (*draw[T]).startWith},
		{"EndWith", unknown, (*draw[T]).endWith},
		{"Distinct", exact, (*draw[T]).distinctNumbers},
		{"DistinctUntilChanged", exact, (*draw[T]).changedNumbers},
	}
}

func selectSources[T any]() []sourceRow[T] {
	return []sourceRow[T]{
		{"Repeat", (*draw[T]).repeat},
		{"Of", (*draw[T]).of},
	}
}

// asNumbers puts an operator behind s that works on numbers: what keeps values
// of its own cannot have elements with an owner.
func (d *draw[T]) asNumbers(s stream[T], put func(flow.Publisher[int]) flow.Publisher[int]) flow.Publisher[T] {
	return d.minted(put(operators.Map(s.pub, d.use)))
}

func (d *draw[T]) filterMap(s stream[T]) stream[T] {
	k, call := 1+d.intn(4), d.function()
	return s.then(operators.FilterMap(s.pub, func(e T) (out T, ok bool) {
		v := d.use(e)
		if err := call(); err != nil {
			panic(err)
		}
		if v%k != 0 {
			return out, false
		}
		return d.mint(v + 1), true
	}), mapped(filtered(s.want, func(v int) bool { return v%k == 0 }), func(v int) int { return v + 1 }), "FilterMap(%%%d, +1)", k)
}

// ofType keeps those elements that have stayed what they were.
func (d *draw[T]) ofType(s stream[T]) stream[T] {
	k, call := 1+d.intn(4), d.function()
	mixed := operators.Map(s.pub, func(e T) any {
		v := d.use(e)
		if err := call(); err != nil {
			panic(err)
		}
		if v%k != 0 {
			return "another type"
		}
		return d.mint(v)
	})
	return s.then(operators.OfType[T](mixed), filtered(s.want, func(v int) bool { return v%k == 0 }), "OfType(%%%d)", k)
}

// statefulMap adds the number of elements before, and emits how many there were.
func (d *draw[T]) statefulMap(s stream[T]) stream[T] {
	call, atEnd := d.function(), d.function()
	var want []int
	for i, v := range s.want {
		want = append(want, (v+i)%1000)
	}
	want = append(want, len(s.want)%1000)
	return s.then(operators.StatefulMap(s.pub, func() int { return 0 }, func(n int, e T) (int, T) {
		v := d.use(e)
		if err := call(); err != nil {
			panic(err)
		}
		return n + 1, d.mint((v + n) % 1000)
	}, func(n int) (T, bool) {
		if err := atEnd(); err != nil {
			panic(err)
		}
		return d.mint(n % 1000), true
	}), want, "StatefulMap(+number, count)")
}

func (d *draw[T]) reduce(s stream[T]) stream[T] {
	call := d.function()
	want := s.want
	if len(want) > 1 {
		want = []int{sum(want) % 1000}
	}
	return s.then(operators.Reduce(s.pub, func(a, b T) T {
		v := d.use(a) + d.use(b)
		if err := call(); err != nil {
			panic(err)
		}
		return d.mint(v % 1000)
	}), want, "Reduce(+)").just()
}

func (d *draw[T]) takeLast(s stream[T]) stream[T] {
	n := oneOf(d, 0, 1, d.intn(10), d.intn(300))
	return s.then(operators.TakeLast(s.pub, n), s.want[max(0, len(s.want)-n):], "TakeLast(%d)", n)
}

func (d *draw[T]) skipLast(s stream[T]) stream[T] {
	n := oneOf(d, 0, 1, d.intn(10), d.intn(300))
	return s.then(operators.SkipLast(s.pub, n), s.want[:max(0, len(s.want)-n)], "SkipLast(%d)", n)
}

// until returns the numbers up to and including the first for which last is.
func until(vs []int, last func(int) bool) []int {
	if i := slices.IndexFunc(vs, last); i >= 0 {
		return vs[:i+1]
	}
	return vs
}

func (d *draw[T]) takeUntil(s stream[T]) stream[T] {
	k := d.intn(100)
	f := func(v int) bool { return v >= k }
	return s.then(operators.TakeUntil(s.pub, d.test(f)), until(s.want, f), "TakeUntil(≥%d)", k)
}

// takeUntilOther is ended by something that never happens, or at a time.
func (d *draw[T]) takeUntilOther(s stream[T]) stream[T] {
	switch d.intn(3) {
	case 0:
		return s.then(operators.TakeUntilOther(s.pub, sources.Never[T]()), s.want, "TakeUntilOther(never)")
	case 1:
		other := d.mappedRange().pub
		return s.then(operators.TakeUntilOther(s.pub, other), s.want, "TakeUntilOther(Range)").atLeast(lossy)
	}
	after := d.pause()
	return s.then(operators.TakeUntilOther(s.pub, sources.Timer(after)), s.want, "TakeUntilOther(%v)", after).atLeast(lossy)
}

func (d *draw[T]) first(s stream[T]) stream[T] {
	return s.then(operators.First(s.pub), s.want[:min(1, len(s.want))], "First")
}

func (d *draw[T]) last(s stream[T]) stream[T] {
	return s.then(operators.Last(s.pub), s.want[max(0, len(s.want)-1):], "Last")
}

// single is behind a stream of one element.
func (d *draw[T]) single(s stream[T]) stream[T] {
	if len(s.want) == 0 {
		return s
	}
	return s.then(operators.Single(operators.Take(s.pub, 1)), s.want[:1], "Take(1), Single")
}

func (d *draw[T]) elementAt(s stream[T]) stream[T] {
	n := d.intn(len(s.want) + 2)
	return s.then(operators.ElementAt(s.pub, int64(n)), s.want[min(n, len(s.want)):min(n+1, len(s.want))], "ElementAt(%d)", n)
}

func (d *draw[T]) find(s stream[T]) stream[T] {
	k := d.intn(100)
	match := func(v int) bool { return v >= k }
	all := filtered(s.want, match)
	return s.then(operators.Find(s.pub, d.test(match)), all[:min(1, len(all))], "Find(≥%d)", k)
}

// limit is not exceeded.
func (d *draw[T]) limit(s stream[T]) stream[T] {
	n := len(s.want) + d.intn(3)
	return s.then(operators.Limit(s.pub, int64(n)), s.want, "Limit(%d)", n)
}

func (d *draw[T]) ignoreElements(s stream[T]) stream[T] {
	return s.then(operators.IgnoreElements(s.pub), nil, "IgnoreElements").just()
}

func (d *draw[T]) defaultIfEmpty(s stream[T]) stream[T] {
	want := s.want
	if len(want) == 0 {
		want = []int{7}
	}
	return s.then(d.asNumbers(s, func(p flow.Publisher[int]) flow.Publisher[int] { return operators.DefaultIfEmpty(p, 7) }), want, "DefaultIfEmpty(7)")
}

func (d *draw[T]) switchIfEmpty(s stream[T]) stream[T] {
	other := d.numbers()
	want := s.want
	if len(want) == 0 {
		want = other
	}
	return s.then(operators.SwitchIfEmpty(s.pub, d.minted(sources.Slice(other))), want, "SwitchIfEmpty(%d)", len(other))
}

// errorIfEmpty is behind streams that are not empty.
func (d *draw[T]) errorIfEmpty(s stream[T]) stream[T] {
	if len(s.want) == 0 {
		return s
	}
	return s.then(operators.ErrorIfEmpty(s.pub, flow.ErrEmpty), s.want, "ErrorIfEmpty")
}

func (d *draw[T]) few() []int {
	few := make([]int, d.intn(4))
	for i := range few {
		few[i] = d.intn(100)
	}
	return few
}

func (d *draw[T]) startWith(s stream[T]) stream[T] {
	few := d.few()
	return s.then(d.asNumbers(s, func(p flow.Publisher[int]) flow.Publisher[int] { return operators.StartWith(p, few...) }),
		slices.Concat(few, s.want), "StartWith(%v)", few)
}

func (d *draw[T]) endWith(s stream[T]) stream[T] {
	few := d.few()
	return s.then(d.asNumbers(s, func(p flow.Publisher[int]) flow.Publisher[int] { return operators.EndWith(p, few...) }),
		slices.Concat(s.want, few), "EndWith(%v)", few)
}

// distinctNumbers remembers fewer than there are, or all.
func (d *draw[T]) distinctNumbers(s stream[T]) stream[T] {
	n := oneOf(d, 1, 3, 1000)
	var seen, want []int // seen last is last
	for _, v := range s.want {
		if i := slices.Index(seen, v); i >= 0 {
			seen = slices.Delete(seen, i, i+1)
		} else {
			want = append(want, v)
		}
		seen = append(seen, v)
		seen = seen[max(0, len(seen)-n):]
	}
	return s.then(d.asNumbers(s, func(p flow.Publisher[int]) flow.Publisher[int] { return operators.Distinct(p, n) }), want, "Distinct(%d)", n)
}

func (d *draw[T]) changedNumbers(s stream[T]) stream[T] {
	return s.then(d.asNumbers(s, func(p flow.Publisher[int]) flow.Publisher[int] { return operators.DistinctUntilChanged(p) }),
		slices.Compact(slices.Clone(s.want)), "DistinctUntilChanged")
}

// repeat draws a source that is subscribed several times.
func (d *draw[T]) repeat() stream[T] {
	want, times := d.numbers(), d.intn(4)
	d.elements += max(0, times-1) * len(want)
	return origin(operators.Repeat(d.minted(sources.Slice(want)), int64(times)), slices.Repeat(want, times), "Slice, Repeat")
}

// of draws a source of a few values, or of none, or one that fails, which is
// ignored.
func (d *draw[T]) of() stream[T] {
	few := d.few()
	if d.intn(2) == 0 {
		return origin(d.minted(sources.Of(few...)), few, "Of")
	}
	wait := time.Duration(0)
	if d.intn(2) == 0 {
		wait = d.pause()
	}
	failing := operators.Concat(sources.Of(few...), sources.Empty[int](), sources.Error[int](errSource))
	late := operators.DelaySubscription(failing, wait)
	return origin(d.minted(operators.OnErrorComplete(late, func(err error) bool { return errors.Is(err, errSource) })), few,
		"Of, which fails, OnErrorComplete")
}
