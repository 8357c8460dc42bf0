package flow_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
)

// message records what it is told.
type message struct{ told []flow.Reason }

func (m *message) Release(r flow.Reason) { m.told = append(m.told, r) }

// value has Release on itself.
type value struct{ to *message }

func (v value) Release(r flow.Reason) { v.to.Release(r) }

func TestReleaseFuncOfPlainTypesIsNil(t *testing.T) {
	require.Nil(t, flow.ReleaseFunc[int]())
	require.Nil(t, flow.ReleaseFunc[string]())
	require.Nil(t, flow.ReleaseFunc[[]byte]())
	require.Nil(t, flow.ReleaseFunc[*int]())
	require.Nil(t, flow.ReleaseFunc[struct{ m *message }](), "a field is nobody's element")
	require.Nil(t, flow.ReleaseFunc[map[string]*message]())
	require.Nil(t, flow.ReleaseFunc[func()]())
}

func TestReleaseFuncReleases(t *testing.T) {
	a, b := new(message), new(message)
	flow.ReleaseFunc[*message]()(a, flow.Filtered)
	flow.ReleaseFunc[value]()(value{a}, flow.Failed)
	flow.ReleaseFunc[flow.Releaser]()(a, flow.Merged)
	flow.ReleaseFunc[any]()(a, flow.Cancelled)
	flow.ReleaseFunc[error]()(nil, flow.Cancelled)
	flow.ReleaseFunc[any]()(17, flow.Cancelled)
	flow.ReleaseFunc[any]()(nil, flow.Cancelled)
	flow.ReleaseFunc[[]*message]()([]*message{a, b}, flow.Replaced)
	flow.ReleaseFunc[[2]value]()([2]value{{a}, {b}}, flow.AfterEnd)
	flow.ReleaseFunc[[]any]()([]any{a, 1, nil, b}, flow.DroppedOld)
	flow.ReleaseFunc[[]flow.Releaser]()([]flow.Releaser{a, nil}, flow.DroppedNew)
	flow.ReleaseFunc[[]*message]()(nil, flow.Filtered)
	require.Equal(t, []flow.Reason{
		flow.Filtered, flow.Failed, flow.Merged, flow.Cancelled, flow.Replaced, flow.AfterEnd, flow.DroppedOld, flow.DroppedNew,
	}, a.told)
	require.Equal(t, []flow.Reason{flow.Replaced, flow.AfterEnd, flow.DroppedOld}, b.told)
}

// TestReleaseFuncRefusesWhatItCouldNotRelease.
func TestReleaseFuncRefusesWhatItCouldNotRelease(t *testing.T) {
	require.PanicsWithValue(t, "flow: flow_test.message has Release only on its pointer; "+
		"use *flow_test.message as the element type", func() { flow.ReleaseFunc[message]() })
}

func TestReasonStrings(t *testing.T) {
	seen := map[string]bool{}
	for r := range flow.Reason(flow.ReasonsCount) {
		require.NotEmpty(t, r.String())
		require.False(t, seen[r.String()], r.String())
		seen[r.String()] = true
	}
	require.Equal(t, "dropped-oldest", flow.DroppedOld.String())
	require.Equal(t, "after-end", flow.AfterEnd.String())
	require.Equal(t, "reason(200)", flow.Reason(200).String())
}
