package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.LabelSelector;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What is asked of a pod rather than written: to be evicted, and to be bound to a node. Thread-safe. */
final class PodCommands {
    private static final String EVICTION = "eviction";
    private static final String BINDING = "binding";
    private static final String DISRUPTION_ALLOWED = "DisruptionAllowed";
    private static final int MOST_DISRUPTED = 2000;
    private static final int RETRY_SECONDS = 10;

    private static final ResourceType EVICTION_FORM = Unstored.form("policy", "Eviction");
    private static final ResourceType BINDING_FORM = Unstored.form("", "Binding");

    private final Resources resources;
    private final Remover remover;
    private final Unstored unstored;
    private final Intake intake;

    PodCommands(Resources resources, Remover remover, Unstored unstored) {
        this.resources = resources;
        this.remover = remover;
        this.unstored = unstored;
        this.intake = new Intake(resources);
    }

    static boolean appliesTo(Target target) {
        return target.type().is("", "bindings") || (target.type().is("", "pods")
                && (target.subresource().equals(EVICTION) || target.subresource().equals(BINDING)));
    }

    Reply answer(Target target, Call call) {
        return target.subresource().equals(EVICTION) ? evict(target, call) : bind(target, call);
    }

    private ResourceType pods() {
        return resources.catalog().require("", "v1", "pods");
    }

    private static Reply done(List<String> warnings) {
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        return Reply.json(201, status.put("status", "Success").put("code", 201)).withWarnings(warnings);
    }

    private Reply bind(Target asked, Call call) {
        ObjectNode binding = Bodies.ofSubresource(call, pods(), "Binding", "v1", resources.catalog());
        if (asked.type().is("", "pods") && Json.textOrEmpty(binding, "target", "kind").equals("Node")) {
            new TopologyLabels(resources).copy(Json.textOrEmpty(binding, "target", "name"), binding);
        }
        List<String> warnings = unstored.admit(asked, BINDING_FORM, binding, call);
        String name = Metadata.name(binding);
        if (!asked.name().isEmpty() && !asked.name().equals(name)) {
            throw ApiException.badRequest("name in URL does not match name in Binding object");
        }
        validate(binding);
        unstored.validate(asked, binding, call, warnings);
        checkName(name);
        Target target = new Target("update", pods(), asked.namespace(), name, "");
        change(target, call.dryRun(), pod -> {
            checkPreconditions(target, binding, pod, call.dryRun());
            refuseBinding(pod, name);
            Json.child(pod, "spec").set("nodeName", binding.path("target").path("name"));
            Json.child(pod, "status").remove("nominatedNodeName");
            for (String field : List.of("annotations", "labels")) {
                if (Json.find(binding, "metadata", field) instanceof ObjectNode more) {
                    Json.child(Metadata.of(pod), field).setAll(more);
                }
            }
            resources.ruleOf(target.type()).prepareUpdate(pod, pod); // drops what it drops of what is written
            podCondition(pod, "PodScheduled", "", "");
        });
        return done(warnings);
    }

    /** A Binding says of which pod it is, and may have no name. */
    private static void checkName(String name) {
        if (name.isEmpty()) {
            throw ApiException.badRequest("Name parameter required.");
        }
        Resources.checkName(name);
    }

    private static void checkPreconditions(Target target, ObjectNode binding, ObjectNode pod, boolean dryRun) {
        String uid = Metadata.uid(binding);
        if (!uid.isEmpty() && !uid.equals(Metadata.uid(pod))) {
            throw Writer.preconditionFailed(target, "UID", uid, Metadata.uid(pod), dryRun);
        }
        String version = Metadata.version(binding);
        if (!version.isEmpty() && !version.equals(Metadata.version(pod))) {
            throw Writer.preconditionFailed(target, "ResourceVersion", version, Metadata.version(pod), dryRun);
        }
    }

    private static void validate(ObjectNode binding) {
        List<FieldError> errors = new ArrayList<>();
        String kind = Json.textOrEmpty(binding, "target", "kind");
        if (!kind.isEmpty() && !kind.equals("Node")) {
            errors.add(FieldError.notSupported("target.kind", kind, List.of("Node", "<empty>")));
        }
        String node = Json.textOrEmpty(binding, "target", "name");
        if (node.isEmpty()) {
            errors.add(FieldError.required("target.name", ""));
        } else if (kind.isEmpty() || kind.equals("Node")) {
            NameRules.subdomain(node).forEach(each -> errors.add(FieldError.invalid("target.name", node, each)));
        }
        if (!errors.isEmpty()) {
            String all = errors.stream().map(FieldError::message).collect(Collectors.joining(", "));
            throw ApiException.of(500, "", errors.size() == 1 ? all : "[" + all + "]");
        }
    }

    private static void refuseBinding(ObjectNode pod, String name) {
        String node = Json.textOrEmpty(pod, "spec", "nodeName");
        String why = null;
        if (Metadata.deleting(pod)) {
            why = "pod " + name + " is being deleted, cannot be assigned to a host";
        } else if (!node.isEmpty()) {
            why = "pod " + name + " is already assigned to node " + GoText.quoted(node);
        } else if (!pod.path("spec").path("schedulingGates").isEmpty()) {
            why = "pod " + name + " has non-empty .spec.schedulingGates";
        }
        if (why != null) {
            throw ApiException.conflict("", "pods/binding", name, why);
        }
    }

    private Reply evict(Target target, Call call) {
        ObjectNode eviction = Bodies.ofSubresource(call, pods(), "Eviction", "policy/v1", resources.catalog());
        List<String> warnings = unstored.admit(target, EVICTION_FORM, eviction, call);
        if (!Metadata.name(eviction).isEmpty() && !target.name().equals(Metadata.name(eviction))) {
            throw ApiException.badRequest("name in URL does not match name in Eviction object");
        }
        ObjectNode given = Json.objectAt(eviction, "deleteOptions");
        ObjectNode wanted = given == null ? Json.object() : given;
        if (wanted.path("dryRun").isEmpty() && call.dryRun()) {
            wanted.putArray("dryRun").add("All");
        }
        Remover.Options options = Remover.Options.of(wanted);
        unstored.validate(target, eviction, call, warnings);
        Stored stored = resources.require(target);
        ObjectNode pod = Codec.decode(stored, target.type());
        if (counts(pod)) {
            List<Stored> budgets = budgets(target.namespace(), stored);
            if (budgets.size() > 1) {
                throw ApiException.of(500, "",
                        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
            }
            if (!budgets.isEmpty()) {
                spend(budgets.getFirst(), pod, options.dryRun());
            }
        }
        if (!options.dryRun()) {
            warnings.addAll(tellOfEviction(target, options));
        }
        remover.delete(new Target("delete", target.type(), target.namespace(), target.name(), ""),
                options.anyVersion());
        return done(warnings);
    }

    /** Adds to the status that the pod is evicted, as if somebody had told it. */
    private List<String> tellOfEviction(Target target, Remover.Options options) {
        Reach status = new Reach(target.type(), resources.ruleOf(target.type()), "status", null);
        List<String> warnings = new ArrayList<>();
        change(target, false, pod -> {
            Remover.checkPreconditions(target.type(), pod, options);
            ObjectNode before = pod.deepCopy();
            podCondition(pod, "DisruptionTarget", "EvictionByEvictionAPI", "Eviction API: evicting");
            status.rule().prepareStatus(before, pod);
            warnings.clear();
            intake.validate(pod, before, status, warnings);
        });
        return warnings;
    }

    private static boolean counts(ObjectNode pod) {
        return !Metadata.deleting(pod)
                && !List.of("Succeeded", "Failed", "Pending").contains(Json.textOrEmpty(pod, "status", "phase"));
    }

    private List<Stored> budgets(String namespace, Stored pod) {
        ResourceType type = resources.catalog().require("policy", "v1", "poddisruptionbudgets");
        return resources.shelf(type).snapshot(namespace).objects().stream().filter(each -> {
            JsonNode selector = Json.find(Codec.decode(each, type), "spec", "selector");
            return selector != null && LabelSelector.ofObject(selector).matches(pod::label);
        }).toList();
    }

    /** Takes one disruption from a budget; what is not ready takes none where the budget allows that. */
    private void spend(Stored stored, ObjectNode pod, boolean dryRun) {
        ResourceType type = resources.catalog().require("policy", "v1", "poddisruptionbudgets");
        ObjectNode read = Codec.decode(stored, type);
        long healthy = Json.number(read, 0, "status", "currentHealthy");
        long desired = Json.number(read, 0, "status", "desiredHealthy");
        boolean free = Json.textOrEmpty(read, "spec", "unhealthyPodEvictionPolicy").equals("AlwaysAllow")
                || (healthy >= desired && desired > 0);
        if (!isReady(pod) && free) {
            return;
        }
        change(new Target("update", type, stored.namespace(), stored.name(), "status"), dryRun, budget -> {
            refuseDisruption(budget);
            ObjectNode status = Json.child(budget, "status");
            long left = Json.number(status, 0, "disruptionsAllowed") - 1;
            status.put("disruptionsAllowed", left);
            Json.child(status, "disruptedPods").put(Metadata.name(pod), resources.surroundings().now());
            if (left == 0) {
                disallowMore(budget);
            }
        });
    }

    private void disallowMore(ObjectNode budget) {
        ArrayNode conditions = conditions(budget);
        ObjectNode condition = conditions.path(indexOf(conditions, DISRUPTION_ALLOWED)) instanceof ObjectNode there
                ? there
                : conditions.addObject();
        condition.put("type", DISRUPTION_ALLOWED).put("status", "False")
                .put("lastTransitionTime", resources.surroundings().now()).put("reason", "InsufficientPods")
                .put("message", "").put("observedGeneration", Metadata.generation(budget));
    }

    private static boolean isReady(ObjectNode pod) {
        for (JsonNode each : pod.path("status").path("conditions")) {
            if (Json.textOrEmpty(each, "type").equals("Ready")) {
                return Json.textOrEmpty(each, "status").equals("True");
            }
        }
        return false;
    }

    private static void refuseDisruption(ObjectNode budget) {
        String name = Metadata.name(budget);
        ObjectNode status = Json.child(budget, "status");
        if (Json.number(status, 0, "observedGeneration") < Metadata.generation(budget)) {
            throw ApiException
                    .disruptionBudget("The disruption budget " + name + " is still being processed by the server.")
                    .retryAfter(RETRY_SECONDS);
        }
        String does = "The disruption budget " + name + " does not allow evicting pods currently";
        if (status.path("disruptedPods").size() > MOST_DISRUPTED) {
            throw ApiException.disruptionBudget(
                    does + ": too many pending evictions not confirmed by PDB controller");
        }
        if (Json.number(status, 0, "disruptionsAllowed") > 0) {
            return;
        }
        JsonNode refused = null;
        for (JsonNode each : status.path("conditions")) {
            boolean isIt = Json.textOrEmpty(each, "type").equals("DisruptionAllowed")
                    && Json.textOrEmpty(each, "status").equals("False") && !Json.textOrEmpty(each, "message").isEmpty();
            refused = isIt ? each : refused;
        }
        throw ApiException.disruptionBudget(why(name, does, status, refused));
    }

    private static String why(String name, String does, ObjectNode status, @Nullable JsonNode refused) {
        String message = Json.textOrEmpty(refused, "message");
        String reason = Json.textOrEmpty(refused, "reason");
        if (reason.equals("SyncFailed")) {
            return does + " because it failed sync: " + message;
        }
        long healthy = Json.number(status, 0, "currentHealthy");
        long desired = Json.number(status, 0, "desiredHealthy");
        if (healthy <= desired) {
            return "The disruption budget " + name + " needs " + desired + " healthy pods and has " + healthy
                    + " currently";
        }
        return refused == null ? does : does + " (" + reason + "): " + message;
    }

    /** Sets a condition of a pod to True. Nothing is kept of what it has been, but since when. */
    private void podCondition(ObjectNode pod, String type, String reason, String message) {
        ArrayNode conditions = conditions(pod);
        int at = indexOf(conditions, type);
        JsonNode since = conditions.path(at).path("status").asString("").equals("True")
                ? conditions.path(at).path("lastTransitionTime")
                : pod.stringNode(resources.surroundings().now());
        ObjectNode condition = Json.object().put("type", type).put("status", "True").putNull("lastProbeTime");
        condition.set("lastTransitionTime", since);
        if (!reason.isEmpty()) {
            condition.put("reason", reason).put("message", message);
        }
        if (at < conditions.size()) {
            conditions.set(at, condition);
        } else {
            conditions.add(condition);
        }
    }

    private static ArrayNode conditions(ObjectNode object) {
        ObjectNode status = Json.child(object, "status");
        ArrayNode there = Json.arrayAt(status, "conditions");
        return there == null ? status.putArray("conditions") : there;
    }

    /** Where a condition is; behind the last when there is none. */
    private static int indexOf(ArrayNode conditions, String type) {
        int at = 0;
        while (at < conditions.size() && !Json.textOrEmpty(conditions.path(at), "type").equals(type)) {
            at++;
        }
        return at;
    }

    /** Changes an object as the server itself does: nobody comes to manage what it sets. */
    private void change(Target target, boolean dryRun, Consumer<ObjectNode> edit) {
        ResourceType type = target.type();
        while (true) {
            Stored current = resources.require(target);
            ObjectNode object = Codec.decode(current, type);
            edit.accept(object);
            resources.shapes().admit(object, type, ApiException::badRequest); // a Binding brings labels
            resources.shapes().store(object, type);
            if (dryRun || resources.commit(type, current, object, Codec.draft(object, type)) != null) {
                return;
            }
        }
    }
}
