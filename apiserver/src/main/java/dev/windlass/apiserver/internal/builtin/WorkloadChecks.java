package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the kinds allow that make pods from a template, in the order in which the real server says what is wrong. Stateless. */
final class WorkloadChecks {
    private static final String IMMUTABLE_SELECTOR = "selector";
    private static final String NO_MATCH = "`selector` does not match template `labels`";
    private static final Pattern PERCENT = Pattern.compile("\\d+%");
    private static final String BAD_PERCENT = "a valid percent string must be a numeric string followed by an ending '%'"
            + " (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

    private WorkloadChecks() {
    }

    static void deployment(Field now, Field before) {
        Field spec = now.at("spec");
        spec.at("replicas").notNegative();
        replicaTemplate(spec);
        strategy(spec.at("strategy"));
        spec.at("minReadySeconds").notNegative();
        spec.at("revisionHistoryLimit").notNegative();
        Field deadline = spec.at("progressDeadlineSeconds");
        if (deadline.isSet()) {
            deadline.notNegative();
            if (deadline.number() <= spec.at("minReadySeconds").number()) {
                deadline.invalid("must be greater than minReadySeconds");
            }
        }
        stays(spec, before, IMMUTABLE_SELECTOR);
    }

    static void replicaSet(Field now, Field before) {
        Field spec = now.at("spec");
        spec.at("replicas").notNegative();
        spec.at("minReadySeconds").notNegative();
        replicaTemplate(spec);
        stays(spec, before, IMMUTABLE_SELECTOR);
    }

    /** The selector and the template of what makes replica sets, or is one. */
    private static void replicaTemplate(Field spec) {
        Field template = spec.at("template");
        if (!requiredSelector(spec.at("selector"), "deployment")) {
            spec.at("selector").invalid("invalid label selector");
            return;
        }
        matches(spec.at("selector").value(), template);
        PodChecks.template(template);
        serving(template, "ReplicaSet");
    }

    static void statefulSet(Field now, Field before) {
        Field spec = now.at("spec");
        Field management = spec.at("podManagementPolicy");
        if (management.mustBeSet("") && !List.of("OrderedReady", "Parallel").contains(management.text())) {
            management.invalid("must be 'OrderedReady' or 'Parallel'");
        }
        statefulStrategy(spec.at("updateStrategy"));
        for (String when : List.of("whenDeleted", "whenScaled")) {
            spec.at("persistentVolumeClaimRetentionPolicy", when).oneOfIfSet("Retain", "Delete");
        }
        if (!before.isSet()) { // later they stay as they are
            spec.at("volumeClaimTemplates").items().forEach(claim -> ClaimChecks.spec(claim.at("spec")));
        }
        spec.at("replicas").notNegative();
        spec.at("minReadySeconds").notNegative();
        spec.at("ordinals", "start").notNegative();
        if (!spec.at("serviceName").isEmpty()) {
            spec.at("serviceName").named(NameRules::label);
        }
        Field template = spec.at("template");
        if (requiredSelector(spec.at("selector"), "statefulset")) {
            matches(spec.at("selector").value(), template);
            PodChecks.template(withClaims(template, spec.at("volumeClaimTemplates")));
        } else {
            spec.at("selector").invalid("");
        }
        serving(template, "StatefulSet");
        for (String field : List.of("selector", "volumeClaimTemplates", "serviceName", "podManagementPolicy")) {
            stays(spec, before, field);
        }
    }

    private static void statefulStrategy(Field strategy) {
        Field rolling = strategy.at("rollingUpdate");
        switch (strategy.at("type").text()) {
            case "" -> strategy.required("");
            case "OnDelete" -> {
                if (rolling.isSet()) {
                    rolling.invalid("only allowed for updateStrategy 'RollingUpdate'");
                }
            }
            case "RollingUpdate" -> {
                rolling.at("partition").notNegative();
                Field unavailable = rolling.at("maxUnavailable");
                if (unavailable.isSet()) {
                    countOrPercentage(unavailable);
                    if (percentage(unavailable) == 0) {
                        unavailable.invalid("cannot be 0");
                    }
                    notMoreThanAll(unavailable);
                }
            }
            default -> strategy.invalid("must be 'RollingUpdate' or 'OnDelete'");
        }
    }

    /** The template with a volume for each claim that is made for its pods. */
    private static Field withClaims(Field template, Field claims) {
        if (!(template.at("spec").value().deepCopy() instanceof ObjectNode spec)) {
            return template;
        }
        ArrayNode volumes = Json.array();
        Set<String> names = new HashSet<>();
        for (Field claim : claims.items()) {
            String name = claim.at("metadata", "name").text();
            names.add(name);
            volumes.addObject().put("name", name).putObject("persistentVolumeClaim").put("claimName", name);
        }
        for (JsonNode volume : spec.path("volumes")) {
            if (!names.contains(volume.path("name").asString(""))) {
                volumes.add(volume);
            }
        }
        spec.remove(List.of("hostname", "subdomain"));
        spec.set("volumes", volumes);
        ObjectNode whole = (ObjectNode) template.value().deepCopy();
        whole.set("spec", spec);
        return template.with(whole);
    }

    static void daemonSet(Field now, Field before) {
        Field spec = now.at("spec");
        stays(spec, before, IMMUTABLE_SELECTOR);
        Field selector = spec.at("selector");
        int known = selector.errors().size();
        selector.labelSelector();
        if (selector.errors().size() == known) {
            matches(selector.value(), spec.at("template"));
        }
        refuseEmpty(selector, "daemonset");
        PodChecks.template(spec.at("template"));
        serving(spec.at("template"), "DaemonSet");
        spec.at("minReadySeconds").notNegative();
        Field strategy = spec.at("updateStrategy");
        switch (strategy.at("type").text()) {
            case "OnDelete" -> {
                // asks for nothing more
            }
            case "RollingUpdate" -> rollingDaemons(strategy.at("rollingUpdate"));
            default -> strategy.unsupported("RollingUpdate", "OnDelete");
        }
        spec.at("revisionHistoryLimit").notNegative();
    }

    private static void rollingDaemons(Field rolling) {
        if (!rolling.isSet()) {
            rolling.required("");
            return;
        }
        Field unavailable = rolling.at("maxUnavailable");
        Field surge = rolling.at("maxSurge");
        List.of(unavailable, surge).forEach(WorkloadChecks::countOrPercentage);
        List.of(unavailable, surge).forEach(WorkloadChecks::notMoreThanAll);
        if (percentage(unavailable) != 0 && percentage(surge) != 0) {
            surge.invalid("may not be set when maxUnavailable is non-zero");
        } else if (percentage(unavailable) == 0 && percentage(surge) == 0) {
            unavailable.required("cannot be 0 when maxSurge is 0");
        }
    }

    static void replicationController(Field now, @SuppressWarnings("unused") Field before) {
        Field spec = now.at("spec");
        Field selector = spec.at("selector");
        selector.mustBeSet("");
        Field template = spec.at("template");
        if (template.isSet()) {
            if (!selector.isEmpty() && !hasLabels(selector.value(), template.at("metadata", "labels").value())) {
                template.at("metadata", "labels").invalid(NO_MATCH);
            }
            PodChecks.template(template);
            serving(template, "ReplicationController");
        } else {
            template.required("");
        }
        spec.at("replicas").notNegative();
        spec.at("minReadySeconds").notNegative();
    }

    private static void strategy(Field strategy) {
        Field rolling = strategy.at("rollingUpdate");
        switch (strategy.at("type").text()) {
            case "Recreate" -> {
                if (rolling.isSet()) {
                    rolling.forbidden("may not be specified when strategy `type` is 'Recreate'");
                }
            }
            case "RollingUpdate" -> {
                Field unavailable = rolling.at("maxUnavailable");
                Field surge = rolling.at("maxSurge");
                countOrPercentage(unavailable);
                countOrPercentage(surge);
                if (percentage(unavailable) == 0 && percentage(surge) == 0) {
                    unavailable.invalid("may not be 0 when `maxSurge` is 0");
                }
                notMoreThanAll(unavailable);
            }
            default -> strategy.unsupported("Recreate", "RollingUpdate");
        }
    }

    private static void notMoreThanAll(Field field) {
        if (field.value().isString() && percentage(field) > 100) {
            field.invalid("must not be greater than 100%");
        }
    }

    private static void countOrPercentage(Field field) {
        if (!field.value().isString()) {
            field.notNegative();
        } else if (!PERCENT.matcher(field.text()).matches()) {
            field.invalid(BAD_PERCENT);
        }
    }

    private static double percentage(Field field) {
        return field.value().isString()
                ? PERCENT.matcher(field.text()).matches()
                        ? Double.parseDouble(field.text().substring(0, field.text().length() - 1))
                        : 0
                : field.number();
    }

    /** @return whether it can select anything at all */
    private static boolean requiredSelector(Field selector, String kind) {
        if (!selector.isSet()) {
            selector.required("");
            return true;
        }
        int known = selector.errors().size();
        selector.labelSelector();
        boolean right = selector.errors().size() == known;
        refuseEmpty(selector, kind);
        return right;
    }

    private static void refuseEmpty(Field selector, String kind) {
        if (selector.isSet() && selector.at("matchLabels").isEmpty() && selector.at("matchExpressions").isEmpty()) {
            selector.invalid("empty selector is invalid for " + kind);
        }
    }

    /** Pods that are to run for good. */
    private static void serving(Field template, String kind) {
        template.at("spec", "restartPolicy").oneOf("Always");
        if (template.at("spec", "activeDeadlineSeconds").isSet()) {
            template.at("spec", "activeDeadlineSeconds")
                    .forbidden("activeDeadlineSeconds in " + kind + " is not Supported");
        }
    }

    private static void stays(Field spec, Field before, String field) {
        if (before.isSet()) {
            spec.at(field).immutable(before.at("spec", field));
        }
    }

    static void matches(JsonNode selector, Field template) {
        Field labels = template.at("metadata", "labels");
        boolean matches = selector.isObject() && hasLabels(selector.path("matchLabels"), labels.value())
                && StreamSupport.stream(selector.path("matchExpressions").spliterator(), false)
                        .allMatch(each -> matches(each, labels.value()));
        if (!matches) {
            labels.invalid(NO_MATCH);
        }
    }

    private static boolean hasLabels(JsonNode wanted, JsonNode labels) {
        return wanted.properties().stream().allMatch(each -> each.getValue().equals(labels.get(each.getKey())));
    }

    private static boolean matches(JsonNode expression, JsonNode labels) {
        @Nullable
        JsonNode label = labels.get(expression.path("key").asString(""));
        Set<String> values = StreamSupport.stream(expression.path("values").spliterator(), false)
                .map(each -> each.asString("")).collect(Collectors.toSet());
        boolean in = label != null && values.contains(label.asString(""));
        return switch (expression.path("operator").asString("")) {
            case "In" -> in;
            case "NotIn" -> !in;
            case "Exists" -> label != null;
            case "DoesNotExist" -> label == null;
            default -> true;
        };
    }

    static Checked.Check of(Workload kind) {
        return switch (kind) {
            case DEPLOYMENT -> WorkloadChecks::deployment;
            case REPLICA_SET -> WorkloadChecks::replicaSet;
            case STATEFUL_SET -> WorkloadChecks::statefulSet;
            case DAEMON_SET -> WorkloadChecks::daemonSet;
            case JOB -> JobChecks::job;
            case CRON_JOB -> JobChecks::cronJob;
            case REPLICATION_CONTROLLER -> WorkloadChecks::replicationController;
        };
    }
}
