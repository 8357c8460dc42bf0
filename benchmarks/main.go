// Command benchmarks measures Weir against plain Go, both in one run, and
// prints a table. See README.md for what its columns mean.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
)

func main() { os.Exit(run(os.Args[1:], workloads(), os.Stdout, os.Stderr)) }

// Exit statuses.
const (
	success = 0
	failure = 1 // a wrong value, or under -check a target missed
	misuse  = 2
)

// config is what the flags say.
type config struct {
	check, quick, peers bool
	grow                bool
	draw                string
	name                *regexp.Regexp
	stat                string
	json                string
}

// size is how much of a workload is run.
type size struct{ divisor, repetitions, passes int }

func (c config) size() size {
	switch {
	case c.quick:
		return size{divisor: 20, repetitions: 3, passes: 1}
	case c.check:
		return size{divisor: 1, repetitions: 7, passes: 3}
	}
	return size{divisor: 1, repetitions: 7, passes: 1}
}

func parse(args []string, stderr io.Writer) (c config, err error) {
	flags := flag.NewFlagSet("benchmarks", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.BoolVar(&c.check, "check", false, "take the best of three passes, and fail where a target is missed")
	flags.BoolVar(&c.quick, "quick", false, "run a twentieth, three times; fail for wrong values only")
	flags.BoolVar(&c.peers, "peers", false, "run the workloads that other libraries have too, and those beside ours")
	flags.StringVar(&c.stat, "stat", "", "run nothing: print what ours cost in `file`, that -json has written, for benchstat")
	flags.StringVar(&c.draw, "draw", "", "run nothing: draw the picture and the table of the documentation from `file`, that -json has written")
	flags.BoolVar(&c.grow, "grow", false, "run W14 alone: measure more and more work, draw what it costs for the documentation, and fail where it is not linear")
	name := flags.String("run", "", "run the workloads whose names match `regexp`")
	flags.StringVar(&c.json, "json", "", "write the results to `file`")
	if err := flags.Parse(args); err != nil {
		return c, err // which flags has printed, and the usage
	}
	c.name, err = regexp.Compile(*name)
	switch {
	case err != nil:
	case flags.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case c.check && c.quick:
		err = errors.New("-check and -quick exclude each other: a quick run is too short to be judged")
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		flags.Usage()
	}
	return c, err
}

// run is the command. It returns its exit status.
func run(args []string, all []Workload, stdout, stderr io.Writer) int {
	c, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return success
	case err != nil:
		return misuse
	}
	switch {
	case c.draw != "":
		return exitStatus(draw(c.draw, docs), stderr)
	case c.stat != "":
		return exitStatus(stat(c.stat, stdout), stderr)
	case c.grow:
		return exitStatus(grow(growths(), docs, stdout), stderr)
	}
	if c.peers {
		all = withPeers(all, peers())
	}
	ws := selected(all, c.name)
	if len(ws) == 0 {
		fmt.Fprintf(stderr, "no workload matches -run %s\n", c.name)
		return misuse
	}

	report := Report{Machine: thisMachine(), Quick: c.quick}
	fmt.Fprintf(stdout, "%s\n\n", report.Machine)
	t := table{stdout}
	t.head()
	for _, w := range ws {
		pass, err := w.best(c.size())
		if err != nil {
			t.failure(w, err)
			report.Failures = append(report.Failures, w.Name+": "+err.Error())
			continue
		}
		for _, r := range pass {
			t.result(r, !c.quick)
		}
		if missed := ours(pass).missed(); c.check && len(missed) > 0 {
			report.Failures = append(report.Failures, w.Name+": missed "+strings.Join(missed, ", "))
		}
		report.Results = append(report.Results, pass...)
	}

	status := success
	for _, f := range report.Failures {
		fmt.Fprintln(stderr, f)
		status = failure
	}
	if c.json != "" {
		if err := report.write(c.json); err != nil {
			fmt.Fprintln(stderr, err)
			status = failure
		}
	}
	return status
}

// exitStatus prints err, if there is one, and returns the exit status.
func exitStatus(err error, stderr io.Writer) int {
	if err != nil {
		fmt.Fprintln(stderr, err)
		return failure
	}
	return success
}

// best returns the best of s.passes passes. A pass that meets all targets is
// the last.
func (w Workload) best(s size) (best []Result, err error) {
	for range s.passes {
		pass, err := w.measure(max(1, w.N/s.divisor), s.repetitions)
		if err != nil {
			return nil, err
		}
		if best == nil || better(pass, best) {
			best = pass
		}
		if len(ours(best).missed()) == 0 {
			break
		}
	}
	return best, nil
}
