// Package metrics exports what the stages of a stream do to Prometheus, and
// prints it for people.
//
//	m := metrics.New(registry)
//	ctx = flow.WithObserver(flow.WithStream(ctx, "orders"), m)
//	err := sinks.ForEach(ctx, orders, ship) // as without metrics
//	metrics.WriteTable(os.Stdout, m.Snapshot())
//	fmt.Println(metrics.Bottleneck(m.Snapshot()))
//
// One [Metrics] serves any number of streams and runs. Stages count in their
// [flow.Stats] anyway; Metrics reads these when it is scraped, and costs the
// elements nothing.
//
// # Series
//
// Every metric but the last three has the labels stream and stage, the names
// that [flow.Describe] knows; a further label is given in braces.
//
//	weir_stage_elements_total{direction}       received (in) and handed on (out);
//	                                           a sink's out is what it has dealt with
//	weir_stage_filtered_total                  rejected by a predicate
//	weir_stage_dropped_total{strategy}         lost by overflow
//	weir_stage_merged_total                    merged into another element
//	weir_stage_discarded_total{reason}         let go by a cancel or an error
//	weir_stage_buffer_elements                 held now
//	weir_stage_buffer_capacity_elements        where the stage has a capacity
//	weir_stage_requested_total                 demand received
//	weir_stage_request_calls_total             calls of Request
//	weir_stage_demand_outstanding              not yet delivered; -1 is unbounded
//	weir_stage_busy_seconds_total              its own code ran
//	weir_stage_backpressured_seconds_total     waited for demand, or for code below
//	weir_stage_idle_seconds_total              waited for input, or for code above
//	weir_stage_errors_total{reason}            by kind of error
//	weir_stage_workers                         live subscriptions
//	weir_undeliverable_errors_total            by stream only
//	weir_series_dropped_total                  by stream only, see [WithMaxStages]
//	weir_build_info{version}                   always 1
//
// The sum closes: where a stage neither makes nor expands elements, in is out
// plus filtered, dropped, merged, discarded and buffered.
//
// A stage that asks for everything has requested 2^63-1 elements, which is
// what weir_stage_requested_total then stays at.
//
// # Runs
//
// Runs of the same stream add to the same series: counters never go down,
// gauges are sums over what is alive. The counters of a run that has ended are
// added to a sum, so that a stream may run any number of times: see
// [Metrics.OnStage]. The names of streams are not limited in number; give them
// names from a small set.
package metrics
