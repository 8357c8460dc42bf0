package scheduler

// Default returns the scheduler that gives each active island a goroutine. The
// island of a blocking sink runs on the sink's caller. An island that has
// nothing to do gives its goroutine back.
func Default() Scheduler { return goroutines{} }

type goroutines struct{}

// burst is how many passes an island runs before it looks at its release.
const burst = 1 << 30

func (goroutines) Go(i *Island) {
	if i.owner != nil {
		i.signal()
		return
	}
	i.run.acquire()
	go func() {
		defer i.run.release()
		i.live()
	}()
}

// live runs i until it has been released.
func (i *Island) live() {
	for {
		i.Run(burst)
		if !i.linger() && i.Release() {
			return
		}
	}
}

func (goroutines) Block(r *Run, fn func()) {
	r.acquire()
	go func() {
		defer r.release()
		fn()
	}()
}

func (goroutines) Await(i *Island) {
	for {
		if i.scheduled.Load() {
			i.Run(burst)
			if !i.Closed() && (i.linger() || !i.Release()) {
				continue
			}
		}
		if i.Closed() {
			return
		}
		i.idle()
		if i.Closed() {
			return
		}
		<-i.owner.wake
	}
}
