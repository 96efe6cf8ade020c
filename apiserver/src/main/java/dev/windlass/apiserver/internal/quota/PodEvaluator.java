package dev.windlass.apiserver.internal.quota;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.schema.Quantity;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What pods take. Stateless. */
final class PodEvaluator implements Evaluator {
    static final PodEvaluator INSTANCE = new PodEvaluator();

    private static final String COUNT = "count/pods";
    private static final String PODS = "pods";
    private static final String REQUESTS = "requests.";
    private static final String LIMITS = "limits.";
    private static final String HUGE_PAGES = "hugepages-";
    private static final String OF_DEVICE_CLASS = "deviceclass.resource.kubernetes.io/";
    private static final List<String> NATIVE = List.of("cpu", "memory", "ephemeral-storage");
    /** Who limits one of these makes all containers say how much of it they need. */
    private static final Set<String> MUST_BE_SAID = Set.of("cpu", "memory", "requests.cpu", "requests.memory",
            "limits.cpu", "limits.memory");

    private PodEvaluator() {
    }

    @Override
    public boolean handles(String subresource, ObjectNode object, @Nullable ObjectNode old) {
        if (!subresource.isEmpty()) {
            return subresource.equals("resize");
        }
        return old == null || hasDeadline(old) != hasDeadline(object);
    }

    private static boolean hasDeadline(ObjectNode pod) {
        return Json.number(pod, -1, "spec", "activeDeadlineSeconds") >= 0;
    }

    @Override
    public boolean takes(String resource) {
        String name = resource.startsWith(LIMITS) ? resource.substring(LIMITS.length()) : ofRequest(resource);
        return resource.equals(COUNT) || resource.equals(PODS) || NATIVE.contains(name)
                || ofRequest(resource).startsWith(HUGE_PAGES)
                || (resource.startsWith(REQUESTS) && (!isNative(resource) || name.startsWith(OF_DEVICE_CLASS)));
    }

    private static String ofRequest(String resource) {
        return resource.startsWith(REQUESTS) ? resource.substring(REQUESTS.length()) : resource;
    }

    private static boolean isNative(String resource) {
        return !resource.contains("/") || resource.contains("kubernetes.io/");
    }

    private static boolean isExtended(String resource) {
        return resource.startsWith(OF_DEVICE_CLASS) || (!isNative(resource) && !resource.startsWith(REQUESTS)
                && NameRules.qualifiedName(REQUESTS + resource).isEmpty());
    }

    @Override
    public boolean isIn(ScopeSelector scope, ObjectNode pod) {
        boolean bestEffort = Json.textOrEmpty(pod, "status", "qosClass").equals("BestEffort");
        String priority = Json.textOrEmpty(pod, "spec", "priorityClassName");
        return switch (scope.scope()) {
            case "Terminating" -> hasDeadline(pod);
            case "NotTerminating" -> !hasDeadline(pod);
            case "BestEffort" -> bestEffort;
            case "NotBestEffort" -> !bestEffort;
            case "PriorityClass" -> scope.matchesName(priority.isEmpty() ? null : priority);
            case "CrossNamespacePodAffinity" -> looksIntoOtherNamespaces(pod.path("spec").path("affinity"));
            default -> false;
        };
    }

    private static boolean looksIntoOtherNamespaces(JsonNode affinity) {
        for (String kind : List.of("podAffinity", "podAntiAffinity")) {
            for (String list : List.of("requiredDuringSchedulingIgnoredDuringExecution",
                    "preferredDuringSchedulingIgnoredDuringExecution")) {
                for (JsonNode each : affinity.path(kind).path(list)) {
                    JsonNode term = each.has("podAffinityTerm") ? each.path("podAffinityTerm") : each;
                    if (!term.path("namespaces").isEmpty() || term.hasNonNull("namespaceSelector")) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    @Override
    public String missing(Set<String> limited, ObjectNode pod) {
        JsonNode spec = pod.path("spec");
        if (PodResources.areSaidForThePod(spec)) {
            return "";
        }
        Map<String, Set<String>> containers = new TreeMap<>();
        for (String list : List.of("containers", "initContainers")) {
            for (JsonNode container : spec.path(list)) {
                JsonNode resources = container.path("resources");
                Set<String> said = usage(ResourceList.of(resources.path("requests")),
                        ResourceList.of(resources.path("limits"))).names();
                limited.stream().filter(name -> MUST_BE_SAID.contains(name) && !said.contains(name))
                        .forEach(name -> containers.computeIfAbsent(name, _ -> new TreeSet<>())
                                .add(Json.textOrEmpty(container, "name")));
            }
        }
        return String.join("; ", containers.entrySet().stream()
                .map(each -> each.getKey() + " for: " + String.join(",", each.getValue())).toList());
    }

    @Override
    public ResourceList usage(ObjectNode pod) {
        ResourceList count = ResourceList.each(List.of(COUNT), ResourceList.ONE);
        return hasEnded(pod)
                ? count
                : count.plus(usage(PodResources.requests(pod), PodResources.limits(pod)));
    }

    /** Or should have: of a pod that a lost node keeps nobody pays. */
    private static boolean hasEnded(ObjectNode pod) {
        String phase = Json.textOrEmpty(pod, "status", "phase");
        String deletion = Json.textOrEmpty(pod, "metadata", "deletionTimestamp");
        long grace = Json.number(pod, -1, "metadata", "deletionGracePeriodSeconds");
        return phase.equals("Failed") || phase.equals("Succeeded") || (!deletion.isEmpty() && grace >= 0
                && Instant.now().isAfter(Instant.parse(deletion).plusSeconds(grace)));
    }

    private static ResourceList usage(ResourceList requests, ResourceList limits) {
        TreeMap<String, Quantity> usage = new TreeMap<>();
        usage.put(PODS, ResourceList.ONE);
        requests.amounts().forEach((name, amount) -> {
            if (NATIVE.contains(name) || name.startsWith(HUGE_PAGES)) {
                usage.put(name, amount);
                usage.put(REQUESTS + name, amount);
            } else if (isExtended(name)) {
                usage.put(REQUESTS + name, amount);
            }
        });
        limits.only(NATIVE).amounts().forEach((name, amount) -> usage.put(LIMITS + name, amount));
        return new ResourceList(usage);
    }
}
