package main

import (
	"context"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

const finalizer = "goclients.example.com/finalizer"

// reconciler keeps a ConfigMap beside each Deployment, and tells in its status that it does.
type reconciler struct {
	client.Client
	recorder events.EventRecorder
}

func (r *reconciler) Reconcile(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
	deployment := &appsv1.Deployment{}
	if err := r.Get(ctx, request.NamespacedName, deployment); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	if deployment.Labels["managed"] != "by-go" {
		return reconcile.Result{}, nil
	}
	owned := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: deployment.Name + "-owned", Namespace: deployment.Namespace}}
	if !deployment.DeletionTimestamp.IsZero() {
		if err := client.IgnoreNotFound(r.Delete(ctx, owned)); err != nil {
			return reconcile.Result{}, err
		}
		controllerutil.RemoveFinalizer(deployment, finalizer)
		return reconcile.Result{}, client.IgnoreNotFound(r.Update(ctx, deployment))
	}
	if controllerutil.AddFinalizer(deployment, finalizer) {
		return reconcile.Result{}, r.Update(ctx, deployment)
	}
	result, err := controllerutil.CreateOrUpdate(ctx, r.Client, owned, func() error {
		owned.Data = map[string]string{"image": deployment.Spec.Template.Spec.Containers[0].Image}
		return controllerutil.SetControllerReference(deployment, owned, r.Scheme())
	})
	if err != nil {
		return reconcile.Result{}, err
	}
	if result == controllerutil.OperationResultCreated {
		r.recorder.Eventf(deployment, owned, corev1.EventTypeNormal, "Created", "Create", "made %s", owned.Name)
	}
	before := deployment.DeepCopy()
	deployment.Status.ObservedGeneration = deployment.Generation
	return reconcile.Result{}, r.Status().Patch(ctx, deployment, client.MergeFrom(before))
}

func manages(ctx context.Context, config config) error {
	mgr, err := ctrl.NewManager(config(), manager.Options{
		Metrics: metricsserver.Options{BindAddress: "0"}, LeaderElection: true, LeaderElectionID: "goclients", LeaderElectionNamespace: namespace,
		LeaderElectionReleaseOnCancel: true, GracefulShutdownTimeout: ptr.To(10 * time.Second)})
	if err != nil {
		return err
	}
	err = ctrl.NewControllerManagedBy(mgr).For(&appsv1.Deployment{}).Owns(&corev1.ConfigMap{}).
		Complete(&reconciler{mgr.GetClient(), mgr.GetEventRecorder("goclients")})
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(running) }()
	worked := works(ctx, mgr.GetAPIReader(), mgr.GetClient())
	stop()
	return first(worked, <-ended)
}

func works(ctx context.Context, reader client.Reader, writer client.Client) error {
	owner := deployment("managed")
	owner.Namespace = namespace
	owner.Labels = map[string]string{"managed": "by-go"}
	if err := writer.Create(ctx, owner); err != nil {
		return err
	}
	key, owned := client.ObjectKeyFromObject(owner), &corev1.ConfigMap{}
	ownedKey := client.ObjectKey{Namespace: namespace, Name: "managed-owned"}
	there := func() bool { return reader.Get(ctx, ownedKey, owned) == nil }
	if err := eventually(ctx, "the owned object", there); err != nil {
		return err
	}
	made := owned.UID
	if err := first(
		expect(metav1.IsControlledBy(owned, owner), "owners %v", owned.OwnerReferences),
		writer.Delete(ctx, owned.DeepCopy()),
		eventually(ctx, "the owned object again", func() bool { return there() && owned.UID != made }),
		eventually(ctx, "the status", func() bool {
			err := reader.Get(ctx, key, owner)
			return err == nil && owner.Status.ObservedGeneration == owner.Generation && controllerutil.ContainsFinalizer(owner, finalizer)
		}),
		eventually(ctx, "the event", func() bool {
			list := &corev1.EventList{}
			err := reader.List(ctx, list, client.InNamespace(namespace), client.MatchingFields{"involvedObject.name": "managed"})
			return err == nil && len(list.Items) > 0
		})); err != nil {
		return err
	}
	patch := client.MergeFrom(owner.DeepCopy())
	owner.Spec.Template.Spec.Containers[0].Image = "nginx:2"
	return first(
		writer.Patch(ctx, owner, patch),
		eventually(ctx, "the new image", func() bool { return there() && owned.Data["image"] == "nginx:2" }),
		writer.Delete(ctx, owner),
		eventually(ctx, "the end of the owner", func() bool {
			return errors.IsNotFound(reader.Get(ctx, key, &appsv1.Deployment{}))
		}),
		expect(!there(), "the owned object is still there"))
}
