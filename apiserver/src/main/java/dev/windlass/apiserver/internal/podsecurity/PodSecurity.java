package dev.windlass.apiserver.internal.podsecurity;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.rest.Call;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.rest.Target;
import dev.windlass.apiserver.internal.rest.WriteGuard;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Refuses the pods that the labels of their namespace forbid, and warns of those that others would make. Thread-safe. */
public final class PodSecurity implements WriteGuard {
    /** Where kinds that make pods say what these are like. */
    private static final Map<String, List<String>> TEMPLATES = Map.of("/podtemplates", List.of("template"),
            "/replicationcontrollers", List.of("spec", "template"), "apps/replicasets", List.of("spec", "template"),
            "apps/deployments", List.of("spec", "template"), "apps/statefulsets", List.of("spec", "template"),
            "apps/daemonsets", List.of("spec", "template"), "batch/jobs", List.of("spec", "template"),
            "batch/cronjobs", List.of("spec", "jobTemplate", "spec", "template"));
    private static final Set<String> PARTS_OF_PODS = Set.of("", "ephemeralcontainers", "resize");

    private final Resources resources;
    private final ResourceType pods;

    public PodSecurity(Resources resources) {
        this.resources = resources;
        pods = resources.catalog().require("", "v1", "pods");
    }

    @Override
    public void checkValid(Target target, ObjectNode object, @Nullable ObjectNode old, Call call,
            List<String> warnings) {
        String kind = target.type().storageId();
        if (kind.equals("/pods") && PARTS_OF_PODS.contains(target.subresource())) {
            if (old == null || isSignificant(object.path("spec"), old.path("spec"))) {
                checkPod(target, object, warnings);
            }
        } else if (!target.subresource().isEmpty()) {
            return;
        } else if (kind.equals("/namespaces")) {
            checkNamespace(target, object, old, warnings);
        } else if (TEMPLATES.containsKey(kind)) {
            JsonNode template = object;
            for (String step : TEMPLATES.getOrDefault(kind, List.of())) {
                template = template.path(step);
            }
            warn(policy(target.namespace()).warned(), template, warnings);
        }
    }

    private NamespacePolicy policy(String namespace) {
        ObjectNode found = resources.read(resources.namespaces(), "", namespace);
        return NamespacePolicy.of(found == null ? Json.object() : found);
    }

    private void checkPod(Target target, ObjectNode pod, List<String> warnings) {
        NamespacePolicy policy = policy(target.namespace());
        List<Violation> violations = Standards.violations(policy.enforced(), subject(pod));
        if (!violations.isEmpty()) {
            throw ApiException.forbidden("", "pods", Metadata.name(pod), "violates PodSecurity "
                    + GoText.quoted(policy.enforced().toString()) + ": " + Violation.details(violations), List.of());
        }
        warn(policy.warned(), pod, warnings);
    }

    private static void warn(Standard standard, JsonNode pod, List<String> warnings) {
        List<Violation> violations = Standards.violations(standard, subject(pod));
        if (!violations.isEmpty()) {
            warnings.add("would violate PodSecurity " + GoText.quoted(standard.toString()) + ": "
                    + Violation.details(violations));
        }
    }

    private static Subject subject(JsonNode pod) {
        return new Subject(pod.path("metadata"), pod.path("spec"));
    }

    /** An update that changes no images and adds no containers is not looked at: what is there has been. */
    private static boolean isSignificant(JsonNode spec, JsonNode old) {
        for (String kind : List.of("containers", "initContainers")) {
            if (spec.path(kind).size() != old.path(kind).size()) {
                return true;
            }
            for (int i = 0; i < spec.path(kind).size(); i++) {
                if (!image(spec.path(kind).path(i)).equals(image(old.path(kind).path(i)))) {
                    return true;
                }
            }
        }
        for (JsonNode each : spec.path("ephemeralContainers")) {
            String name = Json.textOrEmpty(each, "name");
            JsonNode before = old.path("ephemeralContainers").valueStream()
                    .filter(other -> Json.textOrEmpty(other, "name").equals(name)).findFirst().orElse(null);
            if (before == null || !image(each).equals(image(before))) {
                return true;
            }
        }
        return false;
    }

    private static String image(JsonNode container) {
        return Json.textOrEmpty(container, "image");
    }

    private void checkNamespace(Target target, ObjectNode namespace, @Nullable ObjectNode old,
            List<String> warnings) {
        NamespacePolicy policy = NamespacePolicy.of(namespace);
        NamespacePolicy before = old == null ? null : NamespacePolicy.of(old);
        if (!policy.problems().isEmpty() && (before == null || !policy.problems().equals(before.problems()))) {
            throw ApiException.invalid("", target.type().kind(), Metadata.name(namespace), policy.problems());
        }
        if (before != null && isStricter(policy.enforced(), before.enforced())) {
            warnings.addAll(violators(Metadata.name(namespace), policy.enforced()));
        }
    }

    private static boolean isStricter(Standard standard, Standard before) {
        return standard.level() != Level.PRIVILEGED && (standard.minor() != before.minor()
                || standard.level().compareTo(before.level()) > 0);
    }

    /** The pods that are there and would no longer be let in: of those with the same faults the first by name, and how many more there are. */
    private List<String> violators(String namespace, Standard standard) {
        Map<String, TreeSet<String>> names = new TreeMap<>();
        for (Stored stored : resources.shelf(pods).snapshot(namespace).objects()) {
            ObjectNode pod = resources.decode(stored, pods);
            List<Violation> violations = Standards.violations(standard, subject(pod));
            if (!violations.isEmpty()) {
                names.computeIfAbsent(Violation.reasons(violations), _ -> new TreeSet<>())
                        .add(Json.textOrEmpty(pod, "metadata", "name"));
            }
        }
        List<String> told = new ArrayList<>();
        names.forEach((reasons, violators) -> {
            int more = violators.size() - 1;
            String others = more == 0 ? "" : " (and " + more + " other pod" + (more == 1 ? ")" : "s)");
            told.add(violators.first() + others + ": " + reasons);
        });
        told.sort(null);
        if (!told.isEmpty()) {
            told.addFirst("existing pods in namespace " + GoText.quoted(namespace)
                    + " violate the new PodSecurity enforce level " + GoText.quoted(standard.toString()));
        }
        return told;
    }
}
