package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Priority classes. Their generation is 1 and stays so: what counts of them cannot be changed. */
final class PriorityClassRule implements KindRule {
    private static final long HIGHEST = 1_000_000_000;
    private static final String SYSTEM = "system-";
    /** Those that are always there, by name. */
    private static final Map<String, Long> SYSTEM_CLASSES = Map.of("system-node-critical", 2 * HIGHEST + 1000,
            "system-cluster-critical", 2 * HIGHEST);

    private final Priorities priorities;

    PriorityClassRule(Resources resources) {
        priorities = new Priorities(resources);
    }

    @Override
    public void prepareCreate(ObjectNode object, boolean dryRun) {
        Metadata.of(object).put("generation", 1);
        refuseSecondDefault(object);
    }

    @Override
    public void checkPreconditions(ObjectNode object, String uid, String version) {
        if (SYSTEM_CLASSES.containsKey(Metadata.name(object))) {
            throw ApiException.forbidden("scheduling.k8s.io", "priorityclasses", Metadata.name(object),
                    "this is a system priority class and cannot be deleted", List.of());
        }
    }

    @Override
    public void prepareUpdate(ObjectNode old, ObjectNode object) {
        refuseSecondDefault(object);
    }

    private void refuseSecondDefault(ObjectNode object) {
        ObjectNode first = Json.flag(object, false, "globalDefault") ? priorities.defaultClass() : null;
        if (first != null && !Metadata.uid(first).equals(Metadata.uid(object))) {
            throw ApiException.forbidden("scheduling.k8s.io", "priorityclasses", Metadata.toldName(object),
                    "PriorityClass " + Metadata.name(first)
                            + " is already marked as default. Only one default can exist",
                    List.of());
        }
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        Field now = Field.of(object, errors);
        if (old != null) {
            Field before = Field.of(old, new ArrayList<>());
            if (now.at("value").differs(before.at("value"))) {
                now.at("value").forbidden("may not be changed in an update.");
            }
            now.at("preemptionPolicy").immutable(before.at("preemptionPolicy"));
            return;
        }
        String name = Metadata.name(object);
        if (name.startsWith(SYSTEM)) {
            String problem = notSystem(name, now);
            if (!problem.isEmpty()) {
                now.at("metadata", "name").forbidden("priority class names with '" + SYSTEM
                        + "' prefix are reserved for system use only. error: " + problem);
            }
        } else if (now.at("value").number() > HIGHEST) {
            now.at("value").forbidden("maximum allowed value of a user defined priority is " + HIGHEST);
        }
        if (now.at("preemptionPolicy").mustBeSet("")) {
            now.at("preemptionPolicy").oneOf("PreemptLowerPriority", "Never");
        }
    }

    private static String notSystem(String name, Field now) {
        Long value = SYSTEM_CLASSES.get(name);
        if (value == null) {
            return name + " is not a known system priority class";
        }
        if (now.at("value").number() != value) {
            return "value of " + name + " PriorityClass must be " + value;
        }
        return Json.flag(now.value(), false, "globalDefault")
                ? "globalDefault of " + name + " PriorityClass must be false"
                : "";
    }
}
