package scheduler

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"sync"
	"time"
)

// ErrSignal is the cause with which a second signal cancels a graph.
var ErrSignal = errors.New("scheduler: stopped by a second signal")

// DrainOnSignal lets the first of the signals drain the graph, for at most the
// grace time, and a second one cancel it. Without signals it is os.Interrupt
// and, where it exists, SIGTERM. Call stop when Wait has returned.
func DrainOnSignal(g *Graph, grace time.Duration, signals ...os.Signal) (stop func()) {
	if g == nil {
		panic("scheduler.DrainOnSignal: nil graph")
	}
	if len(signals) == 0 {
		signals = defaultSignals
	}
	c := make(chan os.Signal, 2)
	signal.Notify(c, signals...)
	quit := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() { drainOn(g, grace, c, quit) })
	return sync.OnceFunc(func() {
		signal.Stop(c)
		close(quit)
		all.Wait()
	})
}

func drainOn(g *Graph, grace time.Duration, c <-chan os.Signal, quit <-chan struct{}) {
	select {
	case <-quit:
		return
	case <-c:
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(g.ctx), grace)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = g.Drain(ctx) // Wait returns the error
	}()
	select {
	case <-quit:
		cancel()
	case <-c:
		g.fail(ErrSignal)
		cancel()
	case <-done:
	}
	<-done
}
