package main

import (
	"fmt"
	"sync"
	"time"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

type queue interface {
	Add(item reconcile.Request)
	Get() (item reconcile.Request, shutdown bool)
	Done(item reconcile.Request)
	ShutDown()
}

// queues prints add + get + done of distinct keys per second, on threads that do all three in turn; and the time to fill a
// queue with 100 000 keys and to drain it.
func queues(which string, rounds int) {
	keys := make([]reconcile.Request, 200_000)
	for i := range keys {
		keys[i].Namespace = "default"
		keys[i].Name = fmt.Sprintf("object-%d", i)
	}
	create := func() queue { return priorityqueue.New[reconcile.Request]("benchmark") }
	if which == "plain" {
		create = func() queue { return workqueue.NewTyped[reconcile.Request]() }
	}
	for _, threads := range []int{1, 8} {
		for range rounds {
			report(fmt.Sprintf("threads-%d", threads), perSecond(keys, threads, create()), "ops/s")
		}
	}
	for range rounds {
		fillAndDrain(keys[:100_000], create())
	}
}

func perSecond(keys []reconcile.Request, threads int, q queue) float64 {
	defer q.ShutDown()
	began := time.Now()
	var wg sync.WaitGroup
	share := len(keys) / threads
	for t := range threads {
		mine := keys[t*share : (t+1)*share]
		wg.Go(func() {
			for _, key := range mine {
				q.Add(key)
				item, _ := q.Get()
				q.Done(item)
			}
		})
	}
	wg.Wait()
	return float64(len(keys)) / time.Since(began).Seconds()
}

func fillAndDrain(keys []reconcile.Request, q queue) {
	defer q.ShutDown()
	began := time.Now()
	for _, key := range keys {
		q.Add(key)
	}
	report("fill", millis(began), "ms")
	began = time.Now()
	for range keys {
		item, _ := q.Get()
		q.Done(item)
	}
	report("drain", millis(began), "ms")
}
