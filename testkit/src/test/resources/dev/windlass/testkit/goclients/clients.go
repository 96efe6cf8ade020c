package main

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	apps "k8s.io/client-go/applyconfigurations/apps/v1"
	core "k8s.io/client-go/applyconfigurations/core/v1"
	meta "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/pager"
	"k8s.io/utils/ptr"
)

func discovers(config config) error {
	client, err := discovery.NewDiscoveryClientForConfig(config())
	if err != nil {
		return err
	}
	version, err := client.ServerVersion()
	if err != nil {
		return err
	}
	groups, resources, err := client.ServerGroupsAndResources()
	if err != nil {
		return err
	}
	cached := memory.NewMemCacheClient(client)
	mapper := restmapper.NewShortcutExpander(restmapper.NewDeferredDiscoveryRESTMapper(cached), cached, nil)
	kind, err := mapper.KindFor(schema.GroupVersionResource{Resource: "deploy"})
	if err != nil {
		return err
	}
	mapping, err := mapper.RESTMapping(schema.GroupKind{Kind: "ConfigMap"})
	if err != nil {
		return err
	}
	paths, err := client.OpenAPIV3().Paths()
	return first(err,
		expect(version.Major == "1", "version %s", version),
		expect(len(groups) > 5 && len(resources) > 5, "%d groups, %d lists", len(groups), len(resources)),
		expect(kind.String() == "apps/v1, Kind=Deployment", "deploy is %s", kind),
		expect(mapping.Resource.Resource == "configmaps" && mapping.Scope.Name() == "namespace", "%v", mapping),
		expect(paths["apis/apps/v1"] != nil, "no document of apps/v1"))
}

func deployment(name string) *appsv1.Deployment {
	labels := map[string]string{"app": name}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "nginx:1"}}},
			},
		},
	}
}

func typed(ctx context.Context, config config, form string) error {
	client, err := kubernetes.NewForConfig(config())
	if err != nil {
		return err
	}
	deployments, name := client.AppsV1().Deployments(namespace), "typed-"+form
	created, err := deployments.Create(ctx, deployment(name), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	_, again := deployments.Create(ctx, deployment(name), metav1.CreateOptions{})
	if err := first(
		expect(created.UID != "" && *created.Spec.Replicas == 1, "created %v", created),
		expect(errors.IsAlreadyExists(again), "created twice: %v", again)); err != nil {
		return err
	}
	changed := created.DeepCopy()
	changed.Spec.Replicas = ptr.To[int32](0)
	updated, err := deployments.Update(ctx, changed, metav1.UpdateOptions{})
	if err != nil {
		return err
	}
	_, conflict := deployments.Update(ctx, changed, metav1.UpdateOptions{})
	patched, err := deployments.Patch(ctx, name, types.StrategicMergePatchType,
		[]byte(`{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"nginx:2"}]}}}}`), metav1.PatchOptions{})
	if err != nil {
		return err
	}
	container := patched.Spec.Template.Spec.Containers[0]
	if err := first(
		expect(updated.Generation == 2 && *updated.Spec.Replicas == 0, "updated %v", updated),
		expect(errors.IsConflict(conflict), "not a conflict: %v", conflict),
		expect(container.Image == "nginx:2" && container.TerminationMessagePath != "", "patched %v", container)); err != nil {
		return err
	}
	patched.Status.ReadyReplicas = 1
	patched.Status.Replicas = 1
	reported, err := deployments.UpdateStatus(ctx, patched, metav1.UpdateOptions{})
	if err != nil {
		return err
	}
	scale, err := deployments.GetScale(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	scale.Spec.Replicas = 3
	scaled, err := deployments.UpdateScale(ctx, name, scale, metav1.UpdateOptions{})
	if err != nil {
		return err
	}
	wrong := deployment("wrong-" + form)
	wrong.Spec.Selector = nil
	_, invalid := deployments.Create(ctx, wrong, metav1.CreateOptions{})
	other := types.UID("another")
	precondition := deployments.Delete(ctx, name, metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &other}})
	propagation := metav1.DeletePropagationBackground
	deleted := deployments.Delete(ctx, name, metav1.DeleteOptions{PropagationPolicy: &propagation})
	_, gone := deployments.Get(ctx, name, metav1.GetOptions{})
	return first(
		expect(reported.Status.ReadyReplicas == 1, "status %v", reported.Status),
		expect(scaled.Spec.Replicas == 3 && scaled.Status.Selector == "app="+name, "scale %v", scaled),
		expect(errors.IsInvalid(invalid), "not invalid: %v", invalid),
		expect(errors.IsConflict(precondition), "deleted another: %v", precondition),
		deleted,
		expect(errors.IsNotFound(gone), "not gone: %v", gone))
}

func applies(ctx context.Context, config config, form string) error {
	client, err := kubernetes.NewForConfig(config())
	if err != nil {
		return err
	}
	deployments, name := client.AppsV1().Deployments(namespace), "applied-"+form
	labels := map[string]string{"app": name}
	wanted := func(image string) *apps.DeploymentApplyConfiguration {
		return apps.Deployment(name, namespace).WithSpec(apps.DeploymentSpec().WithReplicas(2).
			WithSelector(meta.LabelSelector().WithMatchLabels(labels)).
			WithTemplate(core.PodTemplateSpec().WithLabels(labels).
				WithSpec(core.PodSpec().WithContainers(core.Container().WithName("web").WithImage(image)))))
	}
	applied, err := deployments.Apply(ctx, wanted("nginx:1"), metav1.ApplyOptions{FieldManager: "one"})
	if err != nil {
		return err
	}
	_, conflict := deployments.Apply(ctx, wanted("nginx:2"), metav1.ApplyOptions{FieldManager: "two"})
	forced, err := deployments.Apply(ctx, wanted("nginx:2"), metav1.ApplyOptions{FieldManager: "two", Force: true})
	if err != nil {
		return err
	}
	extracted, err := apps.ExtractDeployment(forced, "two")
	if err != nil {
		return err
	}
	return first(
		expect(len(applied.ManagedFields) == 1, "%d managers", len(applied.ManagedFields)),
		expect(errors.IsConflict(conflict), "no conflict: %v", conflict),
		expect(*extracted.Spec.Template.Spec.Containers[0].Image == "nginx:2", "extracted %v", extracted),
		deployments.Delete(ctx, name, metav1.DeleteOptions{}))
}

func pages(ctx context.Context, config config, form string) error {
	client, err := kubernetes.NewForConfig(config())
	if err != nil {
		return err
	}
	maps, selector := client.CoreV1().ConfigMaps(namespace), "paged="+form
	const count = 25
	for i := range count {
		object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
			GenerateName: "paged-", Labels: map[string]string{"paged": form}},
			BinaryData: map[string][]byte{"b": {0, byte(i)}}}
		if _, err := maps.Create(ctx, object, metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	list := pager.New(func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
		return maps.List(ctx, options)
	})
	list.PageSize = 10
	seen := map[string]bool{}
	err = list.EachListItem(ctx, metav1.ListOptions{LabelSelector: selector}, func(object runtime.Object) error {
		seen[object.(*corev1.ConfigMap).Name] = true
		return nil
	})
	return first(err,
		expect(len(seen) == count, "%d of %d", len(seen), count),
		maps.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: selector}))
}

func metadataOnly(ctx context.Context, config config, form string) error {
	client, err := metadata.NewForConfig(config())
	if err != nil {
		return err
	}
	namespaces := client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "namespaces"})
	one, err := namespaces.Get(ctx, namespace, metav1.GetOptions{})
	if err != nil {
		return err
	}
	all, err := namespaces.List(ctx, metav1.ListOptions{})
	return first(err,
		expect(one.Name == namespace && one.UID != "", "%v", one),
		expect(len(all.Items) > 0 && all.ResourceVersion != "", "%v", all))
}

var shelves = schema.GroupVersionResource{Group: "goclients.example.com", Version: "v1", Resource: "shelves"}

func definition() *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": "shelves.goclients.example.com"},
		"spec": map[string]any{
			"group": shelves.Group, "scope": "Namespaced",
			"names": map[string]any{"plural": "shelves", "kind": "Shelf"},
			"versions": []any{map[string]any{"name": "v1", "served": true, "storage": true,
				"subresources": map[string]any{"status": map[string]any{}},
				"schema": map[string]any{"openAPIV3Schema": map[string]any{"type": "object",
					"properties": map[string]any{
						"spec":   map[string]any{"type": "object", "properties": map[string]any{"books": map[string]any{"type": "integer", "default": int64(3)}}},
						"status": map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true},
					}}}}},
		}}}
}

func dynamically(ctx context.Context, config config) error {
	client, err := dynamic.NewForConfig(config())
	if err != nil {
		return err
	}
	definitions := client.Resource(schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"})
	if _, err := definitions.Create(ctx, definition(), metav1.CreateOptions{}); err != nil {
		return err
	}
	objects := client.Resource(shelves).Namespace(namespace)
	if err := eventually(ctx, "the new resource", func() bool {
		_, err := objects.List(ctx, metav1.ListOptions{})
		return err == nil
	}); err != nil {
		return err
	}
	watch, err := objects.Watch(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	defer watch.Stop()
	shelf := func(spec map[string]any) *unstructured.Unstructured {
		return &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "goclients.example.com/v1", "kind": "Shelf", "metadata": map[string]any{"name": "oak"}, "spec": spec}}
	}
	created, err := objects.Create(ctx, shelf(map[string]any{}), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	books, _, _ := unstructured.NestedInt64(created.Object, "spec", "books")
	if _, err := objects.Apply(ctx, "oak", shelf(map[string]any{"books": int64(5)}), metav1.ApplyOptions{FieldManager: "go", Force: true}); err != nil {
		return err
	}
	if _, err := objects.Patch(ctx, "oak", types.MergePatchType, []byte(`{"status":{"full":true}}`), metav1.PatchOptions{}, "status"); err != nil {
		return err
	}
	if err := objects.Delete(ctx, "oak", metav1.DeleteOptions{}); err != nil {
		return err
	}
	events := ""
	for range 4 {
		event := <-watch.ResultChan()
		events += string(event.Type) + " "
	}
	return first(
		expect(books == 3, "default %d", books),
		expect(events == "ADDED MODIFIED MODIFIED DELETED ", "events %s", events),
		definitions.Delete(ctx, "shelves.goclients.example.com", metav1.DeleteOptions{}))
}

func configMap(name string, data string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"made": "by-go"}},
		Data: map[string]string{"data": fmt.Sprint(data)}}
}
