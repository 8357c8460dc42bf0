package operators_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

type tokenGroup = operators.Group[int, *token]

// groupReaders are what becomes of groups of tokens.
var groupReaders = map[string]func(groups flow.Publisher[tokenGroup]) tokens{
	"all are read": func(groups flow.Publisher[tokenGroup]) tokens {
		return operators.FlatMap(groups, 5, func(g tokenGroup) tokens { return g })
	},
	"behind boundaries": func(groups flow.Publisher[tokenGroup]) tokens {
		return operators.FlatMap(operators.Async(groups, 2), 5, func(g tokenGroup) tokens { return operators.Async(g, 3) })
	},
	"some are left early": func(groups flow.Publisher[tokenGroup]) tokens {
		return operators.FlatMap(groups, 5, func(g tokenGroup) tokens { return operators.Take(operators.Async(g, 3), int64(1+g.Key)) })
	},
	"some are let go": func(groups flow.Publisher[tokenGroup]) tokens {
		return operators.FlatMap(operators.Filter(groups, func(g tokenGroup) bool { return g.Key%2 == 0 }), 5, func(g tokenGroup) tokens { return g })
	},
	"some are ignored": func(groups flow.Publisher[tokenGroup]) tokens {
		return operators.FlatMap(groups, 5, func(g tokenGroup) tokens {
			if g.Key%2 == 0 {
				return sources.Empty[*token]()
			}
			return g
		})
	},
	"few are taken": func(groups flow.Publisher[tokenGroup]) tokens {
		return operators.FlatMap(operators.Async(operators.Take(groups, 3), 2), 5, func(g tokenGroup) tokens { return g })
	},
}

// TestGroupByReleases: each token is consumed or released once, however the
// stream ends and whatever becomes of the groups.
func TestGroupByReleases(t *testing.T) {
	for name, read := range groupReaders {
		for _, end := range tokenEnds {
			t.Run(name+" "+end, func(t *testing.T) {
				t.Parallel()
				for on, s := range schedulers {
					for _, at := range positions {
						r := &tokenRun{at: at, end: end}
						r.ctx, r.cancel = context.WithCancelCause(scheduler.With(t.Context(), s()))
						// Groups that nobody reads must hold all that they get.
						groups := operators.GroupBy(operators.Map(tokenSources["Seq"](&r.m), r.use), 5, lawSize, func(tok *token) int { return tok.n % 5 })
						err := r.sink(read(groups))
						r.cancel(nil)
						if err != nil {
							require.ErrorIs(t, err, errStop)
						}
						r.m.require(t, fmt.Sprintf("on %s, end at %d", on, at))
					}
				}
			})
		}
	}
}

// TestGroupByReleasesWhenItFails, because of too many groups or because its
// function panics.
func TestGroupByReleasesWhenItFails(t *testing.T) {
	for name, read := range groupReaders {
		for on, s := range schedulers {
			for _, at := range positions {
				for _, panics := range []bool{false, true} {
					r := &tokenRun{at: lawSize}
					r.ctx, r.cancel = context.WithCancelCause(scheduler.With(t.Context(), s()))
					groups := operators.GroupBy(operators.Map(tokenSources["Seq"](&r.m), r.use), 5, lawSize, func(tok *token) int {
						switch {
						case tok.n < at:
							return tok.n % 5
						case panics:
							panic(errStop)
						}
						return tok.n
					})
					err := r.sink(read(groups))
					r.cancel(nil)
					if err != nil && !errors.Is(err, flow.ErrTooManyGroups) {
						require.ErrorIs(t, err, errStop)
					}
					r.m.require(t, fmt.Sprintf("%s on %s, at %d", name, on, at))
				}
			}
		}
	}
}

// TestGroupByReleasesAtTheEndOfTheGraph what nobody has subscribed to until
// then.
func TestGroupByReleasesAtTheEndOfTheGraph(t *testing.T) {
	for on, s := range schedulers {
		var m mint
		var late []tokenGroup
		g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.On(s()))
		src := operators.Map(sources.Range(0, 30), func(n int64) *token { return m.token(int(n)) })
		g.Go(func() (err error) {
			late, err = sinks.Slice(ctx, operators.GroupBy(src, 3, 10, func(tok *token) int { return tok.n % 3 }))
			if err != nil {
				return err
			}
			require.Len(t, late, 3)
			require.Zero(t, m.all[0].released.Load(), "the graph has not ended")
			return sinks.ForEach(ctx, late[1], func(_ context.Context, tok *token) error { tok.consumed.Add(1); return nil })
		})
		require.NoError(t, g.Wait())
		m.require(t, on)
		require.EqualValues(t, 1, m.all[1].consumed.Load())
		require.EqualValues(t, 1, m.all[2].released.Load())
		require.ErrorIs(t, sinks.Discard(t.Context(), late[0]), flow.ErrGroupReleased)
	}
}

// TestGroupBySumCloses for the stage and for its groups.
func TestGroupBySumCloses(t *testing.T) {
	for name, read := range groupReaders {
		for on, s := range schedulers {
			for _, n := range []int64{5, 333, 1 << 20} {
				var m mint
				o := &stageStats{all: map[string]*flow.Stats{}}
				src := operators.Map(sources.Range(0, lawSize), func(n int64) *token { return m.token(int(n)) })
				groups := operators.GroupBy(src, 5, lawSize, func(tok *token) int { return tok.n % 5 }, operators.WithName("it"))
				err := sinks.Discard(flow.WithObserver(scheduler.With(t.Context(), s()), o), operators.Take(read(groups), n))
				require.NoError(t, err, name)
				o.requireClosed(t, "it")
				seen := 0
				for stage := range o.all {
					if strings.Contains(stage, "group#") {
						o.requireClosed(t, stage)
						seen++
					}
				}
				require.Positive(t, seen)
				m.require(t, name+" "+on)
			}
		}
	}
}

// TestGoexitBelowAGroup that is read on the island which feeds it: the elements
// behind the one from which the reader does not return are let go once, and the
// stream fails with the reader's error.
func TestGoexitBelowAGroup(t *testing.T) {
	for on, s := range schedulers {
		for _, k := range []int{0, 1, 5, 40, 300} {
			synctest.Test(t, func(t *testing.T) {
				var m mint
				groups := operators.GroupBy(tokenSources["Seq"](&m), 5, 4, func(tok *token) int { return tok.n % 5 })
				src := operators.FlatMap(groups, 5, func(g tokenGroup) tokens {
					return operators.Map(g.Publisher, func(tok *token) *token {
						if tok.n == k {
							tok.consumed.Add(1)
							runtime.Goexit()
						}
						return tok
					}, operators.WithName("reader"))
				})
				var all sync.WaitGroup
				var err error
				all.Go(func() {
					_, err = sinks.Fold(scheduler.With(t.Context(), s()), src, 0, func(n int, tok *token) int {
						tok.consumed.Add(1)
						return n + 1
					})
				})
				all.Wait()
				synctest.Wait()
				if err != nil { // else it was the sink's goroutine that ended
					require.ErrorIs(t, err, flow.ErrGoexit, "%s at %d", on, k)
					require.ErrorContains(t, err, "reader", "%s at %d", on, k)
				}
				m.require(t, fmt.Sprint(on, " at ", k))
			})
		}
	}
}
