package main

import (
	"fmt"
	"io"
	"strings"
)

// stat writes what Weir cost in the results in file, each repetition a line,
// in the format that benchstat reads.
func stat(file string, w io.Writer) error {
	r, err := readReport(file)
	if err != nil {
		return err
	}
	for _, res := range r.Results {
		if res.Role != Ours {
			continue
		}
		for _, cost := range res.Costs {
			fmt.Fprintf(w, "Benchmark%s %d %g %s\n", res.Workload, res.N, cost, strings.ReplaceAll(res.Unit, " ", "-"))
		}
	}
	return nil
}
