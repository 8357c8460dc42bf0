package operators_test

import (
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func goOn(vs ...int) func(error) (publisher, error) {
	return func(error) (publisher, error) { return sources.Of(vs...), nil }
}

func TestResumeGoesOn(t *testing.T) {
	for on, s := range schedulers {
		for how, src := range map[string]func(publisher) publisher{
			"native":  func(p publisher) publisher { return p },
			"async":   func(p publisher) publisher { return operators.Async(p, 3) },
			"foreign": func(p publisher) publisher { return foreign{p} },
		} {
			for _, k := range []int{0, 1, 7, 256, 300} {
				for _, prefetch := range []int{1, 2, 7, 1000} {
					resumed := operators.Resume(src(failing(k, errStop)), func(err error) (publisher, error) {
						require.Equal(t, errStop, err)
						return src(sources.Of(k, k+1)), nil
					})
					var got []int
					for v, err := range sinks.Seq(scheduler.With(t.Context(), s()), resumed, sinks.WithPrefetch(prefetch)) {
						require.NoError(t, err)
						got = append(got, v)
					}
					require.Equal(t, numbersTo(k+2), got, "%s on %s, %d elements, prefetch %d", how, on, k, prefetch)
				}
			}
		}
	}
}

func TestResumeOfWhatDoesNotFail(t *testing.T) {
	got, err := sinks.Slice(t.Context(), operators.Resume(sources.Of(1, 2), goOn(9)))
	require.NoError(t, err)
	require.Equal(t, []int{1, 2}, got)
}

// TestResumeCarriesDemandOver to the fallback, exactly.
func TestResumeCarriesDemandOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up, fallback := flowtest.NewManual[int](t), flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Resume(up, func(error) (publisher, error) { return fallback, nil }))
		p.Request(4)
		up.Next(1)
		up.Error(errStop)
		synctest.Wait()
		require.EqualValues(t, 3, fallback.Requested())
		fallback.Next(2)
		fallback.Error(errOther)
		p.ExpectNext(1, 2)
		require.Equal(t, errOther, p.ExpectError(errOther), "the fallback's error ends the stream as it is")
		require.Equal(t, 1, up.Subscribed())
		require.Equal(t, 1, fallback.Subscribed())
	})
}

// TestResumeThatFails names the stage, and loses neither error.
func TestResumeThatFails(t *testing.T) {
	fail := func(f func(error) (publisher, error)) error {
		_, err := sinks.Slice(t.Context(), operators.Resume(failing(1, errStop), f, operators.WithName("it")))
		return err
	}
	require.EqualError(t, fail(func(error) (publisher, error) { return sources.Of(1), errOther }), "it: other")
	require.EqualError(t, fail(func(error) (publisher, error) { return nil, nil }), "it: nil Publisher\nstop") //nolint:nilnil // on purpose
	err := fail(func(error) (publisher, error) { panic(errOther) })
	require.ErrorIs(t, err, errStop)
	require.ErrorIs(t, err, errOther)
	var p *flow.PanicError
	require.ErrorAs(t, err, &p)
	require.Equal(t, "it", p.Stage)
	verifyGoexit(t, operators.Resume(failing(3, errStop), func(error) (publisher, error) { runtime.Goexit(); return sources.Of(1), nil }), 3)
}

func TestResumeDescription(t *testing.T) {
	require.Equal(t, flow.UnknownCapacity, flow.Describe(operators.Resume(sources.Of(1), goOn(1))).MaxElements)
	require.Zero(t, flow.Describe(operators.Retry(sources.Of(1), 1)).MaxElements)
}
