package exported_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/internal/exported"
)

func TestFunctions(t *testing.T) {
	all, err := exported.Functions("../..")
	require.NoError(t, err)
	found := map[string]bool{}
	for _, f := range all {
		found[f.Name()] = true
	}
	for _, name := range []string{"sources.Of", "sources.NewHub", "operators.Map", "operators.RetryCall", "sinks.Slice"} {
		require.True(t, found[name], name)
	}
	for _, name := range []string{"operators.WithName", "operators.Unordered", "sources.WithClose", "operators.init"} {
		require.False(t, found[name], "%s is an option", name)
	}
	_, err = exported.Functions(t.TempDir())
	require.Error(t, err)
}
