package dev.windlass.apiserver.internal.quota;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.rest.Call;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.rest.Reservation;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.rest.Target;
import dev.windlass.apiserver.internal.rest.WriteGuard;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.store.Shelf;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Refuses what a quota has no room for, and counts what it lets pass in the quota's status: not in a step of its own, but by replacing the very state that had
 * the room. What then is not stored stays counted, as what is deleted does, until somebody counts again. Thread-safe.
 */
public final class QuotaAdmission implements WriteGuard {
    private final Resources resources;
    private final ResourceType type;
    // How many requests of a namespace are counted and not yet stored.
    private final Map<String, Integer> open = new ConcurrentHashMap<>();
    private volatile Consumer<String> settled = _ -> {
    };

    public QuotaAdmission(Resources resources) {
        this.resources = resources;
        this.type = resources.catalog().require("", "v1", "resourcequotas");
    }

    /** A quota and what is used of it with the object. */
    private record Charge(Quota quota, ResourceList used) {
    }

    @Override
    public void checkLast(Target target, ObjectNode object, @Nullable ObjectNode old, Call call,
            Reservation reservation) {
        Shelf shelf = resources.shelf(type);
        if (shelf.size() == 0 || !target.type().namespaced()) {
            return;
        }
        Evaluator evaluator = Evaluator.of(target.type());
        if (evaluator == null || !evaluator.handles(target.subresource(), object, old)) {
            return;
        }
        if (!call.dryRun()) {
            hold(target.namespace(), reservation); // before anything is counted
        }
        List<Quota> quotas = read(target.namespace());
        while (!quotas.isEmpty()) {
            List<Charge> charges = charges(quotas, evaluator, target, object, old);
            if (call.dryRun()) {
                return;
            }
            Set<String> lost = new HashSet<>();
            charges.stream().filter(each -> !store(each)).forEach(each -> lost.add(each.quota().name()));
            quotas = lost.isEmpty()
                    ? List.of()
                    : read(target.namespace()).stream().filter(each -> lost.contains(each.name())).toList();
        }
    }

    /** Says who is told of a namespace in which all that was counted has been stored, or will not be. */
    void onSettled(Consumer<String> listener) {
        this.settled = listener;
    }

    boolean isSettled(String namespace) {
        return !open.containsKey(namespace);
    }

    private void hold(String namespace, Reservation reservation) {
        open.merge(namespace, 1, Integer::sum);
        reservation.onClose(() -> {
            if (open.computeIfPresent(namespace, (_, count) -> count == 1 ? null : count - 1) == null) {
                settled.accept(namespace);
            }
        });
    }

    private List<Quota> read(String namespace) {
        return resources.shelf(type).snapshot(namespace).objects().stream()
                .map(each -> Quota.of(each, resources.decode(each, type))).toList();
    }

    private static List<Charge> charges(List<Quota> quotas, Evaluator evaluator, Target target, ObjectNode object,
            @Nullable ObjectNode old) {
        List<Quota> concerned = quotas.stream().filter(each -> evaluator.isFor(each, object)).toList();
        concerned.forEach(each -> checkSaid(each, evaluator, target, object));
        if (concerned.isEmpty()) {
            return List.of();
        }
        ResourceList whole = evaluator.usage(object).withoutZeros();
        ResourceList grown = old == null ? whole : whole.growthSince(evaluator.usage(old));
        List<Charge> charges = new ArrayList<>();
        for (Quota quota : concerned) {
            boolean counted = old != null && evaluator.isFor(quota, old);
            ResourceList requested = (counted ? grown : whole).only(quota.hard().names());
            ResourceList used = quota.used().plus(requested);
            Set<String> exceeded = used.only(requested.names()).above(quota.hard());
            if (!exceeded.isEmpty() && !target.subresource().equals("status")) {
                throw refused(target, object, "exceeded quota: " + quota.name() + ", requested: "
                        + requested.only(exceeded) + ", used: " + quota.used().only(exceeded) + ", limited: "
                        + quota.hard().only(exceeded));
            }
            if (!requested.isEmpty()) {
                charges.add(new Charge(quota, used));
            }
        }
        return charges;
    }

    private static void checkSaid(Quota quota, Evaluator evaluator, Target target, ObjectNode object) {
        Set<String> limited = evaluator.taken(quota.hard().names());
        String missing = evaluator.missing(limited, object);
        if (!missing.isEmpty()) {
            throw refused(target, object, "failed quota: " + quota.name() + ": must specify " + missing);
        }
        if (!quota.knowsUseOf(limited)) {
            throw refused(target, object, "status unknown for quota: " + quota.name() + ", resources: "
                    + String.join(",", limited));
        }
    }

    /** @return whether nobody was faster */
    private boolean store(Charge charge) {
        ObjectNode before = charge.quota().object();
        ObjectNode object = before.deepCopy();
        Json.child(object, "status").set("used", charge.used().json());
        resources.trackOwnStatus(before, object, type);
        return resources.commit(type, charge.quota().stored(), object, resources.draft(object, type)) != null;
    }

    private static ApiException refused(Target target, ObjectNode object, String why) {
        String name = target.name().isEmpty() ? Metadata.name(object) : target.name();
        return ApiException.forbidden(target.type().group(), target.type().plural(), name, why, List.of());
    }
}
