package conformance

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	update = flag.Bool("update", false, "run the protocol and law tests, and write the record and the page")
	words  = flag.Bool("page", false, "write the page of the record that there is")
)

const (
	page  = "../../docs/conformance.md"
	again = "run go test ./internal/conformance -update -timeout 30m"
)

// TestPage compares the page with the record, or writes both.
func TestPage(t *testing.T) {
	src := readSource(t)
	if *update {
		writeRecord(t, runTests(t, src.api))
	}
	if *update || *words {
		require.NoError(t, os.WriteFile(page, write(t, src, readRecord(t)), 0o644))
	}
	got, err := os.ReadFile(page)
	require.NoError(t, err, again)
	require.True(t, bytes.Equal(write(t, src, readRecord(t)), got), "docs/conformance.md is stale: %s", again)
}

// TestRecord compares the record with the tables in the sources: whether it has
// each function, row, rule, law and exemption, and none that is gone.
func TestRecord(t *testing.T) {
	src, rows := readSource(t), readRecord(t)
	require.NotEmpty(t, src.laws)
	functions, rules, reasons, names := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, r := range rows {
		require.True(t, src.api[r.Of], "the record has %s, which is gone: %s", r.Of, again)
		functions[r.Of] = true
		pkg, test, _ := strings.Cut(r.Test, ".Test")
		kit := "Protocol"
		if strings.HasPrefix(test, "Laws") {
			kit = "Laws"
		}
		names[pkg+"."+kit+"/"+r.Name] = true
		for _, rule := range r.Passed {
			rules[rule] = true
		}
		for law, why := range r.Exempt {
			reasons[strings.TrimPrefix(law, "L.")+": "+why] = true
		}
	}
	for name := range src.api {
		require.True(t, functions[name] || withoutRow[name] != "", "%s is not in the record: %s", name, again)
		require.False(t, functions[name] && withoutRow[name] != "", "%s is in the record: take it out of withoutRow", name)
	}
	for id := range src.rules {
		require.True(t, rules[id] || slices.Contains(subscriberRules, id), "rule %s is not in the record: %s", id, again)
	}
	for id := range src.laws {
		require.True(t, rules[id], "law %s is not in the record: %s", id, again)
	}
	for id := range rules {
		require.True(t, src.rules[id] != nil || src.laws[id] != "", "rule %s is gone: %s", id, again)
	}
	require.Equal(t, src.reasons, reasons, "exemptions: %s", again)
	for row := range src.rows {
		kit, name, _ := strings.Cut(row, "/")
		pkg, _, _ := strings.Cut(kit, ".")
		word, _, _ := strings.Cut(name, " ")
		if src.api[pkg+"."+strings.TrimRight(word, ",")] {
			require.True(t, held(names, row) || withoutRow[pkg+"."+word] != "", "row %s is not in the record: %s", row, again)
		}
	}
}

// held reports whether a row has that name, or a name that is made of it.
func held(names map[string]bool, row string) bool {
	for name := range names {
		if name == row || strings.HasPrefix(name, row+" ") {
			return true
		}
	}
	return false
}
