package graphs

import (
	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
)

// rateRows are the forms of Throttle.
func rateRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{
		{"ThrottleWith", unknown, (*draw[T]).throttleWith},
		{"ThrottleKeyed", unknown, (*draw[T]).throttleKeyed},
	}
}

// rate draws a rate, and a cost that may panic.
func (d *draw[T]) rate() operators.ThrottleConfig[T] {
	cfg := operators.ThrottleConfig[T]{N: 1 + d.intn(20), Per: d.pause(), Burst: d.intn(20), Strategy: flow.DropIncoming}
	if d.intn(2) == 0 {
		call := d.function()
		cfg.Cost = func(e T) int64 {
			if err := call(); err != nil {
				panic(err)
			}
			return int64(d.look(e) % 5)
		}
	}
	return cfg
}

func (d *draw[T]) throttleWith(s stream[T]) stream[T] {
	cfg := d.rate()
	if d.intn(2) == 0 {
		cfg.Strategy = flow.Block
	}
	out := s.then(operators.ThrottleWith(s.pub, cfg), s.want, "ThrottleWith(%d in %v, burst %d, %v)", cfg.N, cfg.Per, cfg.Burst, cfg.Strategy)
	if cfg.Strategy != flow.Block {
		return out.atLeast(lossy)
	}
	return out
}

func (d *draw[T]) throttleKeyed(s stream[T]) stream[T] {
	cfg, keys, most := d.rate(), 1+d.intn(9), 1+d.intn(9)
	key := d.key(func(v int) int { return v % keys })
	return s.then(operators.ThrottleKeyed(s.pub, most, key, cfg), s.want,
		"ThrottleKeyed(%d of %d, %d in %v, burst %d)", most, keys, cfg.N, cfg.Per, cfg.Burst).atLeast(lossy)
}
