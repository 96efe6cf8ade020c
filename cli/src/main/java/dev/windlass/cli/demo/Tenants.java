package dev.windlass.cli.demo;

import dev.windlass.controller.Controller;
import dev.windlass.controller.ReconcileContext;
import dev.windlass.controller.Request;
import dev.windlass.controller.Result;
import dev.windlass.kubernetes.FieldOwner;
import dev.windlass.kubernetes.WatchSpec;
import dev.windlass.lifecycle.PriorityClass;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.List;

/**
 * Twelve small controllers on north, which a quota can choose among: four of each of three classes. Each has a watch of its own, on
 * the ConfigMap of its tenant, and keeps a copy of that.
 */
final class Tenants {
    static final int COUNT = 12;
    private static final List<PriorityClass> CLASSES = List.of(PriorityClass.CRITICAL, PriorityClass.NORMAL,
            PriorityClass.BATCH);
    private static final FieldOwner OWNER = FieldOwner.of("tenants");
    private static final String VALUE = "value";

    private final EmbeddedCluster cluster;

    Tenants(EmbeddedCluster cluster) {
        this.cluster = cluster;
    }

    static String name(int tenant) {
        return "tenant-" + tenant;
    }

    static String engagement(int tenant) {
        return "cluster/north/" + name(tenant);
    }

    Controller<ConfigMap> controller(int tenant) {
        return Controller.builder(WatchSpec.of(ConfigMap.class).withLabels("tenant=" + name(tenant)))
                .named(name(tenant)).priority(CLASSES.get(tenant * CLASSES.size() / COUNT))
                .clusters(cluster.name()::equals).reconciler(Tenants::copy).build();
    }

    private static Result copy(Request<ConfigMap> request, ReconcileContext context) {
        context.cache().get(request).ifPresent(map -> context.client()
                .apply(map("copy-of-" + request.name(), map.getData().getOrDefault(VALUE, "")).build(), OWNER));
        return Result.done();
    }

    private static ConfigMapBuilder map(String name, String value) {
        return new ConfigMapBuilder().withNewMetadata().withName(name).withNamespace(Sites.NAMESPACE).endMetadata()
                .addToData(VALUE, value);
    }

    /** Gives a tenant something to copy. */
    void write(int tenant, String value) {
        cluster.apply(
                map(name(tenant), value).editMetadata().addToLabels("tenant", name(tenant)).endMetadata().build());
    }

    /** What the copy of a tenant says; empty when there is none. */
    String copyOf(int tenant) {
        return Sites.table(cluster, "copy-of-" + name(tenant)).getOrDefault(VALUE, "");
    }
}
