package main

import (
	"context"
	"runtime"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"
)

const warmup = 100

// controllers prints what it takes to stop one controller in the only way that there is: its own context, cancelled, around a
// controller on the manager's shared cache; and what each such start and stop leaves behind.
func controllers(kubeconfig, which string, cycles int) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	must(err)
	mgr, err := manager.New(config, manager.Options{Metrics: metricsserver.Options{BindAddress: "0"}})
	must(err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- mgr.Start(ctx) }()
	switch which {
	case "many":
		measure[*corev1.ConfigMap](ctx, mgr, func() *corev1.ConfigMap { return &corev1.ConfigMap{} }, cycles)
	default:
		measure[*corev1.Namespace](ctx, mgr, func() *corev1.Namespace { return &corev1.Namespace{} }, cycles)
	}
	cancel()
	must(<-done)
}

func measure[T client.Object](ctx context.Context, mgr manager.Manager, object func() T, cycles int) {
	_, err := mgr.GetCache().GetInformer(ctx, object())
	must(err)
	mgr.GetCache().WaitForCacheSync(ctx)
	for range min(warmup, cycles) {
		cycle(ctx, mgr, object())
	}
	goroutines, before := runtime.NumGoroutine(), kept()
	stops := make([]time.Duration, 0, cycles)
	for range cycles {
		stops = append(stops, cycle(ctx, mgr, object()))
	}
	report("left.bytes", float64(kept()-before)/float64(cycles), "B")
	report("left.threads", float64(runtime.NumGoroutine()-goroutines)/float64(cycles), "")
	reportQuantiles("stop", stops)
}

// cycle starts a controller, lets its queue run empty, and stops it.
func cycle[T client.Object](parent context.Context, mgr manager.Manager, object T) time.Duration {
	c, err := controller.NewTypedUnmanaged("passing", controller.TypedOptions[reconcile.Request]{
		SkipNameValidation: ptr.To(true),
		Reconciler: reconcile.Func(func(context.Context, reconcile.Request) (reconcile.Result, error) {
			return reconcile.Result{}, nil
		}),
	})
	must(err)
	must(c.Watch(source.Kind(mgr.GetCache(), object, &handler.TypedEnqueueRequestForObject[T]{})))
	ctx, cancel := context.WithCancel(parent)
	ended := make(chan error)
	go func() { ended <- c.Start(ctx) }()
	time.Sleep(20 * time.Millisecond) // there is nothing that says when it has started and is idle
	began := time.Now()
	cancel()
	must(<-ended)
	return time.Since(began)
}
