package scheduler

import "runtime"

// place says what goroutine an owner is.
type place uint8

const (
	placeUnknown place = iota
	placeOutside
	placeWorker // or a coroutine of one
)

// workerFrame is the name of the function at the bottom of a worker's stack,
// and coroutineFrame that of a coroutine, which some goroutine waits for.
const (
	workerFrame    = "github.com/weirgo/weir/scheduler.(*pool).work"
	coroutineFrame = "runtime.corostart"
)

// onWorker reports whether the calling goroutine, which is i's owner, is a
// worker of a pool, or may be a coroutine of one. Go keeps nothing by which a
// goroutine could be recognised but its stack. Where it is wrong about a
// coroutine, the pool has a worker too many for a while.
func (i *Island) onWorker() bool {
	o := i.owner
	if o.place == placeUnknown {
		o.place = placeOutside
		if bottomIs(workerFrame, coroutineFrame) {
			o.place = placeWorker
		}
	}
	return o.place == placeWorker
}

// bottomIs reports whether the calling goroutine began with one of the
// functions.
func bottomIs(names ...string) bool {
	const part = 64
	var pcs [part]uintptr
	n := runtime.Callers(1, pcs[:])
	for skip := 1; n == part; {
		skip += part - 4
		n = runtime.Callers(skip, pcs[:])
	}
	for _, pc := range pcs[max(0, n-4):n] {
		f := runtime.FuncForPC(pc - 1)
		for _, name := range names {
			if f != nil && f.Name() == name {
				return true
			}
		}
	}
	return false
}
