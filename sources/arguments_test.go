package sources_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestWrongArgumentsPanicAtAssembly: the text names package, function and
// value.
func TestWrongArgumentsPanicAtAssembly(t *testing.T) {
	fsys := fstest.MapFS{}
	for text, f := range map[string]func(){
		"sources.Chan: nil channel":                                     func() { sources.Chan[int](nil) },
		"sources.Error: nil error":                                      func() { sources.Error[int](nil) },
		"sources.Files: nil file system":                                func() { sources.Files(nil, ".") },
		`sources.Files: invalid path ""`:                                func() { sources.Files(fsys, "") },
		`sources.Files: invalid path "/etc"`:                            func() { sources.Files(fsys, "/etc") },
		`sources.Files: invalid path "../up"`:                           func() { sources.Files(fsys, "../up") },
		`sources.Files: invalid path "a/./b"`:                           func() { sources.Files(fsys, "a/./b") },
		`sources.Files: invalid path "a/"`:                              func() { sources.Files(fsys, "a/") },
		"sources.Func: nil function":                                    func() { sources.Func[int](nil) },
		"sources.Lines: nil reader":                                     func() { sources.Lines(nil) },
		"sources.Seq: nil iterator":                                     func() { sources.Seq[int](nil) },
		"sources.WithWalkError: nil function":                           func() { sources.WithWalkError(nil) },
		"sources.WithMaxLine: 0 bytes, must be at least 1":              func() { sources.WithMaxLine(0) },
		"sources.WithMaxLine: -1 bytes, must be at least 1":             func() { sources.WithMaxLine(-1) },
		"sources.Range: negative count -1":                              func() { sources.Range(5, -1) },
		"sources.Range: negative count -9223372036854775808":            func() { sources.Range(5, math.MinInt64) },
		"sources.Range: 2 integers from " + most + overflow:             func() { sources.Range(math.MaxInt64, 2) },
		"sources.Range: 3 integers from 9223372036854775806" + overflow: func() { sources.Range(math.MaxInt64-1, 3) },
		"sources.Range: " + most + " integers from 2" + overflow:        func() { sources.Range(2, math.MaxInt64) },
		"sources.Range: " + most + " integers from " + most + overflow: func() {
			sources.Range(math.MaxInt64, math.MaxInt64)
		},
	} {
		require.PanicsWithValue(t, text, f)
	}
}

const (
	most     = "9223372036854775807"
	overflow = " overflow int64"
)

// TestExtremeRanges: all but those that end with the largest integer, for
// which see found_test.go.
func TestExtremeRanges(t *testing.T) {
	for _, test := range []struct {
		start, count int64
		want         []int64 // the first three at most
	}{
		{0, 0, nil},
		{math.MaxInt64, 0, nil},
		{math.MinInt64, 0, nil},
		{math.MinInt64, 2, []int64{math.MinInt64, math.MinInt64 + 1}},
		{math.MinInt64, math.MaxInt64, []int64{math.MinInt64, math.MinInt64 + 1, math.MinInt64 + 2}},
		{math.MaxInt64 - 2, 2, []int64{math.MaxInt64 - 2, math.MaxInt64 - 1}},
		{0, math.MaxInt64, []int64{0, 1, 2}},
		{-1, math.MaxInt64, []int64{-1, 0, 1}},
		{-2, 3, []int64{-2, -1, 0}},
	} {
		got, err := sinks.Slice(t.Context(), operators.Take(sources.Range(test.start, test.count), 3))
		require.NoError(t, err)
		require.Equal(t, test.want, got, "Range(%d, %d)", test.start, test.count)
	}
}

// TestLegalArguments: what looks odd and is allowed.
func TestLegalArguments(t *testing.T) {
	ctx := t.Context()
	none, err := sinks.Slice(ctx, sources.Of[string]())
	require.NoError(t, err)
	require.Empty(t, none)
	none, err = sinks.Slice(ctx, sources.Slice[string](nil))
	require.NoError(t, err)
	require.Empty(t, none)
	none, err = sinks.Slice(ctx, sources.Lines(strings.NewReader(""), sources.WithMaxLine(1)))
	require.NoError(t, err)
	require.Empty(t, none)
	one, err := sinks.Slice(ctx, sources.Files(fstest.MapFS{"f": {}}, "f"))
	require.NoError(t, err)
	require.Equal(t, []string{"f"}, one, "the root may be a file")
}

// TestAssemblyDoesNothing: no function is called before Subscribe.
func TestAssemblyDoesNothing(t *testing.T) {
	sources.Seq(func(func(int) bool) { t.Error("called") })
	sources.Func(func(context.Context, func(int) bool) error { t.Error("called"); return nil })
	sources.Lines(failing{})
	sources.Files(fstest.MapFS{}, "missing")
}
