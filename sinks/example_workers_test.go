package sinks_test

import (
	"context"
	"fmt"
	"log"
	"sync/atomic"

	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleWithWorkers() {
	var stored atomic.Int64
	store := func(_ context.Context, order int64) error { // up to 8 at once
		stored.Add(order)
		return nil
	}
	if err := sinks.ForEach(context.Background(), sources.Range(1, 100), store, sinks.WithWorkers(8)); err != nil {
		log.Fatal(err)
	}
	fmt.Println(stored.Load())
	// Output: 5050
}
