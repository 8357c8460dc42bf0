package flowtest

import (
	"testing/synctest"

	"github.com/weirgo/weir/scheduler"
)

// LawScheduler is a scheduler under which [VerifyLaws] runs an operator.
type LawScheduler struct {
	Name string
	// New returns a scheduler for one run. It is called inside a bubble of
	// testing/synctest. seed is a different one for each run, and the same
	// whenever the test is repeated.
	New func(seed uint64) scheduler.Scheduler
}

// LawSchedulers returns the schedulers that [VerifyLaws] uses unless its config
// names others.
func LawSchedulers() []LawScheduler {
	return []LawScheduler{
		{"default", func(uint64) scheduler.Scheduler { return scheduler.Default() }},
		{"pool", func(uint64) scheduler.Scheduler { return scheduler.NewPool(2) }},
		{"inline", func(uint64) scheduler.Scheduler { return scheduler.Inline() }},
		{"seeded", seeded},
		{"seeded again", func(seed uint64) scheduler.Scheduler { return seeded(seed + 1<<32) }},
	}
}

func seeded(seed uint64) scheduler.Scheduler {
	return scheduler.NewSeeded(seed, scheduler.Quiesce(synctest.Wait))
}
