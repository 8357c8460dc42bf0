package conformance

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const record = "testdata/record.jsonl"

// row is one configuration that was held against rules or laws.
type row struct {
	Of     string            `json:"of"`   // package.Function
	Test   string            `json:"test"` // the test that ran it
	Name   string            `json:"name,omitempty"`
	Checks int               `json:"checks"` // subtests without subtests
	Passed []string          `json:"passed"` // rules, and laws as L.name
	Exempt map[string]string `json:"exempt,omitempty"`
}

// sorted brings rows into the order of the record.
func sorted(rows []row) []row {
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(strings.Compare(a.Of, b.Of), strings.Compare(a.Test, b.Test), strings.Compare(a.Name, b.Name))
	})
	return rows
}

func readRecord(t *testing.T) (rows []row) {
	content, err := os.ReadFile(record)
	require.NoError(t, err)
	for line := range bytes.Lines(content) {
		var r row
		require.NoError(t, json.Unmarshal(line, &r))
		rows = append(rows, r)
	}
	return rows
}

func writeRecord(t *testing.T, rows []row) {
	var b bytes.Buffer
	to := json.NewEncoder(&b)
	to.SetEscapeHTML(false)
	for _, r := range sorted(rows) {
		require.NoError(t, to.Encode(r))
	}
	require.NoError(t, os.WriteFile(record, b.Bytes(), 0o644))
}

// event is a line of go test -json.
type event struct{ Action, Package, Test, Output string }

// ruleName finds the rule or law in the name of a subtest.
var ruleName = regexp.MustCompile(`^(\d\.\d\d|G\.\d\d|L\.[a-z]+)(_|$)`)

// groupName is a subtest of the kit that is no row.
var groupName = regexp.MustCompile(`^(plain|batch|(sync|batch|async|bad|hand-driven)_upstream(,_(plain|batch))?)$`)

// runTests runs the protocol and law tests and returns their rows.
func runTests(t *testing.T, api map[string]bool) []row {
	cmd := exec.CommandContext(t.Context(), "go", "test", "-json", "-count=1", "-timeout=30m",
		"-run=^Test(Protocol|Laws)", "./sources", "./operators", "./sinks")
	cmd.Dir, cmd.Stderr = "../..", os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	c := collection{t, api, map[string]*row{}, map[string]bool{}}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var e event
		require.NoError(t, json.Unmarshal(lines.Bytes(), &e))
		c.take(e)
	}
	require.NoError(t, lines.Err())
	require.NoError(t, cmd.Wait(), "the tests fail: no page is made of that")
	var rows []row
	for _, r := range c.rows {
		rows = append(rows, *r)
		if of := also[r.Test+"/"+r.Name]; of != "" {
			twin := *r
			twin.Of = of
			rows = append(rows, twin)
		}
	}
	return rows
}

// collection makes rows of events.
type collection struct {
	t       *testing.T
	api     map[string]bool
	rows    map[string]*row
	parents map[string]bool // tests that have subtests
}

func (c *collection) take(e event) {
	pkg := e.Package[strings.LastIndexByte(e.Package, '/')+1:]
	parts := strings.Split(e.Test, "/")
	at := slices.IndexFunc(parts, ruleName.MatchString)
	if at < 0 {
		return
	}
	where := slices.DeleteFunc(slices.Clone(parts[:at]), groupName.MatchString)
	key := pkg + "/" + strings.Join(where, "/")
	rule := ruleName.FindStringSubmatch(parts[at])[1]
	r := c.rows[key]
	if r == nil {
		name := strings.ReplaceAll(strings.Join(where[1:], "/"), "_", " ")
		r = &row{Of: subject(c.t, c.api, pkg, where[0], name), Test: pkg + "." + where[0], Name: name, Exempt: map[string]string{}}
		c.rows[key] = r
	}
	switch e.Action {
	case "run":
		c.parents[pkg+"/"+strings.Join(parts[:len(parts)-1], "/")] = true
	case "output":
		if _, why, ok := strings.Cut(e.Output, "not held: "); ok {
			r.Exempt[rule] = strings.TrimSpace(why)
		}
	case "pass":
		if !c.parents[pkg+"/"+e.Test] {
			r.Checks++
		}
		if _, ok := r.Exempt[rule]; !ok && !slices.Contains(r.Passed, rule) {
			r.Passed = append(r.Passed, rule)
			slices.Sort(r.Passed)
		}
	}
}

// others are the tests whose rows do not begin with the name of a function and
// that are not named after one.
var others = map[string]string{
	"operators.TestProtocolOfKeyedCalls": "operators.MapAsyncKeyed",
	"operators.TestProtocolOfSequential": "operators.FlatMapSequential",
	"sinks.TestProtocolOfWorkers":        "sinks.ForEach",
}

// also are rows that are about a second function.
var also = map[string]string{"operators.TestProtocolOfSharing/Publish": "operators.RefCount"}

// subject finds the function that a row is about.
func subject(t *testing.T, api map[string]bool, pkg, test, name string) string {
	word, _, _ := strings.Cut(name, " ")
	word = strings.TrimRight(word, ",")
	after := test[strings.LastIndex(test, "Of")+len("Of"):]
	for _, f := range []string{
		pkg + "." + word, "sources." + word, "operators." + word,
		pkg + "." + after, pkg + ".New" + after, others[pkg+"."+test],
	} {
		if api[f] {
			return f
		}
	}
	require.Fail(t, "unknown row", "%s.%s/%s is a row of nothing: begin its name with that of the function, "+
		"or add the test to others in internal/conformance", pkg, test, name)
	return ""
}
