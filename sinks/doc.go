// Package sinks has the ends of streams: functions that run a
// [flow.Publisher] and return when it has ended.
//
// A sink takes the context first, blocks, and returns an error. When it
// returns, every goroutine of its stream has ended; a call that ignores its
// context is waited for, and named in the log after a grace time. For streams
// that are to run without a goroutine of their own there is
// scheduler.Subscribe.
package sinks
