package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What may be changed of a pod that is there. Stateless. */
final class PodUpdateChecks {
    private static final List<String> LISTS = List.of("containers", "initContainers");
    private static final String CHANGEABLE = "pod updates may not change fields other than `spec.containers[*].image`,"
            + "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
            + "`spec.tolerations` (only additions to existing tolerations),"
            + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
    private static final String REQUIRED_NODES = "requiredDuringSchedulingIgnoredDuringExecution";

    private PodUpdateChecks() {
    }

    /** Annotations that stay as they have been when the pod was made. */
    static void annotations(Field now, Field before) {
        Set<String> keys = new TreeSet<>(now.value().propertyNames());
        keys.addAll(before.value().propertyNames());
        for (String key : keys) {
            Field annotation = now.key(key);
            if (!annotation.differs(before.key(key))) {
                continue;
            }
            boolean there = before.key(key).isSet();
            if (key.startsWith(PodAnnotationChecks.APP_ARMOR)) {
                annotation.forbidden(there
                        ? "may not remove or update AppArmor annotations"
                        : "may not add AppArmor annotations");
            } else if (key.equals(PodAnnotationChecks.MIRROR)) {
                annotation.forbidden(there
                        ? "may not remove or update mirror pod annotation"
                        : "may not add mirror pod annotation");
            }
        }
    }

    static void spec(Field spec, Field before) {
        for (String list : LISTS) {
            if (spec.at(list).value().size() != before.at(list).value().size()) {
                spec.at(list).forbidden("pod updates may not add or remove containers");
                return;
            }
            for (Field container : spec.at(list).items()) {
                container.at("image").mustBeSet("");
                ContainerChecks.trimmed(container.at("image"));
            }
        }
        if (!deadline(spec.at("activeDeadlineSeconds"), before.at("activeDeadlineSeconds"))) {
            return;
        }
        tolerations(spec.at("tolerations"), before.at("tolerations"));
        gates(spec.at("schedulingGates"), before.at("schedulingGates"));
        ObjectNode rest = unchangeable(spec, before);
        if (!before.at("schedulingGates").isEmpty()) {
            untilScheduled(spec, before, rest);
        }
        if (!Json.alike(rest, before.value())) {
            spec.changed(CHANGEABLE, before.value(), rest);
        }
    }

    /** @return whether to go on */
    private static boolean deadline(Field now, Field before) {
        if (now.isSet() && (now.number() < 0 || now.number() > Integer.MAX_VALUE)) {
            now.between(0, Integer.MAX_VALUE);
            return false;
        }
        if (now.isSet() && before.isSet() && now.number() > before.number()) {
            now.invalid("must be less than or equal to previous value");
            return false;
        }
        if (!now.isSet() && before.isSet()) {
            now.invalid("must not update from a positive integer to nil value");
        }
        return true;
    }

    private static void tolerations(Field now, Field before) {
        for (Field old : before.items()) {
            boolean kept = now.items().stream().anyMatch(each -> Json.alike(timeless(each), timeless(old)));
            if (!kept) {
                now.forbidden("existing toleration can not be modified except its tolerationSeconds");
                return;
            }
        }
        now.items().forEach(AffinityChecks::toleration);
    }

    private static JsonNode timeless(Field toleration) {
        JsonNode copy = toleration.value().deepCopy();
        if (copy instanceof ObjectNode object) {
            object.remove("tolerationSeconds");
        }
        return copy;
    }

    private static void gates(Field now, Field before) {
        List<String> known = before.items().stream().map(each -> each.at("name").text()).toList();
        for (Field gate : now.items()) {
            String name = gate.at("name").text();
            if (!known.contains(name)) {
                gate.at("name").forbidden("only deletion is allowed, but found new scheduling gate '" + name + "'");
            }
        }
    }

    /** The new specification with what may change as it was. */
    private static ObjectNode unchangeable(Field spec, Field before) {
        ObjectNode copy = (ObjectNode) spec.value().deepCopy();
        for (String list : LISTS) {
            for (int i = 0; i < copy.path(list).size(); i++) {
                ((ObjectNode) copy.path(list).get(i)).set("image",
                        before.value().path(list).get(i).path("image"));
            }
        }
        List.of("activeDeadlineSeconds", "tolerations", "schedulingGates")
                .forEach(each -> asBefore(copy, before, each));
        return copy;
    }

    private static void asBefore(ObjectNode copy, Field before, String field) {
        JsonNode old = before.value().get(field);
        if (old == null) {
            copy.remove(field);
        } else {
            copy.set(field, old);
        }
    }

    /** While something holds a pod back, where it may run can be narrowed. */
    private static void untilScheduled(Field spec, Field before, ObjectNode rest) {
        Field selector = spec.at("nodeSelector");
        boolean kept = before.at("nodeSelector").value().properties().stream()
                .allMatch(each -> each.getValue().equals(selector.value().get(each.getKey())));
        if (!kept) {
            selector.invalid("only additions to spec.nodeSelector are allowed (no mutations or deletions)");
        }
        asBefore(rest, before, "nodeSelector");
        Field nodes = spec.at("affinity", "nodeAffinity");
        Field oldNodes = before.at("affinity", "nodeAffinity");
        if (!nodes.differs(oldNodes)) {
            return;
        }
        terms(nodes.at(REQUIRED_NODES, "nodeSelectorTerms"), oldNodes.at(REQUIRED_NODES, "nodeSelectorTerms"));
        ObjectNode affinity = Json.child(rest, "affinity");
        if (oldNodes.isSet()) {
            affinity.set("nodeAffinity", oldNodes.value());
        } else {
            affinity.remove("nodeAffinity");
        }
        if (affinity.isEmpty() && !before.at("affinity").isSet()) {
            rest.remove("affinity");
        }
    }

    private static void terms(Field now, Field before) {
        if (before.isEmpty()) {
            return;
        }
        if (now.value().size() != before.value().size()) {
            now.invalid("no additions/deletions to non-empty NodeSelectorTerms list are allowed");
            return;
        }
        for (int i = 0; i < now.items().size(); i++) {
            Field term = now.items().get(i);
            Field old = before.items().get(i);
            boolean empty = old.at("matchExpressions").isEmpty() && old.at("matchFields").isEmpty();
            boolean added = !term.at("matchExpressions").isEmpty() || !term.at("matchFields").isEmpty();
            if ((empty && added) || !begins(term.at("matchExpressions"), old.at("matchExpressions"))
                    || !begins(term.at("matchFields"), old.at("matchFields"))) {
                term.invalid("only additions are allowed (no mutations or deletions)");
            }
        }
    }

    private static boolean begins(Field list, Field with) {
        List<Field> items = list.items();
        List<Field> first = with.items();
        for (int i = 0; i < first.size(); i++) {
            if (i >= items.size() || items.get(i).differs(first.get(i))) {
                return false;
            }
        }
        return true;
    }
}
