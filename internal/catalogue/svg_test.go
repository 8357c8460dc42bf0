package catalogue

import (
	"fmt"
	"html"
	"strings"
)

// lane is a line of a picture: a stream.
type lane struct {
	label  string
	events []event
}

// event is a signal at a time, in milliseconds.
type event struct {
	at   int
	text string // of an element
	end  rune   // '|' or '#' where it is the end
}

const (
	left      = 96 // where time begins
	perMilli  = 30
	laneSpace = 56
	radius    = 15
)

// svg draws the inputs, what is between, and the result.
func svg(title string, inputs []lane, result lane, span int) string {
	width := left + span*perMilli + 40
	height := (len(inputs)+1)*laneSpace + laneSpace
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`+"\n",
		width, height, width, height, html.EscapeString(title))
	b.WriteString(style)
	y := laneSpace / 2
	for i, l := range inputs {
		drawLane(&b, l, y, span, i%3)
		y += laneSpace
	}
	fmt.Fprintf(&b, `<rect class="box" x="8" y="%d" width="%d" height="32" rx="6"/><text class="op" x="%d" y="%d">%s</text>`+"\n",
		y-16, width-16, width/2, y+5, html.EscapeString(title))
	y += laneSpace
	drawLane(&b, result, y, span, 3)
	b.WriteString("</svg>\n")
	return b.String()
}

const style = `<style>
text{font:13px ui-monospace,monospace;fill:#1f2937}
.op{text-anchor:middle;font-weight:600}.el{text-anchor:middle;font-size:12px}
.time{stroke:#6b7280;stroke-width:1.5;fill:none}.end{stroke:#1f2937;stroke-width:3}.fail{stroke:#dc2626;stroke-width:3}
.box{fill:#eef2ff;stroke:#6366f1}.c0{fill:#bfdbfe}.c1{fill:#fde68a}.c2{fill:#fbcfe8}.c3{fill:#bbf7d0}
.c0,.c1,.c2,.c3{stroke:#374151}
@media(prefers-color-scheme:dark){text{fill:#e5e7eb}.el{fill:#111827}.end{stroke:#e5e7eb}.box{fill:#1e1b4b}}
</style>
`

func drawLane(b *strings.Builder, l lane, y, span, color int) {
	fmt.Fprintf(b, `<text x="8" y="%d">%s</text>`+"\n", y+4, html.EscapeString(l.label))
	to := span
	for _, e := range l.events {
		if e.end != 0 {
			to = e.at
		}
	}
	fmt.Fprintf(b, `<line class="time" x1="%d" y1="%d" x2="%d" y2="%d"/>`+"\n", left-6, y, left+to*perMilli, y)
	count := map[int]int{}
	for _, e := range l.events {
		x := left + e.at*perMilli
		switch {
		case e.end == '|':
			bar := x
			if count[e.at] > 0 { // beside the element
				bar += radius + 8
			}
			fmt.Fprintf(b, `<line class="end" x1="%d" y1="%d" x2="%d" y2="%d"/>`+"\n", bar, y-14, bar, y+14)
		case e.end != 0:
			fmt.Fprintf(b, `<path class="fail" d="M%d %dl16 16m0 -16l-16 16"/>`+"\n", x-8, y-8)
		default:
			n := count[e.at]
			count[e.at]++
			w := max(2*radius, 8*len([]rune(e.text))+10)
			fmt.Fprintf(b, `<rect class="c%d" x="%d" y="%d" width="%d" height="24" rx="12"/><text class="el" x="%d" y="%d">%s</text>`+"\n",
				color, x-w/2+6*n, y-12+10*n, w, x+6*n, y+4+10*n, html.EscapeString(e.text))
		}
	}
}
