// The Go peer of the benchmarks: the same work as Windlass's own programs do, on controller-runtime and client-go.
// Prints one line of JSON for each figure: {"name": ..., "value": ..., "unit": ...}.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

func main() {
	ctrl.SetLogger(logr.Discard())
	if len(os.Args) < 2 {
		fail(fmt.Errorf("usage: queue | units N | sync KUBECONFIG OBJECTS WORKERS"))
	}
	switch os.Args[1] {
	case "queue":
		queues()
	case "units":
		units(number(2))
	case "sync":
		synced(os.Args[2], number(3), number(4))
	default:
		fail(fmt.Errorf("unknown command %q", os.Args[1]))
	}
}

func number(at int) int {
	n, err := strconv.Atoi(os.Args[at])
	if err != nil {
		fail(err)
	}
	return n
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func report(name string, value float64, unit string) {
	line, err := json.Marshal(map[string]any{"name": name, "value": value, "unit": unit})
	if err != nil {
		fail(err)
	}
	fmt.Println(string(line))
}

// ---- queues: add + get + done of distinct keys per second, best of five rounds

type queue interface {
	Add(item reconcile.Request)
	Get() (item reconcile.Request, shutdown bool)
	Done(item reconcile.Request)
	ShutDown()
}

func queues() {
	keys := make([]reconcile.Request, 200_000)
	for i := range keys {
		keys[i].Namespace = "default"
		keys[i].Name = fmt.Sprintf("object-%d", i)
	}
	for _, threads := range []int{1, 8} {
		report(fmt.Sprintf("queue.client-go.plain.%d", threads), best(keys, threads, func() queue {
			return workqueue.NewTyped[reconcile.Request]()
		}), "ops/s")
		report(fmt.Sprintf("queue.controller-runtime.priority.%d", threads), best(keys, threads, func() queue {
			return priorityqueue.New[reconcile.Request]("benchmark")
		}), "ops/s")
	}
}

func best(keys []reconcile.Request, threads int, make func() queue) float64 {
	fastest := 0.0
	for round := 0; round < 5; round++ {
		q := make()
		began := time.Now()
		var wg sync.WaitGroup
		share := len(keys) / threads
		for t := 0; t < threads; t++ {
			wg.Add(1)
			go func(mine []reconcile.Request) {
				defer wg.Done()
				for _, key := range mine {
					q.Add(key)
					item, _ := q.Get()
					q.Done(item)
				}
			}(keys[t*share : (t+1)*share])
		}
		wg.Wait()
		fastest = max(fastest, float64(len(keys))/time.Since(began).Seconds())
		q.ShutDown()
	}
	return fastest
}

// ---- units: plain runnables of a manager

func units(count int) {
	for round := 0; round < 5; round++ {
		unitsOnce(count)
	}
}

func unitsOnce(count int) {
	mgr, err := manager.New(&rest.Config{Host: "https://127.0.0.1:1"}, manager.Options{
		Metrics:        metricsserver.Options{BindAddress: "0"},
		LeaderElection: false,
		MapperProvider: nil,
	})
	if err != nil {
		fail(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- mgr.Start(ctx) }()
	<-mgr.Elected()
	before := heap()
	var running atomic.Int64
	began := time.Now()
	for i := 0; i < count; i++ {
		if err := mgr.Add(manager.RunnableFunc(func(ctx context.Context) error {
			running.Add(1)
			<-ctx.Done()
			return nil
		})); err != nil {
			fail(err)
		}
	}
	for running.Load() < int64(count) {
		runtime.Gosched()
	}
	report("units.add-start", float64(time.Since(began).Nanoseconds())/float64(count), "ns")
	report("units.bytes", float64(heap()-before)/float64(count), "B")
	began = time.Now()
	cancel()
	if err := <-done; err != nil {
		fail(err)
	}
	report("units.stop-all", float64(time.Since(began).Microseconds())/1000, "ms")
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc + stats.StackInuse)
}

// ---- sync: from start to synced, and to all reconciled

func synced(kubeconfig string, objects, workers int) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		fail(err)
	}
	before := heap()
	began := time.Now()
	mgr, err := manager.New(config, manager.Options{Metrics: metricsserver.Options{BindAddress: "0"}})
	if err != nil {
		fail(err)
	}
	var reconciled atomic.Int64
	all := make(chan struct{})
	err = ctrl.NewControllerManagedBy(mgr).For(&corev1.ConfigMap{}).
		WithOptions(controller.Options{MaxConcurrentReconciles: workers}).
		Complete(reconcile.Func(func(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
			var object corev1.ConfigMap
			if err := mgr.GetClient().Get(ctx, request.NamespacedName, &object); err != nil {
				return reconcile.Result{}, client.IgnoreNotFound(err)
			}
			if reconciled.Add(1) == int64(objects) {
				close(all)
			}
			return reconcile.Result{}, nil
		}))
	if err != nil {
		fail(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- mgr.Start(ctx) }()
	mgr.GetCache().WaitForCacheSync(ctx)
	report(fmt.Sprintf("sync.synced.%d", workers), float64(time.Since(began).Microseconds())/1000, "ms")
	<-all
	report(fmt.Sprintf("sync.reconciled.%d", workers), float64(time.Since(began).Microseconds())/1000, "ms")
	report(fmt.Sprintf("sync.bytes.%d", workers), float64(heap()-before)/float64(objects), "B")
	cancel()
	if err := <-done; err != nil {
		fail(err)
	}
}
