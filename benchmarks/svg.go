package main

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
)

// Sizes of the picture, in its own units.
const (
	pictureWidth = 860
	nameWidth    = 220 // left of the bars
	figureWidth  = 70  // right of the longest
	barHeight    = 18
	barsTop      = 30 // of a chart, below its title
	chartGap     = 20
	pictureTop   = 96
)

// style has the colours in light and in dark. The picture has a ground of its
// own, as a reader's theme is not always the system's.
const style = `<style>
text{font:13px system-ui,sans-serif;fill:#1f2328}
.title{font-size:20px;font-weight:600}.head{font-weight:600}.note{fill:#59636e}.name{text-anchor:end}
.ground{fill:#fff}.grid{stroke:#d1d9e0}
.ours{fill:#0969da}.limit{fill:#1a7f37}.plain{fill:#7fbf8f}.library{fill:#a5adb6}
.failed{fill:#cf222e}
@media(prefers-color-scheme:dark){
text{fill:#f0f6fc}.note{fill:#9198a1}.ground{fill:#0d1117}.grid{stroke:#30363d}
.ours{fill:#4493f8}.limit{fill:#3fb950}.plain{fill:#2c6b3a}.library{fill:#656c76}.failed{fill:#f85149}}
</style>
`

// A scale turns costs into lengths, in powers of ten.
type scale struct{ low, high float64 }

// scaleOf spans whole powers of ten around all costs.
func scaleOf(charts []chart) scale {
	s := scale{math.Inf(1), math.Inf(-1)}
	for _, c := range charts {
		for _, b := range c.bars {
			if b.failure == "" {
				s.low, s.high = min(s.low, math.Log10(b.cost)), max(s.high, math.Log10(b.cost))
			}
		}
	}
	return scale{math.Floor(s.low), math.Ceil(s.high)}
}

func (s scale) length(cost float64) float64 {
	return (pictureWidth - nameWidth - figureWidth) * (math.Log10(cost) - s.low) / (s.high - s.low)
}

// svg draws all charts below one another, on one scale. Bars go from the
// cheapest to the dearest, so that the place tells who wins.
func svg(charts []chart, m Machine) string {
	s := scaleOf(charts)
	var body strings.Builder
	y := pictureTop
	for _, c := range charts {
		y = c.draw(&body, s, y) + chartGap
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="Nanoseconds per element of Weir, plain Go and other libraries">`+"\n", pictureWidth, y+10)
	b.WriteString(style)
	fmt.Fprintf(&b, `<rect class="ground" width="%d" height="%d"/>`+"\n", pictureWidth, y+10)
	b.WriteString(`<text class="title" x="16" y="30">Nanoseconds per element: shorter is faster</text>` + "\n")
	fmt.Fprintf(&b, `<text class="note" x="16" y="52">Logarithmic: each line is ten times the one before. %s</text>`+"\n", html.EscapeString(m.String()))
	legend(&b)
	b.WriteString(body.String())
	b.WriteString("</svg>\n")
	return b.String()
}

func legend(b *strings.Builder) {
	x := 16
	for _, l := range []struct {
		kind  Role
		words string
	}{{Ours, "Weir"}, {Limit, "plain Go, what Weir is measured against"}, {Plain, "plain Go, other ways"}, {Library, "other libraries"}} {
		fmt.Fprintf(b, `<rect class="%s" x="%d" y="65" width="12" height="12"/><text x="%d" y="76">%s</text>`+"\n", l.kind, x, x+18, l.words)
		x += 44 + 7*len(l.words)
	}
}

// draw draws c from y down, and returns where it ends.
func (c chart) draw(b *strings.Builder, s scale, y int) int {
	fmt.Fprintf(b, `<text class="head" x="16" y="%d">%s: %s</text>`+"\n", y+18, c.workload, html.EscapeString(c.title))
	bars := slices.Clone(c.bars)
	slices.SortStableFunc(bars, func(a, b bar) int {
		switch {
		case (a.failure != "") != (b.failure != ""):
			return len(a.failure) - len(b.failure)
		case a.cost < b.cost:
			return -1
		case a.cost > b.cost:
			return 1
		}
		return 0
	})
	top := y + barsTop
	end := top + barHeight*len(bars)
	for power := s.low; power <= s.high; power++ {
		x := nameWidth + s.length(math.Pow(10, power))
		fmt.Fprintf(b, `<line class="grid" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>`+"\n", x, x, top-2, end)
	}
	for i, bar := range bars {
		bar.draw(b, s, top+i*barHeight)
	}
	return end
}

func (v bar) draw(b *strings.Builder, s scale, y int) {
	weight := ""
	if v.kind == Ours {
		weight = ` style="font-weight:700"`
	}
	fmt.Fprintf(b, `<text class="name" x="%d" y="%d"%s>%s</text>`, nameWidth-8, y+13, weight, html.EscapeString(v.name))
	if v.failure != "" {
		fmt.Fprintf(b, `<text class="failed" x="%d" y="%d">%s</text>`+"\n", nameWidth+6, y+13, html.EscapeString(v.failure))
		return
	}
	length := s.length(v.cost)
	fmt.Fprintf(b, `<rect class="%s" x="%d" y="%d" width="%.1f" height="%d"/>`, v.kind, nameWidth, y+2, length, barHeight-4)
	fmt.Fprintf(b, `<text x="%.1f" y="%d"%s>%s</text>`+"\n", nameWidth+length+6, y+13, weight, v.figure())
}
