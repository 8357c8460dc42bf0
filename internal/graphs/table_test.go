package graphs

import "slices"

// operatorRow is an operator in the table: how it is put behind a stream, and
// what the stream then emits, which put works out over slices.
type operatorRow[T any] struct {
	name string
	most mode // how little may be known of the stream; exact where order matters
	put  func(d *draw[T], s stream[T]) stream[T]
}

// sourceRow is a source in the table.
type sourceRow[T any] struct {
	name string
	make func(d *draw[T]) stream[T]
}

// joinRow is a source in the table that is made of other streams.
type joinRow[T any] struct {
	name string
	make func(d *draw[T], depth int) stream[T]
}

// sinkRow is a sink in the table: it starts the sink, and tells it in words.
type sinkRow[T any] struct {
	name string
	make func(d *draw[T]) (running[T], string)
}

// tables are all that a graph may be drawn of, by family: each is in the file
// where its functions are.
type tables[T any] struct {
	operators []operatorRow[T]
	sources   []sourceRow[T]
	joins     []joinRow[T]
	sinks     []sinkRow[T]
}

func allTables[T any]() tables[T] {
	return tables[T]{
		operators: slices.Concat(mapRows[T](), plainRows[T](), customRows[T](), timeRows[T](), nestedRows[T](),
			selectRows[T](), combineRows[T](),
			switchRows[T](), callRows[T](), shiftRows[T](), lifecycleRows[T](), shareRows[T](), windowRows[T](), elementRows[T](), delayedRows[T](), pacedRows[T](), rateRows[T](), prioritizedRows[T](), joinWithinRows[T](), lifetimeRows[T](), valveRows[T](), expandRows[T]()),
		sources: slices.Concat(sourceRows[T](), failingRows[T](), textRows[T](), timeSources[T](), customSources[T](),
			selectSources[T](), resourceRows[T](), hubRows[T](), scanRows[T](), againSources[T](), unicastRows[T]()),
		joins: joinRows[T](),
		sinks: slices.Concat(sinkRows[T](), callingSinks[T](), valueSinks[T](), aggregateSinks[T]()),
	}
}

// operator puts an operator behind s.
func (d *draw[T]) operator(s stream[T]) stream[T] {
	d.stages++
	fit := slices.DeleteFunc(slices.Clone(d.tables.operators), func(r operatorRow[T]) bool { return s.mode > r.most })
	r := oneOf(d, fit...)
	d.drawn = append(d.drawn, "operator "+r.name)
	return r.put(d, s)
}

// source draws a source, or a join of several streams.
func (d *draw[T]) source(depth int) stream[T] {
	d.stages++
	if depth > 0 && d.intn(2) == 0 {
		r := oneOf(d, d.tables.joins...)
		d.drawn = append(d.drawn, "join "+r.name)
		return r.make(d, depth-1)
	}
	r := oneOf(d, d.tables.sources...)
	d.drawn = append(d.drawn, "source "+r.name)
	return r.make(d)
}

// anySink draws a sink that reads to the end, or until it has its answer.
func (d *draw[T]) anySink() (running[T], string) {
	r := oneOf(d, d.tables.sinks...)
	d.drawn = append(d.drawn, "sink "+r.name)
	return r.make(d)
}

// names are all that can be drawn.
func (t tables[T]) names() (all []string) {
	for _, r := range t.operators {
		all = append(all, "operator "+r.name)
	}
	for _, r := range t.joins {
		all = append(all, "join "+r.name)
	}
	for _, r := range t.sources {
		all = append(all, "source "+r.name)
	}
	for _, r := range t.sinks {
		all = append(all, "sink "+r.name)
	}
	return all
}
