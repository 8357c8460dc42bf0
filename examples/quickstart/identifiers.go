package main

import (
	"slices"
	"strings"
)

// lines returns the lines of the text without their ends, of whatever length.
func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// splitter splits lines into identifiers. It serves one stage, and makes room
// for the results of many lines at a time.
type splitter struct{ free []string }

const (
	roomAhead = 4096 // identifiers for which there is room
	roomLeft  = 64   // with less than that, the next line gets new room
)

// identifiers returns the identifiers in the line: the maximal runs of ASCII
// letters, digits and underscores that do not begin with a digit. They share
// the line's memory.
func (s *splitter) identifiers(line string) []string {
	if cap(s.free) < roomLeft {
		s.free = make([]string, 0, roomAhead)
	}
	all := s.free
	for i := 0; i < len(line); {
		if kinds[line[i]] == other {
			i++
			continue
		}
		start := i
		for i < len(line) && kinds[line[i]] != other {
			i++
		}
		if kinds[line[start]] != digit {
			all = append(all, line[start:i])
		}
	}
	s.free = all[len(all):] // what is left of it; all is not touched any more
	return slices.Clip(all)
}

// A kind is what a byte is to an identifier.
type kind uint8

const (
	other kind = iota
	letter
	digit
)

var kinds = func() (all [256]kind) {
	for c := range all {
		switch {
		case c == '_', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
			all[c] = letter
		case '0' <= c && c <= '9':
			all[c] = digit
		}
	}
	return all
}()
