package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.rest.Part;
import dev.windlass.apiserver.internal.rest.Surroundings;
import dev.windlass.apiserver.internal.rest.TopologyLabels;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Pods. Nobody runs them here, so they stay pending until somebody writes their status. */
final class PodRule implements KindRule {
    private static final List<String> CONTAINERS = List.of("initContainers", "containers");
    private static final List<String> TOLERATED = List.of("node.kubernetes.io/not-ready",
            "node.kubernetes.io/unreachable");
    private static final int TOLERATED_SECONDS = 300;
    /** A century: what is longer makes times that cannot be told. */
    private static final long LONGEST_GRACE = 100L * 365 * 24 * 60 * 60;

    private final Priorities priorities;
    private final LimitRanges limitRanges;
    private final RuntimeClasses runtimeClasses;
    private final TopologyLabels topologyLabels;
    private final Surroundings surroundings;

    PodRule(Priorities priorities, LimitRanges limitRanges, RuntimeClasses runtimeClasses,
            TopologyLabels topologyLabels, Surroundings surroundings) {
        this.priorities = priorities;
        this.limitRanges = limitRanges;
        this.runtimeClasses = runtimeClasses;
        this.topologyLabels = topologyLabels;
        this.surroundings = surroundings;
    }

    @Override
    public void fillDefaults(ObjectNode object) {
        ObjectNode spec = Defaults.child(object, "spec");
        Defaults.put(spec, "enableServiceLinks", true);
        if (Json.number(spec, 0, "terminationGracePeriodSeconds") < 0) {
            spec.put("terminationGracePeriodSeconds", 1);
        }
        boolean hostNetwork = Json.flag(spec, false, "hostNetwork");
        for (String list : CONTAINERS) {
            Defaults.each(spec.path(list), container -> {
                fillRequests(container);
                if (hostNetwork) {
                    Defaults.each(container.path("ports"),
                            port -> port.putIfAbsent("hostPort", port.path("containerPort")));
                }
            });
        }
    }

    private static void fillRequests(ObjectNode container) {
        ObjectNode limits = Json.objectAt(container, "resources", "limits");
        if (limits != null) {
            ObjectNode requests = Defaults.child(Defaults.child(container, "resources"), "requests");
            limits.properties().forEach(limit -> requests.putIfAbsent(limit.getKey(), limit.getValue()));
        }
    }

    @Override
    public void prepareCreate(ObjectNode object, boolean dryRun, List<String> warnings) {
        object.putObject("status").put("phase", "Pending");
        DisabledFields.drop(object);
        PodPreparation.holdBack(object, surroundings.now());
        PodPreparation.selectByOwnLabels(object);
        AppArmor.fill(object, warnings);
        PodPreparation.fillResources(object);
        Defaults.child(object, "status").put("qosClass", PodPreparation.quality(object));
    }

    @Override
    public void prepareUpdate(ObjectNode old, ObjectNode object) {
        DisabledFields.drop(object);
    }

    @Override
    public void prepareStatus(ObjectNode old, ObjectNode object) {
        PodStatus.prepare(old, object);
    }

    @Override
    public void admit(ObjectNode object, @Nullable ObjectNode old) {
        ObjectNode spec = Defaults.child(object, "spec");
        if (old == null) {
            limitRanges.fill(object);
            priorities.admit(object);
        }
        Defaults.put(spec, "priority", 0);
        Defaults.put(spec, "preemptionPolicy", "PreemptLowerPriority");
        tolerate(spec);
        if (old == null) {
            runtimeClasses.admit(object);
            topologyLabels.copy(Json.textOrEmpty(spec, "nodeName"), object);
        }
    }

    /** What the admission of the real server adds: pods outlive the trouble of their node for a while. */
    private static void tolerate(ObjectNode spec) {
        ArrayNode tolerations = Json.arrayAt(spec, "tolerations");
        ArrayNode all = tolerations == null ? spec.putArray("tolerations") : tolerations;
        for (String key : TOLERATED) {
            boolean there = false;
            for (JsonNode each : all) {
                String named = Json.textOrEmpty(each, "key");
                String effect = Json.textOrEmpty(each, "effect");
                there |= (named.equals(key) || named.isEmpty()) && (effect.equals("NoExecute") || effect.isEmpty());
            }
            if (!there) {
                all.addObject().put("key", key).put("operator", "Exists").put("effect", "NoExecute")
                        .put("tolerationSeconds", TOLERATED_SECONDS);
            }
        }
    }

    @Override
    public long graceSeconds(ObjectNode object, @Nullable Long wanted) {
        String phase = Json.textOrEmpty(object, "status", "phase");
        boolean nothingRuns = Json.textOrEmpty(object, "spec", "nodeName").isEmpty() || phase.equals("Failed")
                || phase.equals("Succeeded");
        if (nothingRuns) {
            return 0;
        }
        long seconds = wanted != null ? wanted : Json.number(object, 0, "spec", "terminationGracePeriodSeconds");
        return seconds < 0 ? 1 : Math.min(seconds, LONGEST_GRACE);
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        Field pod = Field.of(object, errors);
        PodChecks.pod(pod);
        if (old == null) {
            PodChecks.created(pod);
        } else {
            Field before = Field.of(old, errors);
            PodUpdateChecks.annotations(pod.at("metadata", "annotations"), before.at("metadata", "annotations"));
            PodUpdateChecks.spec(pod.at("spec"), before.at("spec"));
        }
    }

    @Override
    public void validateStatus(ObjectNode object, ObjectNode old, List<FieldError> errors) {
        PodStatusChecks.status(Field.of(object, errors), Field.of(old, errors));
    }

    @Override
    public @Nullable Part part(String subresource) {
        return switch (subresource) {
            case "ephemeralcontainers" -> new EphemeralContainers();
            case "resize" -> new PodResize(limitRanges);
            default -> null;
        };
    }

    @Override
    public void warnOfValid(ObjectNode object, @Nullable ObjectNode old, List<String> warnings) {
        if (old == null) {
            PodWarnings.pod(Field.of(object, new ArrayList<>()), warnings);
        }
    }

    @Override
    public void warnOfValidStatus(ObjectNode object, ObjectNode old, List<String> warnings) {
        PodWarnings.addresses(Field.of(object, new ArrayList<>()).at("status"), warnings);
    }
}
