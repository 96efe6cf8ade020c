package dev.windlass.apiserver.internal.crd;

import dev.windlass.apiserver.internal.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the status of a definition says, and how it comes about. Stateless. */
final class DefinitionStatus {
    static final String ESTABLISHED = "Established";
    static final String NAMES_ACCEPTED = "NamesAccepted";
    static final String TERMINATING = "Terminating";
    private static final String APPROVED = "KubernetesAPIApprovalPolicyConformant";

    private DefinitionStatus() {
    }

    static boolean isTrue(ObjectNode definition, String type) {
        ObjectNode condition = find(definition, type);
        return condition != null && Json.textOrEmpty(condition, "status").equals("True");
    }

    private static @Nullable ObjectNode find(ObjectNode definition, String type) {
        for (JsonNode each : definition.path("status").path("conditions")) {
            if (Json.textOrEmpty(each, "type").equals(type)) {
                return (ObjectNode) each;
            }
        }
        return null;
    }

    /** @param now as Kubernetes writes times; kept while the status of the condition stays */
    static void set(ObjectNode definition, String type, String status, String reason, String message, String now) {
        ObjectNode condition = find(definition, type);
        if (condition == null) {
            ObjectNode holder = Json.child(definition, "status");
            ArrayNode conditions = Json.arrayAt(holder, "conditions");
            condition = (conditions == null ? holder.putArray("conditions") : conditions).addObject();
            condition.put("type", type);
        }
        if (!Json.textOrEmpty(condition, "status").equals(status)) {
            condition.put("lastTransitionTime", now);
        }
        condition.put("status", status).put("reason", reason).put("message", message);
    }

    /** Says whether a definition of one of the community's groups may be one. */
    static void setApproval(ObjectNode definition, String now) {
        Approval approval = Approval.of(definition);
        if (approval != null) {
            set(definition, APPROVED, approval.state() == Approval.State.APPROVED ? "True" : "False",
                    approval.state().reason, approval.why(), now);
        }
    }

    /**
     * Accepts what names of a definition are free, and says so.
     *
     * @param others
     *            the other definitions of its group
     * @return whether anything has changed
     */
    static boolean acceptNames(ObjectNode definition, List<ObjectNode> others, String now) {
        JsonNode wanted = definition.path("spec").path("names");
        ObjectNode accepted = Json.child(Json.child(definition, "status"), "acceptedNames");
        if (Json.same(wanted, accepted)) {
            return false;
        }
        ObjectNode before = definition.deepCopy();
        Set<String> resources = new TreeSet<>();
        Set<String> kinds = new TreeSet<>();
        for (ObjectNode other : others) {
            JsonNode names = other.path("status").path("acceptedNames");
            resources.add(Json.textOrEmpty(names, "plural"));
            resources.add(Json.textOrEmpty(names, "singular"));
            names.path("shortNames").forEach(each -> resources.add(each.stringValue("")));
            kinds.add(Json.textOrEmpty(names, "kind"));
            kinds.add(Json.textOrEmpty(names, "listKind"));
        }
        String[] problem = {"", ""};
        accept("plural", "PluralConflict", wanted, accepted, resources, problem);
        accept("singular", "SingularConflict", wanted, accepted, resources, problem);
        acceptShortNames(wanted, accepted, resources, problem);
        accept("kind", "KindConflict", wanted, accepted, kinds, problem);
        accept("listKind", "ListKindConflict", wanted, accepted, kinds, problem);
        copy("categories", wanted, accepted);
        boolean free = problem[0].isEmpty();
        set(definition, NAMES_ACCEPTED, free ? "True" : "False", free ? "NoConflicts" : problem[0],
                free ? "no conflicts found" : problem[1], now);
        if (!isTrue(definition, ESTABLISHED)) {
            set(definition, ESTABLISHED, "False", free ? "Installing" : "NotAccepted",
                    free ? "the initial names have been accepted" : "not all names are accepted", now);
        }
        return !Json.same(before, definition);
    }

    private static void accept(String field, String conflict, JsonNode wanted, ObjectNode accepted, Set<String> used,
            String[] problem) {
        String name = Json.textOrEmpty(wanted, field);
        if (name.equals(Json.textOrEmpty(accepted, field)) || !used.contains(name)) {
            accepted.put(field, name);
        } else {
            problem[0] = conflict;
            problem[1] = inUse(name);
        }
    }

    private static String inUse(String name) {
        return "\"" + name + "\" is already in use";
    }

    private static void acceptShortNames(JsonNode wanted, ObjectNode accepted, Set<String> used, String[] problem) {
        List<String> ours = new ArrayList<>();
        accepted.path("shortNames").forEach(each -> ours.add(each.stringValue("")));
        List<String> taken = new ArrayList<>();
        for (JsonNode each : wanted.path("shortNames")) {
            String name = each.stringValue("");
            if (!ours.contains(name) && used.contains(name) && !taken.contains(inUse(name))) {
                taken.add(inUse(name));
            }
        }
        if (taken.isEmpty()) {
            copy("shortNames", wanted, accepted);
        } else {
            problem[0] = "ShortNamesConflict";
            problem[1] = taken.size() == 1 ? taken.getFirst() : "[" + String.join(", ", taken) + "]";
        }
    }

    private static void copy(String field, JsonNode from, ObjectNode to) {
        JsonNode value = from.get(field);
        if (value == null || value.isEmpty()) {
            to.remove(field);
        } else {
            to.set(field, value.deepCopy());
        }
    }
}
