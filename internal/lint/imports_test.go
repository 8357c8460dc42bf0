package lint

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// imports is what the non-test files of a package may import besides the
// standard library.
type imports struct {
	ours   []string // packages of this module
	theirs []string // other modules
}

var kit = []string{"flow", "scheduler", "internal/..."}

// mayImport is a statement of policy. Do not relax it to make a build pass:
// record the decision first. "x/..." stands for x and everything below it.
var mayImport = map[string]imports{
	"flow":                 {},
	"flow/flowtest":        {ours: []string{"flow", "scheduler"}},
	"internal/demand":      {},
	"internal/catalogue":   {},
	"internal/conformance": {},
	"internal/exported":    {},
	"internal/graphs":      {},
	"internal/ring":        {},
	"internal/lint":        {},
	"internal/stage":       {ours: kit},
	"scheduler":            {ours: []string{"flow", "internal/demand", "internal/ring"}},
	"sources":              {ours: kit},
	"operators":            {ours: kit},
	"sinks":                {ours: kit},
	"metrics":              {ours: []string{"flow"}, theirs: []string{"github.com/prometheus/client_golang"}},
	"rxbridge":             {ours: []string{"flow", "sinks", "sources"}, theirs: []string{"github.com/reactivex/rxgo/v2"}}, // a module of its own
	"examples/...":         {ours: []string{"..."}, theirs: []string{"..."}},
}

// testsMayImport is what test files may import besides what their package may.
var testsMayImport = imports{
	ours:   []string{"..."},
	theirs: []string{"github.com/stretchr/testify", "go.uber.org/goleak"},
}

// planned are entries of mayImport that need not exist yet. It only shrinks.
var planned = []string{"flow/flowtest", "metrics", "examples/..."}

func TestImports(t *testing.T) { check(t, importsRule(mayImport, planned...)) }

func importsRule(policy map[string]imports, planned ...string) rule {
	return func(files []*file) []string {
		var out []string
		used := map[string]bool{}
		unknown := map[string]bool{}
		for _, f := range files {
			if !f.isGo() || f.in("benchmarks") { // benchmarks is a module of its own
				continue
			}
			entry, ok := lookUp(policy, f.dir)
			if !ok {
				unknown[f.dir] = true
				continue
			}
			used[entry] = true
			out = append(out, importFindings(f, policy[entry])...)
		}
		for _, dir := range slices.Sorted(maps.Keys(unknown)) {
			out = append(out, fmt.Sprintf("package %s is not in mayImport: say there what it may import", dir))
		}
		for _, entry := range slices.Sorted(maps.Keys(policy)) {
			if !used[entry] && !slices.Contains(planned, entry) {
				out = append(out, fmt.Sprintf("mayImport lists %s, which does not exist: delete the entry", entry))
			}
		}
		return out
	}
}

func importFindings(f *file, may imports) (out []string) {
	if f.isTest() {
		may = imports{
			ours:   slices.Concat(may.ours, testsMayImport.ours),
			theirs: slices.Concat(may.theirs, testsMayImport.theirs),
		}
	}
	for _, spec := range f.syntax.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the compiler says so
		}
		own, isOurs := strings.CutPrefix(name, module+"/")
		first, _, _ := strings.Cut(name, "/")
		switch {
		case isOurs && !matches(may.ours, own):
			out = append(out, f.finding(spec, "%s must not import %s: move what both need to internal/, "+
				"or pass it in as a function or interface", f.dir, own))
		case !isOurs && strings.Contains(first, ".") && !matches(below(may.theirs), name):
			out = append(out, f.finding(spec, "%s must not import %s: use the standard library, "+
				"or give the adapter a package of its own", f.dir, name))
		}
	}
	return out
}

// lookUp finds the entry for dir: its own, or the longest "x/..." above it.
func lookUp(policy map[string]imports, dir string) (entry string, ok bool) {
	if _, ok := policy[dir]; ok {
		return dir, true
	}
	for pattern := range policy {
		if strings.HasSuffix(pattern, "/...") && matches([]string{pattern}, dir) && len(pattern) > len(entry) {
			entry, ok = pattern, true
		}
	}
	return entry, ok
}

func matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		if p == "..." || p == name {
			return true
		}
		dir, wild := strings.CutSuffix(p, "/...")
		return wild && (name == dir || strings.HasPrefix(name, dir+"/"))
	})
}

// below widens module paths to the packages in them.
func below(modules []string) []string {
	var out []string
	for _, m := range modules {
		if m == "..." {
			return []string{m}
		}
		out = append(out, m+"/...")
	}
	return out
}

func TestImportsIsSeenToFail(t *testing.T) {
	policy := map[string]imports{
		"flow":         {},
		"operators":    {ours: []string{"flow", "internal/..."}},
		"metrics":      {ours: []string{"flow"}, theirs: []string{"github.com/prometheus/client_golang"}},
		"examples/...": {ours: []string{"..."}, theirs: []string{"..."}},
	}
	complete := func(more map[string]string) map[string]string {
		files := map[string]string{
			"flow/flow.go":        "package flow\nimport _ \"context\"",
			"operators/map.go":    "package operators\nimport _ \"" + module + "/internal/ring\"",
			"operators/x_test.go": "package operators\nimport (\n_ \"" + module + "/sinks\"\n_ \"go.uber.org/goleak\")",
			"metrics/metrics.go":  "package metrics\nimport _ \"github.com/prometheus/client_golang/prometheus\"",
			"examples/a/main.go":  "package main\nimport _ \"example.com/anything\"",
		}
		maps.Copy(files, more)
		return files
	}
	without := complete(nil)
	delete(without, "metrics/metrics.go")

	seenToFail(t, importsRule(policy),
		snippet{"clean", complete(nil), nil},
		snippet{"sideways", complete(map[string]string{
			"operators/bad.go": "package operators\nimport _ \"" + module + "/sinks\"",
		}), []string{"operators/bad.go:2: operators must not import sinks: move what both need"}},
		snippet{"third party", complete(map[string]string{
			"flow/bad.go": "package flow\nimport _ \"github.com/prometheus/client_golang/prometheus\"",
		}), []string{"flow must not import github.com/prometheus/client_golang/prometheus: use the standard"}},
		snippet{"testify outside tests", complete(map[string]string{
			"operators/bad.go": "package operators\nimport _ \"github.com/stretchr/testify/require\"",
		}), []string{"operators must not import github.com/stretchr/testify/require"}},
		snippet{"third party in a test", complete(map[string]string{
			"operators/bad_test.go": "package operators\nimport _ \"example.com/mock\"",
		}), []string{"operators must not import example.com/mock"}},
		snippet{"unknown package", complete(map[string]string{
			"helpers/h.go": "package helpers",
		}), []string{"package helpers is not in mayImport"}},
		snippet{"stale entry", without, []string{"mayImport lists metrics, which does not exist"}},
	)
}
