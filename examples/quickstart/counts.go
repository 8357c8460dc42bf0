package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// counts says how often each identifier has been seen. The numbers are in a
// slice, so that counting looks up a word once and writes nothing to the map.
type counts struct {
	at map[string]int // where its number is
	n  []int
}

// expected is how many different identifiers a worker has room for at first.
const expected = 1 << 16

func newCounts() *counts {
	return &counts{at: make(map[string]int, expected), n: make([]int, 0, expected)}
}

// count adds an identifier. The first of its kind is copied, since it shares
// memory with the file that it comes from.
func count(c *counts, word string) *counts {
	if at, ok := c.at[word]; ok {
		c.n[at]++
		return c
	}
	c.set(strings.Clone(word), 1)
	return c
}

func (c *counts) set(word string, n int) {
	c.at[word] = len(c.n)
	c.n = append(c.n, n)
}

// add returns the sum of both, in the memory of the larger.
func add(a, b *counts) *counts {
	if len(a.n) < len(b.n) {
		a, b = b, a
	}
	for word, from := range b.at {
		if at, ok := a.at[word]; ok {
			a.n[at] += b.n[from]
		} else {
			a.set(word, b.n[from])
		}
	}
	return a
}

// total returns how many identifiers have been counted.
func (c *counts) total() (sum int) {
	for _, n := range c.n {
		sum += n
	}
	return sum
}

// tally is a line of the result.
type tally struct {
	word string
	n    int
}

// top returns the n most frequent identifiers, ties by name.
func (c *counts) top(n int) []tally {
	n = min(n, len(c.n))
	var best []tally
	cut := func() {
		slices.SortFunc(best, func(a, b tally) int {
			return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.word, b.word))
		})
		best = best[:min(n, len(best))]
	}
	least := 0 // what it takes to be among the best so far
	for word, at := range c.at {
		if c.n[at] < least || n == 0 {
			continue
		}
		if best = append(best, tally{word, c.n[at]}); len(best) >= 2*n+1000 {
			cut()
			least = best[n-1].n
		}
	}
	cut()
	return best
}

// write prints one tally a line.
func write(w io.Writer, all []tally) error {
	out := bufio.NewWriter(w)
	for _, t := range all {
		fmt.Fprintln(out, t.n, t.word)
	}
	return out.Flush()
}
