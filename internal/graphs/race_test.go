//go:build race

package graphs

// graphsInTests is how many graphs are drawn if nobody says otherwise: the race
// detector takes ten times as long for each.
const graphsInTests = 1_000
