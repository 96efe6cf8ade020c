package main

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

// units prints what plain runnables of a manager cost: add and start, bytes each, stop of all with the manager.
// In all is how many the rounds start together.
func units(count, inAll int) {
	rounds := min(max(inAll/count, 2), 500)
	for range rounds {
		unitsOnce(count, false)
	}
	for range min(5, rounds/2) {
		unitsOnce(count, true)
	}
}

func unitsOnce(count int, measureBytes bool) {
	mgr, err := manager.New(&rest.Config{Host: "https://127.0.0.1:1"}, manager.Options{
		Metrics: metricsserver.Options{BindAddress: "0"},
	})
	must(err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- mgr.Start(ctx) }()
	<-mgr.Elected()
	var before int64
	if measureBytes {
		before = kept()
	}
	var running atomic.Int64
	began := time.Now()
	for range count {
		must(mgr.Add(manager.RunnableFunc(func(ctx context.Context) error {
			running.Add(1)
			<-ctx.Done()
			return nil
		})))
	}
	for running.Load() < int64(count) {
		runtime.Gosched()
	}
	if measureBytes {
		report("bytes", float64(kept()-before)/float64(count), "B")
	} else {
		report("add-start", micros(began)/float64(count), "µs")
	}
	began = time.Now()
	cancel()
	must(<-done)
	if !measureBytes {
		report("stop", millis(began), "ms")
	}
}
