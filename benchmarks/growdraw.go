package main

import (
	"fmt"
	"html"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
)

// What is generated stands between this and tableEnd in performance.md.
const growthBegin = "<!-- table: made by go run . -grow -->\n"

// print writes a row for each size.
func (c curve) print(w io.Writer) {
	fmt.Fprintf(w, "%s, ns per %s\n", c.what, c.unit)
	for _, p := range c.points {
		fmt.Fprintf(w, "%10s %10.2f\n", short(p.size), p.cost)
	}
	fmt.Fprintf(w, "%10s %10.2f times, at most %g\n\n", "rise", c.rise(), c.most)
}

// short writes thousands and millions as such.
func short(n int) string {
	switch {
	case n > 0 && n%1e6 == 0:
		return fmt.Sprintf("%d M", n/1e6)
	case n > 0 && n%1e3 == 0:
		return fmt.Sprintf("%d k", n/1e3)
	}
	return fmt.Sprint(n)
}

// drawGrowth makes the picture and the table in dir.
func drawGrowth(curves []curve, m Machine, dir string) error {
	if err := splice(filepath.Join(dir, "performance.md"), growthBegin, growthTable(curves, m)); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "performance", "growth.svg"), []byte(growthPicture(curves, m)), 0o644)
}

func growthTable(curves []curve, m Machine) string {
	var b strings.Builder
	b.WriteString("| more and more | a unit of work | nanoseconds per unit, at each size | rise | at most |\n|---|---|---|---:|---:|\n")
	for _, c := range curves {
		var costs []string
		for _, p := range c.points {
			costs = append(costs, fmt.Sprintf("%s: **%.1f**", short(p.size), p.cost))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %.2f | %g |\n", c.what, c.unit, strings.Join(costs, ", "), c.rise(), c.most)
	}
	fmt.Fprintf(&b, "\nThe least of the repetitions. Measured with %s.\n", m)
	return b.String()
}

// The frame of the plot, inside a picture of pictureWidth.
const (
	plotLeft   = 56
	plotRight  = pictureWidth - 80
	plotTop    = 150
	plotBottom = 430
	plotHeight = plotBottom + 60
)

const growthStyle = `<style>
text{font:13px system-ui,sans-serif;fill:#1f2328}
.title{font-size:20px;font-weight:600}.note{fill:#59636e}.y{text-anchor:end}.x{text-anchor:middle}
.ground{fill:#fff}.grid{stroke:#d1d9e0}.line{fill:none;stroke-width:2.5}.end{font-weight:600}
.c0{stroke:#0969da}.c1{stroke:#bc4c00}.c2{stroke:#1a7f37}.c3{stroke:#8250df}
@media(prefers-color-scheme:dark){
text{fill:#f0f6fc}.note{fill:#9198a1}.ground{fill:#0d1117}.grid{stroke:#30363d}
.c0{stroke:#4493f8}.c1{stroke:#f0883e}.c2{stroke:#3fb950}.c3{stroke:#ab7df8}}
</style>
`

// plot places points: sizes in powers of ten from 1 on, costs from 0 on.
type plot struct {
	decades int
	step    float64 // between the lines of the grid
	lines   int     // of the grid, above that at 0
}

func plotOf(curves []curve) plot {
	largest, dearest := 10, 0.0
	for _, c := range curves {
		for _, p := range c.points {
			largest, dearest = max(largest, p.size), max(dearest, p.cost)
		}
	}
	step := roundStep(dearest / 6)
	return plot{
		decades: int(math.Ceil(math.Log10(float64(largest)))),
		step:    step,
		lines:   int(math.Ceil(dearest / step)),
	}
}

// roundStep returns the least of 1, 2 and 5 times a power of ten that is not
// less than v.
func roundStep(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, digit := range []float64{1, 2, 5} {
		if digit*power >= v {
			return digit * power
		}
	}
	return 10 * power
}

func (p plot) x(size float64) float64 {
	return plotLeft + (plotRight-plotLeft)*math.Log10(size)/float64(p.decades)
}

func (p plot) y(cost float64) float64 {
	return plotBottom - (plotBottom-plotTop)*cost/(p.step*float64(p.lines))
}

// growthPicture draws a line for each curve. A straight level one is cost in
// proportion to the work.
func growthPicture(curves []curve, m Machine) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="Nanoseconds per unit of work as there is more of it">`+"\n", pictureWidth, plotHeight)
	b.WriteString(growthStyle)
	fmt.Fprintf(&b, `<rect class="ground" width="%d" height="%d"/>`+"\n", pictureWidth, plotHeight)
	b.WriteString(`<text class="title" x="16" y="30">Nanoseconds per unit of work, as there is more of it: level is linear</text>` + "\n")
	fmt.Fprintf(&b, `<text class="note" x="16" y="52">%s</text>`+"\n", html.EscapeString(m.String()))
	for i, c := range curves {
		x, y := 16+420*(i%2), 80+24*(i/2)
		fmt.Fprintf(&b, `<path class="line c%d" d="M%d %dh24"/><text x="%d" y="%d">%s</text>`+"\n", i, x, y-4, x+32, y, html.EscapeString(c.what))
	}
	p := plotOf(curves)
	p.grid(&b)
	for i, c := range curves {
		p.line(&b, i, c)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func (p plot) grid(b *strings.Builder) {
	for i := range p.lines + 1 {
		cost := p.step * float64(i)
		fmt.Fprintf(b, `<line class="grid" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/>`, plotLeft, plotRight, p.y(cost), p.y(cost))
		fmt.Fprintf(b, `<text class="note y" x="%d" y="%.1f">%g ns</text>`+"\n", plotLeft-8, p.y(cost)+4, cost)
	}
	size := 1
	for range p.decades + 1 {
		fmt.Fprintf(b, `<text class="note x" x="%.1f" y="%d">%s</text>`+"\n", p.x(float64(size)), plotBottom+20, short(size))
		size *= 10
	}
	fmt.Fprintf(b, `<text class="note x" x="%d" y="%d">how many elements, stages or outputs; logarithmic</text>`+"\n", (plotLeft+plotRight)/2, plotBottom+44)
}

func (p plot) line(b *strings.Builder, i int, c curve) {
	var path []string
	var x, y float64
	for _, q := range c.points {
		x, y = p.x(float64(q.size)), p.y(q.cost)
		path = append(path, fmt.Sprintf("%.1f %.1f", x, y))
	}
	fmt.Fprintf(b, `<path class="line c%d" d="M%s"/><text class="end" x="%.1f" y="%.1f">%s</text>`+"\n", i, strings.Join(path, "L"), x+6, y+4, html.EscapeString(c.name))
}
