package dev.windlass.tests.e2e;

import dev.windlass.controller.ReconcileContext;
import dev.windlass.controller.Request;
import dev.windlass.kubernetes.ApiException;
import dev.windlass.kubernetes.Client;
import dev.windlass.kubernetes.FieldOwner;
import dev.windlass.kubernetes.Finalizers;
import dev.windlass.kubernetes.ObjectKey;
import dev.windlass.kubernetes.Owners;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.Optional;

/** The two controllers of the suite: one with a finalizer and children, one that learns of deletions only by watching. */
final class Reconcilers {

    static final String WEBSITES = "websites";
    static final String NOTES = "notes";
    static final String FINALIZER = "e2e.windlass.dev/pages";
    static final FieldOwner OWNER = FieldOwner.of("e2e-websites");
    /** Of the ConfigMaps that are notes. */
    static final String NOTE_LABEL = "e2e-note";
    static final String TEXT = "text";

    private Reconcilers() {
    }

    /** The name of a page's ConfigMap. */
    static String page(String website, int number) {
        return website + "-page-" + number;
    }

    static String website(Request<Website> request, ReconcileContext context) {
        Optional<Website> found = context.cache().get(request);
        if (found.isEmpty()) {
            return Journal.GONE;
        }
        Website site = found.get();
        Client client = context.client();
        if (site.getMetadata().getDeletionTimestamp() != null) {
            if (Finalizers.has(site, FINALIZER)) {
                for (int i = 0; i < site.getSpec().pages(); i++) {
                    client.delete(ConfigMap.class, ObjectKey.of(request.namespace(), page(request.name(), i)));
                }
                Finalizers.remove(site, FINALIZER);
                try {
                    client.update(site);
                } catch (ApiException e) {
                    if (!e.isNotFound()) { // the cache was behind: it had gone
                        throw e;
                    }
                }
            }
            return "(going)";
        }
        if (Finalizers.add(site, FINALIZER)) {
            site = client.update(site);
        }
        for (int i = 0; i < site.getSpec().pages(); i++) {
            ConfigMap child = new ConfigMapBuilder().withNewMetadata().withNamespace(request.namespace())
                    .withName(page(request.name(), i)).endMetadata().addToData(TEXT, site.getSpec().text()).build();
            Owners.setController(site, child);
            client.apply(child, OWNER);
        }
        Website status = new Website();
        status.getMetadata().setNamespace(request.namespace());
        status.getMetadata().setName(request.name());
        status.setStatus(new Website.Published(site.getSpec().text(), site.getMetadata().getGeneration()));
        client.status().apply(status, OWNER);
        return site.getSpec().text();
    }

    static String note(Request<ConfigMap> request, ReconcileContext context) {
        return context.cache().get(request).map(note -> note.getData().getOrDefault(TEXT, "")).orElse(Journal.GONE);
    }
}
