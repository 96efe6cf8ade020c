package dev.windlass.examples.website;

import dev.windlass.controller.ReconcileContext;
import dev.windlass.controller.Reconciler;
import dev.windlass.controller.Request;
import dev.windlass.controller.Result;
import dev.windlass.kubernetes.FieldOwner;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.Map;
import java.util.TreeMap;

/** Keeps the ConfigMap {@code site-index} of each namespace: the titles of all its websites, read from the cache. */
public final class SiteIndexReconciler implements Reconciler<Website> {
    static final String INDEX = "site-index";
    private static final FieldOwner OWNER = FieldOwner.of("site-index");

    @Override
    public Result reconcile(Request<Website> request, ReconcileContext context) {
        Map<String, String> titles = new TreeMap<>();
        for (Website site : context.cache().list(Website.class, request.namespace())) {
            if (!site.isMarkedForDeletion()) {
                titles.put(site.getMetadata().getName(), site.getSpec().title());
            }
        }
        ConfigMap index = new ConfigMapBuilder().withNewMetadata().withName(INDEX).withNamespace(request.namespace())
                .endMetadata().withData(titles).build();
        context.client().apply(index, OWNER);
        return Result.done();
    }
}
