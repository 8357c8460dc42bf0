package main

// identifiers returns the identifiers in the line: the maximal runs of ASCII
// letters, digits and underscores that do not begin with a digit. They share
// the line's memory.
func identifiers(line string) []string {
	var all []string
	for i := 0; i < len(line); {
		if !inWord[line[i]] {
			i++
			continue
		}
		start := i
		for i < len(line) && inWord[line[i]] {
			i++
		}
		if c := line[start]; c < '0' || c > '9' {
			if all == nil {
				all = make([]string, 0, 8)
			}
			all = append(all, line[start:i])
		}
	}
	return all
}

// inWord tells which bytes belong to a run.
var inWord = func() (set [256]bool) {
	for c := range set {
		set[c] = c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
	}
	return set
}()
