//go:build !race

package operators_test

// underRace says that the race detector watches.
const underRace = false
