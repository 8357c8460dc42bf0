package catalogue

import "strings"

// entry is a function in the catalogue.
type entry struct {
	name      string // package.Function
	family    string
	intent    string    // what one wants to do
	peers     [4]string // its names in RxJava, Reactor, Pekko and ro
	picture   diagram
	noPicture string // why an operator has none
}

// file is the name of the entry's picture.
func (e entry) file() string { return strings.ToLower(strings.ReplaceAll(e.name, ".", "-")) + ".svg" }

// anchor is where the page's headings are linked.
func (e entry) anchor() string { return strings.ToLower(strings.ReplaceAll(e.name, ".", "")) }

const (
	create    = "Create"
	transform = "Transform"
	filter    = "Filter and select"
	combine   = "Combine"
	flatten   = "Flatten and call concurrently"
	window    = "Window and batch"
	timing    = "Time"
	failing   = "Errors"
	overload  = "Flow control"
	sharing   = "Share and split"
	lifecycle = "Lifecycle"
	custom    = "Operators of your own"
	collect   = "Run and collect"
)

// families are in the order of the page.
var families = []string{create, transform, filter, combine, flatten, window, timing, failing, overload, sharing, lifecycle, custom, collect}

// entries are all functions of sources, operators and sinks.
var entries = concat(createEntries, transformEntries, transformMore, filterEntries, filterMore, combineEntries, combineMore,
	flattenEntries, flattenMore, windowEntries, timeEntries, errorEntries, overloadEntries, sharingEntries, lifecycleEntries,
	customEntries, collectEntries, sharingMore, windowsInTime, elementEntries, pacedEntries, rateEntries, aggregateEntries, scanEntries, againEntries, joinEntries, lifetimeEntries, valveEntries, unicastEntries, expandEntries)

func concat(all ...[]entry) (out []entry) {
	for _, es := range all {
		out = append(out, es...)
	}
	return out
}

// one is a picture with one input.
func one(title, in string, run func(text) text) diagram {
	return diagram{title: title, inputs: []string{in}, run: func(all []text) text { return run(all[0]) }}
}

// none is a picture of a source.
func none(title string, span int, run func() text) diagram {
	return diagram{title: title, span: span, run: func([]text) text { return run() }}
}
