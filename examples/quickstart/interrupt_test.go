//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// TestInterruptPrintsTheResultSoFar: in the middle of the run, a file is not
// read until the signal has arrived. The walk is then far from its end.
func TestInterruptPrintsTheResultSoFar(t *testing.T) {
	const files = 2000
	tree := fstest.MapFS{}
	for i := range files {
		tree[fmt.Sprintf("f%04d.go", i)] = &fstest.MapFile{Data: []byte("word\n")}
	}
	stderr := awaiting("stopping: ")
	open := func(string) fs.FS {
		return hooked{tree, func(name string) error {
			if name == "f0100.go" {
				if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
					return err
				}
				<-stderr.seen
			}
			return nil
		}}
	}
	var stdout bytes.Buffer
	require.Zero(t, runOn(t.Context(), open, []string{"-dir", t.TempDir(), "-addr", "127.0.0.1:0"}, &stdout, stderr), stderr)
	var n int
	var word string
	_, err := fmt.Sscanln(stdout.String(), &n, &word)
	require.NoError(t, err)
	require.Equal(t, "word", word)
	require.Greater(t, n, 50)
	require.Less(t, n, files)
	require.Contains(t, stderr.String(), fmt.Sprintf("%d identifiers, 1 different", n))
}
