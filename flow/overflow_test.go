package flow_test

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
)

func TestOverflowStrings(t *testing.T) {
	for o, want := range map[flow.Overflow]string{
		0: "", flow.Block: "block", flow.DropOldest: "drop-oldest", flow.DropIncoming: "drop-incoming",
		flow.Latest: "latest", flow.Fail: "fail", flow.Fail + 1: "unknown", 255: "unknown",
	} {
		require.Equal(t, want, o.String())
	}
}

func TestErrorKindStrings(t *testing.T) {
	for k, want := range map[flow.ErrorKind]string{
		flow.UserError: "user", flow.PanicErrors: "panic", flow.TimeoutError: "timeout", flow.IOError: "io",
		flow.ProtocolError: "protocol", flow.OverflowError: "overflow",
	} {
		require.Equal(t, want, k.String())
	}
}

func TestStageError(t *testing.T) {
	err := error(&flow.StageError{Stage: "outer", Err: &flow.StageError{Stage: "inner", Err: fs.ErrNotExist}})
	require.Equal(t, "outer: inner: file does not exist", err.Error())
	require.ErrorIs(t, err, fs.ErrNotExist)
	var s *flow.StageError
	require.ErrorAs(t, err, &s)
	require.Equal(t, "outer", s.Stage)
}

func TestPanicError(t *testing.T) {
	cause := errors.New("cause")
	for _, test := range []struct {
		value any
		text  string
		is    error
	}{
		{cause, "s: panic: cause", cause},
		{"text", "s: panic: text", nil},
		{17, "s: panic: 17", nil},
		{[]int{1}, "s: panic: [1]", nil}, // not comparable
		{flow.ErrGoexit, "s: flow: runtime.Goexit was called", flow.ErrGoexit},
	} {
		err := flow.NewPanicError("s", test.value)
		require.Equal(t, test.text, err.Error())
		require.Contains(t, string(err.Stack), "TestPanicError")
		require.NotContains(t, err.Error(), "goroutine")
		if test.is != nil {
			require.ErrorIs(t, err, test.is)
		} else {
			require.NoError(t, errors.Unwrap(err))
		}
	}
}
