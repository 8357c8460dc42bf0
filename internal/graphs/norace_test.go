//go:build !race

package graphs

// graphsInTests is how many graphs are drawn if nobody says otherwise.
const graphsInTests = 10_000
