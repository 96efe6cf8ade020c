package dev.windlass.apiserver.internal.quota;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keeps the status of quotas as a controller does it in a cluster. Whatever is written or gone puts its namespace into a queue; one task at a time works it
 * off, so that nothing here is locked. It counts only while no request holds what it has been let pass with: before that is stored it would be missed.
 */
public final class QuotaController {
    private static final Logger LOG = LoggerFactory.getLogger(QuotaController.class);
    private static final String MANAGER = "kube-controller-manager";

    private final Resources resources;
    private final ResourceType type;
    private final QuotaAdmission admission;
    private final Executor executor;
    private final Queue<String> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pending = new AtomicInteger();

    /** @param executor where it works */
    public QuotaController(Resources resources, QuotaAdmission admission, Executor executor) {
        this.resources = resources;
        this.type = resources.catalog().require("", "v1", "resourcequotas");
        this.admission = admission;
        this.executor = executor;
        admission.onSettled(this::enqueue);
        resources.onCommitted(this::changed);
        resources.onDeleted(this::changed);
    }

    private void changed(ResourceType changed, ObjectNode object) {
        if (changed.namespaced() && resources.shelf(type).size() > 0 && Evaluator.of(changed) != null) {
            enqueue(Metadata.namespace(object));
        }
    }

    private void enqueue(String namespace) {
        queue.add(namespace);
        if (pending.getAndIncrement() == 0) {
            executor.execute(this::work);
        }
    }

    private void work() {
        do {
            String namespace = queue.poll();
            if (namespace != null && !queue.contains(namespace)) {
                try {
                    recount(namespace);
                } catch (RuntimeException e) {
                    // One namespace must not keep all others from being counted.
                    LOG.atError().addKeyValue("namespace", namespace).setCause(e).log("quotas cannot be counted");
                }
            }
        } while (pending.decrementAndGet() > 0);
    }

    private void recount(String namespace) {
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
            enqueue(namespace); // somebody was faster
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
