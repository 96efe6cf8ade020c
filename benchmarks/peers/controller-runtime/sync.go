package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// synced prints the time from nothing to all objects in the cache and to all reconciled. The first round of a process is the
// cold one, the others run with a fresh manager each.
func synced(kubeconfig string, objects, workers, rounds int) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	must(err)
	for round := range rounds {
		syncOnce(config, objects, workers, round == 0)
	}
}

func syncOnce(config *rest.Config, objects, workers int, cold bool) {
	prefix, before, cpuBefore := "warm.", int64(0), cpuSeconds()
	if cold {
		prefix, before, cpuBefore = "", kept(), 0
	}
	began := time.Now()
	mgr, err := manager.New(config, manager.Options{Metrics: metricsserver.Options{BindAddress: "0"}})
	must(err)
	var reconciled atomic.Int64
	all := make(chan struct{})
	must(ctrl.NewControllerManagedBy(mgr).For(&corev1.ConfigMap{}).
		WithOptions(controller.Options{MaxConcurrentReconciles: workers, SkipNameValidation: ptr.To(true)}).
		Complete(reconcile.Func(func(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
			var object corev1.ConfigMap
			if err := mgr.GetClient().Get(ctx, request.NamespacedName, &object); err != nil {
				fail(fmt.Errorf("%v was not in the cache when it was reconciled: %w", request, client.IgnoreNotFound(err)))
			}
			if reconciled.Add(1) == int64(objects) {
				close(all)
			}
			return reconcile.Result{}, nil
		})))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- mgr.Start(ctx) }()
	// Of the informers that there are at the moment WaitForCacheSync would wait for: none. This waits for the one that counts.
	_, err = mgr.GetCache().GetInformer(ctx, &corev1.ConfigMap{})
	must(err)
	report(prefix+"synced", millis(began), "ms")
	<-all
	report(prefix+"reconciled", millis(began), "ms")
	report(prefix+"cpu", cpuSeconds()-cpuBefore, "s")
	if cold {
		report("resident", status("VmRSS")*1024/1e6, "MB")
		report("threads", status("Threads"), "")
		report("bytes", float64(kept()-before)/float64(objects), "B")
	}
	cancel()
	must(<-done)
}
