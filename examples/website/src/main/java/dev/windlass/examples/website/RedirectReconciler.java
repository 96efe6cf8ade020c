package dev.windlass.examples.website;

import dev.windlass.controller.ReconcileContext;
import dev.windlass.controller.Reconciler;
import dev.windlass.controller.Request;
import dev.windlass.controller.Result;
import dev.windlass.kubernetes.FieldOwner;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps one line per {@link Redirect} in the ConfigMap {@code redirects} of its namespace, which a proxy would read.
 *
 * <p>A redirect has no finalizer: that it has gone is known only because somebody watched. So the request for a redirect that
 * is not there any more is what removes its line, also when it was deleted while this controller was stopped.
 */
public final class RedirectReconciler implements Reconciler<Redirect> {
    static final String TABLE = "redirects";

    @Override
    public Result reconcile(Request<Redirect> request, ReconcileContext context) {
        Optional<Redirect> redirect = context.cache().get(request);
        Map<String, String> line = redirect.map(Redirect::getSpec)
                .map(spec -> Map.of(request.name(), spec.from() + " -> " + spec.to())).orElse(Map.of());
        ConfigMap table = new ConfigMapBuilder().withNewMetadata().withName(TABLE).withNamespace(request.namespace())
                .endMetadata().withData(line).build();
        // One field owner per redirect: what an owner no longer states, the server removes; the other lines are not touched.
        context.client().apply(table, FieldOwner.of("redirect-" + request.name()));
        return Result.done();
    }
}
