package flowtest

import (
	"bytes"
	"context"
	"runtime/pprof"
	"strconv"
	"strings"
	"testing"
	"time"
)

// CheckLeaks fails t if goroutines that were started after this call, by the
// goroutine of t or by one that it started, are still there when t ends. Call
// it first: what is registered with t.Cleanup later may still stop them.
//
// The goroutines are told apart by a profiler label, so tests may run in
// parallel. A goroutine started by a timer of package time has no label and
// is not seen.
func CheckLeaks(t testing.TB) {
	t.Helper()
	label := strconv.FormatInt(labels.Add(1), 10) + " " + t.Name()
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels(labelKey, label)))
	t.Cleanup(func() {
		pprof.SetGoroutineLabels(context.Background())
		if stacks := settle([]string{label}, defaultTimeout); len(stacks) > 0 {
			t.Errorf("goroutines left behind:\n%s", stacks[label])
		}
	})
}

// leftovers returns the violations of checks whose goroutines do not end.
func leftovers(checks []*check, timeout time.Duration) (found []violation) {
	var names []string
	for _, c := range checks {
		if !c.hung {
			names = append(names, c.label)
		}
	}
	left := settle(names, timeout)
	for _, name := range names {
		if stacks, ok := left[name]; ok {
			_, where, _ := strings.Cut(name, " ")
			found = append(found, violation{"G.08", "goroutines left behind by the check of " + where + ":\n" + stacks})
		}
	}
	return found
}

// settle waits until no goroutine has one of the labels, and returns the
// stacks of those that stay.
func settle(names []string, timeout time.Duration) map[string]string {
	deadline := time.Now().Add(timeout)
	for pause := time.Millisecond; ; pause *= 2 {
		left := labelled(names)
		if len(left) == 0 || time.Now().After(deadline) {
			return left
		}
		timer := time.NewTimer(pause)
		<-timer.C
	}
}

func stacksOf(label string) string { return labelled([]string{label})[label] }

// labelled returns the stacks of the goroutines with the labels.
func labelled(names []string) map[string]string {
	var profile bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
		panic(err) // a buffer takes everything
	}
	wanted := make(map[string]bool, len(names))
	for _, name := range names {
		wanted[name] = true
	}
	left := make(map[string]string)
	for stack := range strings.SplitSeq(profile.String(), "\n\n") {
		if name, ok := labelIn(stack); ok && wanted[name] {
			left[name] += stack + "\n"
		}
	}
	return left
}

// labelIn finds our label in a stack of the goroutine profile, which has a
// line such as # labels: {"a":"b", "flowtest":"17 TestX"}.
func labelIn(stack string) (string, bool) {
	_, after, ok := strings.Cut(stack, `"`+labelKey+`":`)
	if !ok {
		return "", false
	}
	quoted, err := strconv.QuotedPrefix(after)
	if err != nil {
		return "", false
	}
	name, err := strconv.Unquote(quoted)
	return name, err == nil
}
