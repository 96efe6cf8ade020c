package dev.windlass.apiserver.internal.quota;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.rest.Backlog;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.Set;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keeps the status of quotas as a controller does it in a cluster. Whatever is written or gone puts its namespace into a backlog, so that nothing here
 * is locked. It counts only while no request holds what it has been let pass with: before that is stored it would be missed.
 */
public final class QuotaController {
    private static final Logger LOG = LoggerFactory.getLogger(QuotaController.class);
    private static final String MANAGER = "kube-controller-manager";

    private final Resources resources;
    private final ResourceType type;
    private final QuotaAdmission admission;
    private final Backlog<String> backlog;

    /** @param executor where it works */
    public QuotaController(Resources resources, QuotaAdmission admission, Executor executor) {
        this.resources = resources;
        this.type = resources.catalog().require("", "v1", "resourcequotas");
        this.admission = admission;
        this.backlog = new Backlog<>(executor, this::recount, QuotaController::cannotCount);
        admission.onSettled(backlog::add);
        resources.onCommitted(this::changed);
        resources.onDeleted(this::changed);
    }

    private void changed(ResourceType changed, ObjectNode object) {
        if (changed.namespaced() && resources.shelf(type).size() > 0 && Evaluator.of(changed) != null) {
            backlog.add(Metadata.namespace(object));
        }
    }

    private static void cannotCount(String namespace, RuntimeException cause) {
        LOG.atError().addKeyValue("namespace", namespace).setCause(cause).log("quotas cannot be counted");
    }

    private void recount(String namespace) {
        if (backlog.contains(namespace)) {
            return; // once is enough
        }
        for (Stored stored : resources.shelf(type).snapshot(namespace).objects()) {
            if (!admission.isSettled(namespace)) {
                return; // is told when it is
            }
            recount(Quota.of(stored, resources.decode(stored, type)), namespace);
        }
    }

    private void recount(Quota quota, String namespace) {
        ResourceList hard = ResourceList.of(quota.object().path("spec").path("hard"));
        ResourceList used = quota.used().with(usage(quota, hard.names(), namespace)).only(hard.names());
        if (hard.isAsMuchAs(quota.hard()) && used.isAsMuchAs(quota.used())) {
            return;
        }
        ObjectNode object = quota.object().deepCopy();
        ObjectNode status = Json.child(object, "status");
        status.set("hard", hard.json());
        status.set("used", used.json());
        resources.trackStatus(quota.object(), object, type, MANAGER);
        if (resources.commit(type, quota.stored(), object, resources.draft(object, type)) == null) {
            backlog.add(namespace); // somebody was faster
        }
    }

    private ResourceList usage(Quota quota, Set<String> limited, String namespace) {
        ResourceList usage = ResourceList.EMPTY;
        for (ResourceType each : resources.catalog().stored()) {
            Evaluator evaluator = each.namespaced() ? Evaluator.of(each) : null;
            Set<String> taken = evaluator == null ? Set.of() : evaluator.taken(limited);
            if (evaluator == null || taken.isEmpty()) {
                continue;
            }
            usage = usage.plus(ResourceList.each(taken, ResourceList.ZERO));
            for (Stored stored : resources.shelf(each).snapshot(namespace).objects()) {
                ObjectNode object = resources.decode(stored, each);
                if (quota.scopes().stream().allMatch(scope -> evaluator.isIn(scope, object))) {
                    usage = usage.plus(evaluator.usage(object).only(taken));
                }
            }
        }
        return usage;
    }
}
