package dev.windlass.apiserver.internal.rbac;

import dev.windlass.apiserver.internal.auth.User;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.LabelSelector;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.rest.Call;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.rest.Target;
import dev.windlass.apiserver.internal.rest.Writer;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.store.Shelf;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Fills cluster roles that aggregate others with the rules of these. In a cluster a controller does it; here it is part of the server. */
final class Aggregation {
    private static final String MANAGER = "clusterrole-aggregation-controller";
    private static final User CONTROLLER = User.of("system:serviceaccount:kube-system:" + MANAGER,
            List.of("system:masters"));

    private final Resources resources;
    private final ResourceType type;
    private final Shelf shelf;
    private final Writer writer;
    /** Whether a round is to come that will see everything up to now. */
    private final AtomicBoolean due = new AtomicBoolean();

    Aggregation(Resources resources) {
        this.resources = resources;
        this.type = resources.catalog().require("rbac.authorization.k8s.io", "v1", "clusterroles");
        this.shelf = resources.shelf(type);
        this.writer = new Writer(resources);
    }

    /** Fills them now, while nobody else writes yet, and after each change of a cluster role. */
    void start(Executor executor) {
        boolean changed = true;
        while (changed) {
            changed = fill();
        }
        shelf.listen(() -> {
            if (!due.getAndSet(true)) {
                executor.execute(() -> {
                    due.set(false);
                    fill();
                });
            }
        });
    }

    /**
     * One round. What is filled may be aggregated in turn: its change brings the next one.
     *
     * @return whether something has been filled
     */
    private boolean fill() {
        boolean changed = false;
        List<Stored> all = shelf.snapshot("").objects();
        for (Stored stored : all) {
            ObjectNode role = resources.decode(stored, type);
            JsonNode selectors = Json.find(role, "aggregationRule", "clusterRoleSelectors");
            if (selectors != null) {
                ArrayNode rules = gather(all, stored, selectors);
                if (!rules.equals(role.path("rules")) && !(rules.isEmpty() && role.path("rules").isEmpty())) {
                    put(stored.name(), Json.textOrEmpty(role, "metadata", "uid"), rules);
                    changed = true;
                }
            }
        }
        return changed;
    }

    private ArrayNode gather(List<Stored> all, Stored into, JsonNode selectors) {
        ArrayNode rules = Json.array();
        for (JsonNode selector : selectors) {
            for (Stored each : all) {
                if (!each.name().equals(into.name()) && LabelSelector.ofObject(selector).matches(each::label)) {
                    for (JsonNode rule : resources.decode(each, type).path("rules")) {
                        if (!contains(rules, rule)) {
                            rules.add(rule);
                        }
                    }
                }
            }
        }
        return rules;
    }

    private static boolean contains(ArrayNode rules, JsonNode rule) {
        for (JsonNode each : rules) {
            if (each.equals(rule)) {
                return true;
            }
        }
        return false;
    }

    private void put(String name, String uid, ArrayNode rules) {
        ObjectNode config = Json.object().put("kind", type.kind()).put("apiVersion", type.apiVersion());
        config.putObject("metadata").put("name", name).put("uid", uid);
        config.set("rules", rules);
        Call call = new Call("PATCH", "", Map.of("fieldManager", List.of(MANAGER)), "", "", MANAGER, "", CONTROLLER,
                new byte[0]);
        try {
            writer.apply(new Target("patch", type, "", name, ""), config, true, call);
        } catch (ApiException e) {
            if (e.code() != 404 && e.code() != 409) {
                throw e;
            }
            // deleted meanwhile, perhaps made anew
        }
    }
}
