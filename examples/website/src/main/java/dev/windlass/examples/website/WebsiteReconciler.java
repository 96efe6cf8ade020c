package dev.windlass.examples.website;

import dev.windlass.controller.ReconcileContext;
import dev.windlass.controller.Reconciler;
import dev.windlass.controller.Request;
import dev.windlass.controller.Result;
import dev.windlass.kubernetes.ApiException;
import dev.windlass.kubernetes.FieldOwner;
import dev.windlass.kubernetes.Finalizers;
import dev.windlass.kubernetes.ObjectKey;
import dev.windlass.kubernetes.Owners;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * Publishes each {@link Website}: a ConfigMap with its pages, a Deployment that serves them, a Service in front. A child that
 * somebody changes or deletes is put back; all of them go with their website.
 *
 * <p>One instance serves all workers and all clusters: it keeps nothing between calls.
 */
public final class WebsiteReconciler implements Reconciler<Website> {
    static final String FINALIZER = "demo.windlass.dev/children";
    private static final FieldOwner OWNER = FieldOwner.of("websites");
    private static final List<Class<? extends HasMetadata>> CHILDREN = List.of(Service.class, Deployment.class,
            ConfigMap.class);

    @Override
    public Result reconcile(Request<Website> request, ReconcileContext context) {
        Optional<Website> found = context.cache().get(request);
        if (found.isEmpty()) {
            return Result.done();
        }
        Website site = found.get();
        if (site.isMarkedForDeletion()) {
            takeDown(site, context);
        } else {
            publish(site, context);
        }
        return Result.done();
    }

    private static void publish(Website site, ReconcileContext context) {
        if (Finalizers.add(site, FINALIZER)) {
            // Before the first child: from here on none can be left behind.
            site = context.client().update(site);
        }
        for (HasMetadata child : new WebsiteChildren(site).all()) {
            context.client().apply(child, OWNER);
        }
        report(site, context);
    }

    private static void takeDown(Website site, ReconcileContext context) {
        if (!Finalizers.has(site, FINALIZER)) {
            return;
        }
        for (Class<? extends HasMetadata> kind : CHILDREN) {
            // Asked live: the cache may not have seen yet what the last call made.
            context.client().get(kind, ObjectKey.of(site)).filter(child -> isChildOf(site, child))
                    .ifPresent(context.client()::delete);
        }
        Finalizers.remove(site, FINALIZER);
        try {
            context.client().update(site);
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
            // somebody else has removed the finalizer, and what was to go is gone
        }
        context.logger().atDebug().log("website taken down");
    }

    private static boolean isChildOf(Website site, HasMetadata child) {
        return Owners.controllerOf(child).filter(owner -> owner.getUid().equals(site.getMetadata().getUid()))
                .isPresent();
    }

    private static void report(Website site, ReconcileContext context) {
        int pages = site.getSpec().pages().size();
        Condition ready = new ConditionBuilder().withType("Ready").withStatus("True").withReason("Published")
                .withMessage("ConfigMap, Deployment and Service are as the spec wants them")
                .withObservedGeneration(site.getMetadata().getGeneration()).withLastTransitionTime(since(site)).build();
        WebsiteStatus status = new WebsiteStatus(site.getMetadata().getGeneration(), pages, List.of(ready));
        if (status.equals(site.getStatus())) {
            return;
        }
        Website mine = new Website();
        mine.setMetadata(new ObjectMetaBuilder().withName(site.getMetadata().getName())
                .withNamespace(site.getMetadata().getNamespace()).build());
        mine.setStatus(status);
        context.client().status().apply(mine, OWNER);
    }

    /** When the website became ready: as it was told before, or now. */
    private static String since(Website site) {
        WebsiteStatus status = site.getStatus();
        List<Condition> conditions = status == null || status.conditions() == null ? List.of() : status.conditions();
        return conditions.stream().filter(condition -> condition.getType().equals("Ready"))
                .map(Condition::getLastTransitionTime).findFirst()
                .orElseGet(() -> Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    }
}
