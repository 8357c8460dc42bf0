//go:build race

package operators_test

// underRace says that the race detector watches, which takes ten times as long.
// What has one thread has nothing to show it, and fewer positions do.
const underRace = true
