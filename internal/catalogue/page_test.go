package catalogue

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the page and its pictures")

const (
	docs     = "../../docs"
	pictures = "operators"
)

// TestPage compares docs/operators.md and the pictures with what they should
// be, or writes them.
func TestPage(t *testing.T) {
	api := readAPI(t)
	want := map[string][]byte{}
	for _, e := range entries {
		if e.picture.run != nil {
			want[filepath.Join(pictures, e.file())] = []byte(e.picture.draw(t))
		}
	}
	want["operators.md"] = page(t, api)
	if *update {
		require.NoError(t, os.RemoveAll(filepath.Join(docs, pictures)))
		require.NoError(t, os.MkdirAll(filepath.Join(docs, pictures), 0o755))
		for name, content := range want {
			require.NoError(t, os.WriteFile(filepath.Join(docs, name), content, 0o644))
		}
		return
	}
	for name, content := range want {
		got, err := os.ReadFile(filepath.Join(docs, name))
		require.NoError(t, err, "run go test ./internal/catalogue -update")
		require.True(t, bytes.Equal(content, got), "%s is stale: run go test ./internal/catalogue -update, and look at it", name)
	}
	files, err := os.ReadDir(filepath.Join(docs, pictures))
	require.NoError(t, err)
	for _, f := range files {
		require.Contains(t, want, filepath.Join(pictures, f.Name()), "a picture of nothing")
	}
}

// TestEntries: each exported function has one entry, and each operator a
// picture.
func TestEntries(t *testing.T) {
	api := readAPI(t)
	seen := map[string]bool{}
	for _, e := range entries {
		require.Contains(t, api, e.name, "an entry of nothing")
		require.False(t, seen[e.name], "%s has two entries", e.name)
		seen[e.name] = true
		if strings.HasPrefix(e.name, "operators.") {
			require.True(t, e.picture.run != nil || e.noPicture != "", "%s has no picture", e.name)
		}
		require.Contains(t, families, e.family, e.name)
		require.NotEmpty(t, e.intent, e.name)
	}
	for name := range api {
		require.True(t, seen[name], "%s has no entry in the catalogue", name)
	}
}

func page(t *testing.T, api map[string]function) []byte {
	var b bytes.Buffer
	b.WriteString(`# Operators, sources and sinks

This page is made from the doc comments by ` + "`go test ./internal/catalogue -update`" + `; change those. The pictures show a run of each operator in virtual time: a step to the right is a millisecond, a bar is completion, a cross is an error.

Common to all: nothing is emitted without demand, except the end. A sink's context ends everything. Errors of functions come as ` + "`flow.StageError`" + `, panics as ` + "`flow.PanicError`" + `, after the elements before them.

## Which one do I need?

`)
	for _, f := range families {
		fmt.Fprintf(&b, "**%s**\n\n| I want to … | |\n|---|---|\n", f)
		for _, e := range entries {
			if e.family == f {
				fmt.Fprintf(&b, "| %s | [`%s`](#%s) |\n", e.intent, e.name, e.anchor())
			}
		}
		b.WriteString("\n")
	}
	for _, f := range families {
		fmt.Fprintf(&b, "## %s\n\n", f)
		all := slices.Clone(entries)
		all = slices.DeleteFunc(all, func(e entry) bool { return e.family != f })
		slices.SortFunc(all, func(a, b entry) int { return strings.Compare(a.name, b.name) })
		for _, e := range all {
			e.write(&b, api[e.name])
		}
	}
	writeCoverage(&b)
	return b.Bytes()
}

// write writes the section of an entry.
func (e entry) write(b *bytes.Buffer, f function) {
	fmt.Fprintf(b, "### %s\n\n```go\n%s\n```\n\n", e.name, f.signature)
	for _, p := range f.text {
		fmt.Fprintf(b, "%s\n\n", p)
	}
	if e.picture.run != nil {
		fmt.Fprintf(b, "![%s](%s/%s)\n\n", e.picture.title, pictures, e.file())
	}
	for _, c := range f.contract {
		fmt.Fprintf(b, "- **%s**: %s\n", c.label, c.text)
	}
	if len(f.contract) > 0 {
		b.WriteString("\n")
	}
	var others []string
	for i, lib := range []string{"RxJava", "Reactor", "Pekko", "ro"} {
		if e.peers[i] != "" {
			others = append(others, fmt.Sprintf("%s `%s`", lib, e.peers[i]))
		}
	}
	if len(others) > 0 {
		fmt.Fprintf(b, "Elsewhere: %s.\n\n", strings.Join(others, ", "))
	}
}
