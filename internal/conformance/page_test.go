package conformance

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// withoutRow are the functions that the kit does not run, and why.
var withoutRow = map[string]string{
	"sources.Empty":        "it has no elements, which most rules are about; `TestProtocol/Empty` holds it against the others",
	"sources.Never":        "it has no elements, which most rules are about; `TestProtocol/Never` holds it against the others",
	"sources.Error":        "it has no elements, which most rules are about; `TestProtocol/Error` holds it against the others",
	"operators.RetryCall":  "a function around a function, no stage",
	"operators.DeadLetter": "a function around a function, no stage",
	"operators.Tumbling":   "says which windows BatchWindows and WindowBy make, no stage",
	"operators.Hopping":    "says which windows BatchWindows and WindowBy make, no stage",
	"operators.Session":    "says which windows BatchWindows and WindowBy make, no stage",
	"sinks.RetryCall":      "a function around a function, no stage",
	"sinks.DeadLetter":     "a function around a function, no stage",
}

// subscriberRules are those that only flowtest.VerifySubscriber checks, for
// subscribers that users write.
var subscriberRules = []string{"2.04", "2.07", "2.11", "G.10"}

// notApplicable says when the kit leaves a rule out.
var notApplicable = map[string]string{
	"1.04":      "for sources that cannot fail",
	"1.10":      "for streams that are shared by their subscribers, which are hot",
	"2.01":      "for operators that may ask for more than is asked of them: they filter, expand, collect or drop",
	"2.06":      "for shared streams, where one subscriber's Cancel is not the others'; for sinks that do not leave early",
	"2.09":      "for operators that emit something even when nothing comes",
	"L.panic":   "for operators without a function, or with one that is not called for each element: at an error, at the end, to compare",
	"L.release": "for operators whose elements are values of the operator's own, and those that need comparable ones",
}

// wholes are operators of which a few elements come out, whatever goes in. The
// kit wants streams of any length: it verifies them, with a source above, as
// publishers. The rules about what an operator does to its upstream are left
// out; the laws say the same.
const wholes = "operators of which a few elements come out, whatever goes in, are verified together with a source above them, " +
	"as publishers: the rules about what they do to their upstream (2.01 to 2.13, 4.01, 4.02, G.09, G.20) are not held then. The laws, which hold them, say the same"

// elsewhere are the rules by which sources and sinks keep the laws, which are
// about operators.
var elsewhere = map[string]map[string][]string{
	"sources": {
		"L.cancel": {"1.08", "3.05", "3.07", "3.12", "3.13"}, "L.ctx": {"G.01", "G.02", "G.03", "G.04", "G.06", "G.07"},
		"L.demand": {"1.01", "1.02", "3.08", "3.17"}, "L.batch": {"1.05"},
	},
	"sinks": {"L.cancel": {"G.34"}, "L.ctx": {"G.32", "G.34"}, "L.demand": {"2.01"}, "L.batch": {"G.30"}},
}

// write makes the page.
func write(t *testing.T, src source, rows []row) []byte {
	var b bytes.Buffer
	checks, functions := 0, map[string]bool{}
	for _, r := range rows {
		checks += r.Checks
		functions[r.Of] = true
	}
	fmt.Fprintf(&b, head, len(functions), len(rows), checks)
	p := printer{t, &b, src, rows, nil, map[string]bool{}}
	p.matrix("Operators: the protocol", "operators", p.rulesOf("operators"), p.cell)
	p.matrix("Operators: the laws of streams", "operators", src.order, p.cell)
	p.matrix("Sources: the protocol", "sources", p.rulesOf("sources"), p.cell)
	p.matrix("Sinks: the protocol", "sinks", p.rulesOf("sinks"), p.cell)
	b.WriteString("## Sources and sinks: the laws of streams\n\n" + lawsElsewhere)
	p.matrix("", "sources", []string{"L.cancel", "L.ctx", "L.demand", "L.batch"}, p.byRules)
	p.matrix("", "sinks", []string{"L.cancel", "L.ctx", "L.demand", "L.batch"}, p.byRules)
	p.texts()
	p.footnotes()
	return b.Bytes()
}

const head = `# Conformance

Which rule each operator, source and sink was held against. This page is made by ` + "`go test ./internal/conformance -update`" + ` of a run of the tests in which [flowtest](https://pkg.go.dev/github.com/weirgo/weir/flow/flowtest) verifies them: %d functions in %d configurations, %d checks. All passed: no page is made of a run in which one fails.

| | |
|---|---|
| ✓ | passed, in each configuration that the rule is about |
| – | does not apply, see [below](#where-a-rule-does-not-apply) |
| e1 | exempt, see [below](#exemptions); ✓ e1 where that is so in some configurations, and others pass |

What the rules say is [below](#the-rules).

`

const lawsElsewhere = `flowtest holds operators against the laws, between a stream above and one below. Of sources and sinks, rules of the protocol say the same: a tick is that the function has passed all of them. That panics leave nothing behind, that the sum of each stage closes, and that each element is consumed or released once, is checked in the [random graphs](../internal/graphs/doc.go), in which all sources and sinks occur, and in tests of their own.

`

type printer struct {
	t    *testing.T
	b    *bytes.Buffer
	src  source
	rows []row
	why  []string        // exemptions, e1 first
	none map[string]bool // rules that do not apply somewhere
}

// rulesOf returns the rules that a function of the package was held against.
func (p *printer) rulesOf(pkg string) []string {
	all := map[string]bool{}
	for _, r := range p.rows {
		for _, id := range r.Passed {
			if strings.HasPrefix(r.Of, pkg+".") && p.src.rules[id] != nil {
				all[id] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// matrix writes the table of the functions of a package against rules.
func (p *printer) matrix(title, pkg string, rules []string, cell func(of, rule string) string) {
	if title != "" {
		title = "## " + title + "\n\n"
	}
	fmt.Fprintf(p.b, "%s| %s |", title, strings.TrimSuffix(pkg, "s"))
	for _, id := range rules {
		fmt.Fprintf(p.b, " %s |", strings.TrimPrefix(id, "L."))
	}
	fmt.Fprintf(p.b, "\n|---|%s\n", strings.Repeat("---|", len(rules)))
	for _, name := range slices.Sorted(maps.Keys(p.src.api)) {
		if !strings.HasPrefix(name, pkg+".") || withoutRow[name] != "" {
			continue
		}
		anchor := strings.ToLower(strings.ReplaceAll(name, ".", ""))
		fmt.Fprintf(p.b, "| [%s](operators.md#%s) |", strings.TrimPrefix(name, pkg+"."), anchor)
		for _, id := range rules {
			fmt.Fprintf(p.b, " %s |", cell(name, id))
		}
		p.b.WriteString("\n")
	}
	p.b.WriteString("\n")
}

// inPlaces are tests of operators between others: what their rows are exempt
// from is held in the row of the operator alone.
const inPlaces = "InPlaces"

// cell says what came of a rule.
func (p *printer) cell(of, rule string) string {
	passed, exempt := false, map[int]bool{}
	for _, r := range p.rows {
		if r.Of != of {
			continue
		}
		passed = passed || slices.Contains(r.Passed, rule)
		if why, ok := r.Exempt[rule]; ok && !strings.HasSuffix(r.Test, inPlaces) {
			if !slices.Contains(p.why, why) {
				p.why = append(p.why, why)
			}
			exempt[slices.Index(p.why, why)+1] = true
		}
	}
	if !passed && len(exempt) == 0 {
		p.none[rule] = true
		return "–"
	}
	var words []string
	if passed {
		words = append(words, "✓")
	}
	for _, n := range slices.Sorted(maps.Keys(exempt)) {
		words = append(words, fmt.Sprintf("e%d", n))
	}
	return strings.Join(words, " ")
}

// byRules says whether a source or sink keeps a law, by its rules.
func (p *printer) byRules(of, law string) string {
	pkg, _, _ := strings.Cut(of, ".")
	for _, id := range elsewhere[pkg][law] {
		if p.cell(of, id) != "✓" {
			return "–"
		}
	}
	return "✓"
}

// texts writes what the rules say.
func (p *printer) texts() {
	p.b.WriteString("## The rules\n\nNumbers are those of the [Reactive Streams specification](https://github.com/reactive-streams/reactive-streams-jvm), G those of Weir's own for contexts, batches and blocking sinks. A rule is checked in several ways, with subscribers that take batches and some that do not, and above upstreams of several kinds.\n\n| rule | checked |\n|---|---|\n")
	for _, id := range slices.Sorted(maps.Keys(p.src.rules)) {
		fmt.Fprintf(p.b, "| %s | %s |\n", id, strings.Join(unique(p.src.rules[id]), "; "))
	}
	for _, id := range slices.Sorted(maps.Keys(p.src.laws)) {
		fmt.Fprintf(p.b, "| %s | %s |\n", strings.TrimPrefix(id, "L."), p.src.laws[id])
	}
	p.b.WriteString("\n")
}

func unique(all []string) []string {
	all = slices.Clone(all)
	slices.Sort(all)
	return slices.Compact(all)
}

func (p *printer) footnotes() {
	p.b.WriteString("## Exemptions\n\n")
	for i, why := range p.why {
		var rows []string
		for _, r := range p.rows {
			for _, reason := range r.Exempt {
				if reason == why && !slices.Contains(rows, "“"+r.Name+"”") {
					rows = append(rows, "“"+r.Name+"”")
				}
			}
		}
		fmt.Fprintf(p.b, "- e%d: %s (configuration %s)\n", i+1, why, strings.Join(rows, ", "))
	}
	p.b.WriteString("\n## Where a rule does not apply\n\n")
	fmt.Fprintf(p.b, "- %s.\n", wholes)
	for _, id := range slices.Sorted(maps.Keys(notApplicable)) {
		require.True(p.t, p.none[id], "%s applies to all: take it out of notApplicable", id)
		fmt.Fprintf(p.b, "- %s: %s.\n", strings.TrimPrefix(id, "L."), notApplicable[id])
	}
	for id := range p.none {
		require.True(p.t, notApplicable[id] != "" || slices.Contains(ofWholes, id), "say in notApplicable when %s does not apply", id)
	}
	fmt.Fprintf(p.b, "- %s: for subscribers that users write; flowtest.VerifySubscriber checks them.\n", strings.Join(subscriberRules, ", "))
	for _, name := range slices.Sorted(maps.Keys(withoutRow)) {
		fmt.Fprintf(p.b, "- %s has no row: %s.\n", name, withoutRow[name])
	}
}

// ofWholes are the rules that are left out for wholes alone.
var ofWholes = []string{"2.03", "2.05", "2.08", "2.13", "4.01", "4.02", "G.09", "G.20"}
