package flowtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// covered lists the rules that each suite must check.
var covered = map[string]string{
	"publisher": `1.01 1.02 1.03 1.04 1.05 1.06 1.07 1.08 1.09 1.10 1.11 2.12
		3.02 3.03 3.04 3.05 3.06 3.07 3.08 3.09 3.12 3.13 3.15 3.16 3.17
		G.01 G.02 G.03 G.04 G.05 G.06 G.07`,
	"subscriber": `2.01 2.03 2.04 2.05 2.06 2.07 2.08 2.09 2.10 2.11 2.13
		3.08 3.10 3.11 G.10`,
	"sink": `2.01 2.03 2.05 2.06 2.08 2.09 2.10 3.10 3.11
		G.20 G.30 G.31 G.32 G.33 G.34`,
	"operator with its upstream": `1.01 1.07 2.01 2.03 2.05 2.06 2.08 2.09 2.13
		3.09 4.01 4.02 G.09 G.20`,
}

// untestable lists the others, with the reason.
var untestable = map[string]string{
	"2.02": "advice: do slow work elsewhere",
	"3.01": "the caller's duty: Request and Cancel from the subscriber's context",
	"3.14": "a permission: the last Cancel may shut the publisher down",
	"G.08": "no check of its own: every suite looks for goroutines at its end",
}

// rulesOf returns the numbers of the rules in the groups, sorted.
func rulesOf(groups []group) []string {
	found := map[string]bool{}
	for _, g := range groups {
		for _, r := range g.rules {
			found[r.id] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func TestSuitesCheckTheirRules(t *testing.T) {
	all := suites()
	got := map[string][]group{
		"publisher":                  all["publisher"].rules,
		"subscriber":                 all["subscriber"].rules,
		"sink":                       all["sink"].rules,
		"operator with its upstream": all["operator"].rules,
	}
	for suite, want := range covered {
		if got := rulesOf(got[suite]); !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("%s: the suite checks\n%v, want\n%v", suite, got, strings.Fields(want))
		}
	}
}

// Rule 4.01: an operator is a publisher, too.
func TestOperatorsAreCheckedAsPublishers(t *testing.T) {
	groups := relayGroups("")
	for _, g := range groups[:2*len(upstreams)] {
		if got, want := rulesOf([]group{g}), strings.Fields(covered["publisher"]); !slices.Equal(got, want) {
			t.Errorf("%s: the suite checks\n%v, want\n%v", g.name, got, want)
		}
	}
}

// Every rule of the specification, and of Weir, is either checked or known to
// be out of reach of a test.
func TestNoRuleIsForgotten(t *testing.T) {
	checked := map[string]bool{}
	for _, rules := range covered {
		for id := range strings.FieldsSeq(rules) {
			checked[id] = true
		}
	}
	known := map[string]bool{}
	for _, section := range []struct {
		name        string
		first, last int
	}{{"1", 1, 11}, {"2", 1, 13}, {"3", 1, 17}, {"4", 1, 2}, {"G", 1, 10}, {"G", 20, 20}, {"G", 30, 34}} {
		for i := section.first; i <= section.last; i++ {
			id := fmt.Sprintf("%s.%02d", section.name, i)
			known[id] = true
			if checked[id] == (untestable[id] != "") {
				t.Errorf("rule %s: checked is %t, the reason not to is %q", id, checked[id], untestable[id])
			}
		}
	}
	for id := range checked {
		if !known[id] {
			t.Errorf("rule %s is checked, but nobody knows it", id)
		}
	}
}
