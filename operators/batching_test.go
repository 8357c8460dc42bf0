package operators_test

import (
	"context"
	"fmt"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// batchSize is how many elements may go through a stage together: what a
// function that suddenly turns slow delays.
const batchSize = 256

// works are operators whose function works on each element before it is
// handed on.
var works = map[string]func(src publisher, work func(v int)) publisher{
	"Map": func(src publisher, work func(int)) publisher {
		return operators.Map(src, func(v int) int { work(v); return v })
	},
	"TryMap": func(src publisher, work func(int)) publisher {
		return operators.TryMap(src, func(_ context.Context, v int) (int, error) { work(v); return v, nil })
	},
	"Filter": func(src publisher, work func(int)) publisher {
		return operators.Filter(src, func(v int) bool { work(v); return true })
	},
	"FlatMapSlice": func(src publisher, work func(int)) publisher {
		return operators.FlatMapSlice(src, func(v int) []int { work(v); return []int{v} })
	},
	"Scan": func(src publisher, work func(int)) publisher {
		return operators.Scan(src, 0, func(_, v int) int { work(v); return v })
	},
	"TakeWhile": func(src publisher, work func(int)) publisher {
		return operators.TakeWhile(src, func(v int) bool { work(v); return true })
	},
	"DistinctUntilChangedBy": func(src publisher, work func(int)) publisher {
		return operators.DistinctUntilChangedBy(src, func(v int) int { work(v); return v })
	},
	"Through": func(src publisher, work func(int)) publisher {
		return operators.Through(src, func(in iter.Seq[int]) iter.Seq[int] {
			return func(yield func(int) bool) {
				for v := range in {
					if work(v); !yield(v) {
						return
					}
				}
			}
		})
	},
}

// places are where the slow stage stands.
var places = map[string]func(src flow.Publisher[int], work func(publisher) publisher) publisher{
	"in a chain": func(src publisher, work func(publisher) publisher) publisher { return work(src) },
	"between others": func(src publisher, work func(publisher) publisher) publisher {
		return operators.Map(work(operators.Filter(src, func(int) bool { return true })), func(v int) int { return v })
	},
	"above an Async": func(src publisher, work func(publisher) publisher) publisher {
		return operators.Async(work(src), 64)
	},
	"below an Async": func(src publisher, work func(publisher) publisher) publisher {
		return work(operators.Async(src, 64))
	},
	"in a Merge": func(src publisher, work func(publisher) publisher) publisher {
		return operators.Merge(64, work(src))
	},
}

// forAllWorks runs f for every operator in every place. The seeded scheduler
// is not among those that it runs on: it chooses the size of batches itself.
func forAllWorks(t *testing.T, f func(t *testing.T, ctx context.Context, through func(src publisher, work func(int)) publisher)) {
	for name, op := range works {
		for where, place := range places {
			for _, on := range []string{"default", "inline"} {
				if where == "above an Async" && on == "inline" {
					continue // an island has 16 passes, of whatever length, until another one runs
				}
				t.Run(fmt.Sprintf("%s %s on %s", name, where, on), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						f(t, scheduler.With(t.Context(), schedulers[on]()), func(src publisher, work func(int)) publisher {
							return place(src, func(p publisher) publisher { return op(p, work) })
						})
					})
				})
			}
		}
	}
}

func integers(n int) publisher {
	return operators.Map(sources.Range(0, int64(n)), func(v int64) int { return int(v) })
}

// TestBatchingIsNotFelt: behind a function that takes 1 ms an element reaches
// the sink when its own work is done, and does not wait for others.
func TestBatchingIsNotFelt(t *testing.T) {
	forAllWorks(t, func(t *testing.T, ctx context.Context, through func(publisher, func(int)) publisher) {
		const n = 100
		var began [n]time.Time
		seen := 0
		err := sinks.ForEach(ctx, through(integers(n), func(v int) {
			began[v] = time.Now()
			time.Sleep(ms)
		}), func(_ context.Context, v int) error {
			require.Equal(t, seen, v)
			require.LessOrEqual(t, time.Since(began[v]), ms+ms/2, "element %d", v)
			seen++
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, n, seen)
	})
}

// TestBatchingOfWhatTurnsSlow: a function that has been fast, and then takes 1
// ms, delays the one batch that was on its way. In virtual time a fast function
// takes no time at all, so that this batch is as large as they get.
func TestBatchingOfWhatTurnsSlow(t *testing.T) {
	forAllWorks(t, func(t *testing.T, ctx context.Context, through func(publisher, func(int)) publisher) {
		const fast, n = 1000, 1000 + batchSize + 100
		var began [n]time.Time
		seen, late := 0, 0
		first, last := n, 0 // of those that were late
		err := sinks.ForEach(ctx, through(integers(n), func(v int) {
			if began[v] = time.Now(); v >= fast {
				time.Sleep(ms)
			}
		}), func(_ context.Context, v int) error {
			seen++
			if time.Since(began[v]) > ms+ms/2 {
				first, last = min(first, v), max(last, v)
				late++
			}
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, n, seen)
		require.LessOrEqual(t, late, batchSize)
		if late > 0 {
			require.Less(t, last, fast+batchSize)
			require.LessOrEqual(t, last-first, batchSize, "more than one batch")
		}
	})
}

// TestBatchingThatSpeedsUpAgain: after a slow part, elements are handed on in
// batches again.
func TestBatchingThatSpeedsUpAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sizes []int
		src := operators.Map(integers(2000), func(v int) int {
			if v < 10 {
				time.Sleep(ms)
			}
			return v
		})
		src.Subscribe(t.Context(), &sizing{sizes: &sizes})
		synctest.Wait()
		time.Sleep(time.Second)
		synctest.Wait()
		for _, n := range sizes[:10] {
			require.Equal(t, 1, n)
		}
		require.Contains(t, sizes, batchSize)
	})
}

// sizing notes the sizes of the batches that it gets.
type sizing struct{ sizes *[]int }

func (*sizing) OnSubscribe(sub flow.Subscription) { sub.Request(flow.Unbounded) }
func (s *sizing) OnNext(int)                      { *s.sizes = append(*s.sizes, 1) }
func (s *sizing) OnNextBatch(vs []int)            { *s.sizes = append(*s.sizes, len(vs)) }
func (*sizing) OnError(error)                     {}
func (*sizing) OnComplete()                       {}

// TestBatchingOfSourcesThatRead: an element of a source that waits for the
// outside is handed on when it is there.
func TestBatchingOfSourcesThatRead(t *testing.T) {
	slow := func(yield func(int) bool) {
		for v := range 100 {
			if time.Sleep(ms); !yield(v) {
				return
			}
		}
	}
	for name, open := range map[string]func() publisher{
		"Seq": func() publisher { return sources.Seq(slow) },
		"Func": func() publisher {
			return sources.Func(func(_ context.Context, emit func(int) bool) error { slow(emit); return nil })
		},
		"Chan": func() publisher {
			c := make(chan int, 100)
			go func() {
				defer close(c)
				slow(func(v int) bool { c <- v; return true })
			}()
			return sources.Chan(c)
		},
	} {
		for _, on := range []string{"default", "inline"} {
			t.Run(name+" on "+on, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					start := time.Now()
					src := operators.Map(open(), func(v int) int { return v })
					if on == "default" {
						src = operators.Async(src, 64)
					}
					err := sinks.ForEach(scheduler.With(t.Context(), schedulers[on]()), src,
						func(_ context.Context, v int) error {
							require.Equal(t, time.Duration(v+1)*ms, time.Since(start))
							return nil
						})
					require.NoError(t, err)
				})
			})
		}
	}
}
