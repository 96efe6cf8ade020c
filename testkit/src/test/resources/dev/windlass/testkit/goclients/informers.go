package main

import (
	"context"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// journal keeps what a handler has been told.
type journal struct {
	lock  sync.Mutex
	lines map[string]int
}

func (j *journal) add(line string) {
	j.lock.Lock()
	defer j.lock.Unlock()
	j.lines[line]++
}

func (j *journal) count(line string) int {
	j.lock.Lock()
	defer j.lock.Unlock()
	return j.lines[line]
}

func (j *journal) has(line string) func() bool {
	return func() bool { return j.count(line) > 0 }
}

// handler tells changes apart from resyncs.
func (j *journal) handler() cache.ResourceEventHandler {
	return cache.ResourceEventHandlerFuncs{
		AddFunc: func(object any) { j.add("add " + object.(*corev1.ConfigMap).Name) },
		UpdateFunc: func(before, now any) {
			word := "update "
			if before.(*corev1.ConfigMap).ResourceVersion == now.(*corev1.ConfigMap).ResourceVersion {
				word = "resync "
			}
			j.add(word + now.(*corev1.ConfigMap).Name)
		},
		DeleteFunc: func(object any) {
			if last, unknown := object.(cache.DeletedFinalStateUnknown); unknown {
				object = last.Obj
			}
			j.add("delete " + object.(*corev1.ConfigMap).Name)
		},
	}
}

func informs(ctx context.Context, config config, form string) error {
	client, err := kubernetes.NewForConfig(config())
	if err != nil {
		return err
	}
	maps := client.CoreV1().ConfigMaps(namespace)
	if _, err := maps.Create(ctx, configMap("before-"+form, "1"), metav1.CreateOptions{}); err != nil {
		return err
	}
	selected := informers.WithTweakListOptions(func(options *metav1.ListOptions) { options.LabelSelector = "made=by-go" })
	factory := informers.NewSharedInformerFactoryWithOptions(client, time.Second, informers.WithNamespace(namespace), selected)
	told := &journal{lines: map[string]int{}}
	informer := factory.Core().V1().ConfigMaps()
	if _, err := informer.Informer().AddEventHandler(told.handler()); err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	defer factory.Shutdown()
	defer stop()
	factory.Start(running.Done())
	if !cache.WaitForCacheSync(ctx.Done(), informer.Informer().HasSynced) {
		return ctx.Err()
	}
	name := "informed-" + form
	created, err := maps.Create(ctx, configMap(name, "1"), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	created.Data["data"] = "2"
	if _, err := maps.Update(ctx, created, metav1.UpdateOptions{}); err != nil {
		return err
	}
	if err := first(
		eventually(ctx, "what was there before", told.has("add before-"+form)),
		eventually(ctx, "an addition", told.has("add "+name)),
		eventually(ctx, "a change", told.has("update "+name)),
		eventually(ctx, "a resync", told.has("resync "+name))); err != nil {
		return err
	}
	listed, err := informer.Lister().ConfigMaps(namespace).List(labels.Everything())
	if err != nil {
		return err
	}
	return first(
		expect(len(listed) == 2, "%d in the cache", len(listed)),
		maps.Delete(ctx, name, metav1.DeleteOptions{}),
		maps.Delete(ctx, "before-"+form, metav1.DeleteOptions{}),
		eventually(ctx, "a deletion", told.has("delete "+name)))
}

// relists lets an informer's version expire while its watch is away.
func relists(ctx context.Context, config config) error {
	client, err := kubernetes.NewForConfig(config())
	if err != nil {
		return err
	}
	maps := client.CoreV1().ConfigMaps(namespace)
	kept, err := maps.Create(ctx, configMap("kept", "1"), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	told := &journal{lines: map[string]int{}}
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace(namespace),
		informers.WithTweakListOptions(func(options *metav1.ListOptions) { options.LabelSelector = "made=by-go" }))
	informer := factory.Core().V1().ConfigMaps().Informer()
	if _, err := informer.AddEventHandler(told.handler()); err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	defer factory.Shutdown()
	defer stop()
	factory.Start(running.Done())
	if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
		return ctx.Err()
	}
	// Versions go on without this watch being told.
	if _, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "unseen"}}, metav1.CreateOptions{}); err != nil {
		return err
	}
	please("forget")
	kept.Data["data"] = "2"
	if _, err := maps.Update(ctx, kept, metav1.UpdateOptions{}); err != nil {
		return err
	}
	return first(
		eventually(ctx, "the change", told.has("update kept")),
		maps.Delete(ctx, "kept", metav1.DeleteOptions{}),
		eventually(ctx, "the deletion", told.has("delete kept")),
		maps.Delete(ctx, "unseen", metav1.DeleteOptions{}))
}

func elects(ctx context.Context, config config, form string) error {
	client, err := kubernetes.NewForConfig(config())
	if err != nil {
		return err
	}
	leading := make(chan string, 4)
	elect := func(ctx context.Context, name string) {
		lock := &resourcelock.LeaseLock{LeaseMeta: metav1.ObjectMeta{Name: "go-" + form, Namespace: namespace},
			Client: client.CoordinationV1(), LockConfig: resourcelock.ResourceLockConfig{Identity: name}}
		leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{Lock: lock, ReleaseOnCancel: true,
			LeaseDuration: 15 * time.Second, RenewDeadline: 10 * time.Second, RetryPeriod: 200 * time.Millisecond,
			Callbacks: leaderelection.LeaderCallbacks{
				OnStartedLeading: func(context.Context) { leading <- name },
				OnStoppedLeading: func() {},
			}})
	}
	one, resign := context.WithCancel(ctx)
	defer resign()
	go elect(one, "one")
	if leader := <-leading; leader != "one" {
		return expect(false, "leader %s", leader)
	}
	two, end := context.WithCancel(ctx)
	defer end()
	go elect(two, "two")
	resign()
	select {
	case leader := <-leading:
		return expect(leader == "two", "leader %s", leader)
	case <-ctx.Done():
		return expect(false, "nobody leads after the first has resigned")
	}
}
