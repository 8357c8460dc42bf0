package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/weirgo/weir/internal/exported"
)

// notMeasured are the exported functions of operators that no element goes
// through, or that are measured under another name.
var notMeasured = []string{
	"operators.DeadLetter", "operators.RetryCall", // around a function
	"operators.RefCount",                                           // in Publish
	"operators.Tumbling", "operators.Hopping", "operators.Session", // in BatchWindows
}

// TestOperatorsAreMeasured: each operator has a row, and what may cost more than
// three times Map, or allocate, says why.
func TestOperatorsAreMeasured(t *testing.T) {
	rows := map[string]bool{}
	for _, o := range operatorTable() {
		if rows["operators."+o.name] {
			t.Errorf("%s has two rows", o.name)
		}
		rows["operators."+o.name] = true
		if (o.max > timesMap) != (o.why != "") {
			t.Errorf("%s may cost %g times Map and says %q", o.name, o.max, o.why)
		}
	}
	all, err := exported.Functions("..")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, f := range all {
		if name := f.Name(); strings.HasPrefix(name, "operators.") {
			names[name] = true
			if rows[name] == slices.Contains(notMeasured, name) {
				t.Errorf("%s has a row: %t, and is named as one that has none: %t", name, rows[name], !rows[name])
			}
		}
	}
	for name := range rows {
		if !names[name] {
			t.Errorf("a row of %s, which is not there", name)
		}
	}
}
