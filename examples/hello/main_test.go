package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Example runs the program.
func Example() {
	main()
	// Output: map[be:2 not:1 or:1 to:2] <nil>
}

// TestREADME: the program in the README is this one.
func TestREADME(t *testing.T) {
	source, err := os.ReadFile("main.go")
	require.NoError(t, err)
	_, body, ok := strings.Cut(string(source), "func main() {\n")
	require.True(t, ok)
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	require.Contains(t, string(readme), "func main() {\n"+body)
}
