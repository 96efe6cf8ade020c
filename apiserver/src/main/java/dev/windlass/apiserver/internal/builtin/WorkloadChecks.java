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
    private static final List<String> JOB_NUMBERS = List.of("parallelism", "completions", "activeDeadlineSeconds",
            "backoffLimit", "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes");

    private WorkloadChecks() {
    }

    static void deployment(Field now, Field before) {
        Field spec = now.at("spec");
        spec.at("replicas").notNegative();
        requiredSelector(spec.at("selector"), "deployment");
        servingTemplate(spec, "ReplicaSet");
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
        requiredSelector(spec.at("selector"), "deployment");
        servingTemplate(spec, "ReplicaSet");
        stays(spec, before, IMMUTABLE_SELECTOR);
    }

    static void statefulSet(Field now, Field before) {
        Field spec = now.at("spec");
        Field management = spec.at("podManagementPolicy");
        if (!List.of("OrderedReady", "Parallel").contains(management.text())) {
            management.invalid("must be 'OrderedReady' or 'Parallel'");
        }
        Field strategy = spec.at("updateStrategy");
        if (!List.of("RollingUpdate", "OnDelete").contains(strategy.at("type").text())) {
            strategy.invalid("must be 'RollingUpdate' or 'OnDelete'");
        }
        spec.at("volumeClaimTemplates").items().forEach(claim -> ClaimChecks.spec(claim.at("spec")));
        spec.at("replicas").notNegative();
        spec.at("minReadySeconds").notNegative();
        spec.at("ordinals", "start").notNegative();
        if (!spec.at("serviceName").isEmpty()) {
            spec.at("serviceName").named(NameRules::label);
        }
        requiredSelector(spec.at("selector"), "statefulset");
        Field template = spec.at("template");
        matches(spec.at("selector").value(), template);
        PodChecks.template(withClaims(template, spec.at("volumeClaimTemplates")));
        serving(template, "StatefulSet");
        for (String field : List.of("selector", "volumeClaimTemplates", "serviceName", "podManagementPolicy")) {
            stays(spec, before, field);
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
        return new Field(whole, template.path(), template.errors());
    }

    static void daemonSet(Field now, Field before) {
        Field spec = now.at("spec");
        Field selector = spec.at("selector");
        selector.labelSelector();
        matches(selector.value(), spec.at("template"));
        refuseEmpty(selector, "daemonset");
        PodChecks.template(spec.at("template"));
        serving(spec.at("template"), "DaemonSet");
        spec.at("minReadySeconds").notNegative();
        spec.at("updateStrategy", "type").oneOf("RollingUpdate", "OnDelete");
        spec.at("revisionHistoryLimit").notNegative();
        stays(spec, before, IMMUTABLE_SELECTOR);
    }

    static void replicationController(Field now, Field before) {
        Field spec = now.at("spec");
        spec.at("minReadySeconds").notNegative();
        Field selector = spec.at("selector");
        selector.mustBeSet("");
        spec.at("replicas").notNegative();
        Field template = spec.at("template");
        if (!template.isSet()) {
            template.required("");
            return;
        }
        if (!selector.isEmpty() && !hasLabels(selector.value(), template.at("metadata", "labels").value())) {
            template.at("metadata", "labels").invalid(NO_MATCH);
        }
        PodChecks.template(template);
        serving(template, "ReplicationController");
    }

    static void job(Field now, Field before) {
        Field spec = now.at("spec");
        jobSpec(spec);
        Field selector = spec.at("selector");
        if (selector.isSet()) {
            selector.labelSelector();
        } else {
            selector.required("");
        }
        matches(selector.value(), spec.at("template"));
        if (!before.isSet()) {
            return;
        }
        Field old = before.at("spec");
        boolean indexed = spec.at("completionMode").text().equals("Indexed")
                && spec.at("completions").isSet() && !spec.at("completions").differs(spec.at("parallelism"));
        if (!indexed) {
            spec.at("completions").immutable(old.at("completions"));
        }
        spec.at("selector").immutable(old.at("selector"));
        if (!old.at("suspend").value().asBoolean(false)) {
            spec.at("template").immutable(old.at("template"));
        }
        for (String field : List.of("completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy",
                "successPolicy")) {
            spec.at(field).immutable(old.at(field));
        }
    }

    private static void jobSpec(Field spec) {
        for (String number : JOB_NUMBERS) {
            spec.at(number).notNegative();
        }
        Field mode = spec.at("completionMode");
        mode.oneOfIfSet("NonIndexed", "Indexed");
        if (mode.text().equals("Indexed")) {
            spec.at("completions").mustBeSet("when completion mode is Indexed");
        } else {
            for (String field : List.of("backoffLimitPerIndex", "maxFailedIndexes")) {
                if (spec.at(field).isSet()) {
                    spec.at(field).invalid("requires indexed completion mode");
                }
            }
        }
        PodChecks.template(spec.at("template"));
        Field restart = spec.at("template", "spec", "restartPolicy");
        if (restart.isEmpty() || restart.text().equals("Always")) {
            restart.required("valid values: \"OnFailure\", \"Never\"");
        } else {
            restart.oneOf("OnFailure", "Never");
        }
    }

    static void cronJob(Field now, Field before) {
        Field spec = now.at("spec");
        Field schedule = spec.at("schedule");
        if (!schedule.isEmpty()) {
            String problem = CronSchedule.problem(schedule.text());
            if (problem != null) {
                schedule.invalid(problem);
            }
            if (schedule.text().contains("TZ")) {
                schedule.invalid("cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
            }
        }
        spec.at("startingDeadlineSeconds").notNegative();
        timeZone(spec.at("timeZone"));
        spec.at("concurrencyPolicy").oneOf("Allow", "Forbid", "Replace");
        Field job = spec.at("jobTemplate", "spec");
        if (job.at("manualSelector").value().asBoolean(false)) {
            job.at("manualSelector").unsupported();
        }
        jobSpec(job);
        spec.at("successfulJobsHistoryLimit").notNegative();
        spec.at("failedJobsHistoryLimit").notNegative();
        schedule.mustBeSet("");
    }

    private static void timeZone(Field zone) {
        if (!zone.isSet()) {
            return;
        }
        if (zone.text().isEmpty()) {
            zone.invalid("must not be empty string");
        } else if (!java.time.ZoneId.getAvailableZoneIds().contains(zone.text())) {
            zone.invalid("unknown time zone " + zone.text());
        }
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
                if (unavailable.value().isString() && percentage(unavailable) > 100) {
                    unavailable.invalid("must not be greater than 100%");
                }
            }
            default -> strategy.oneOf("Recreate", "RollingUpdate");
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

    private static void requiredSelector(Field selector, String kind) {
        if (!selector.isSet()) {
            selector.required("");
            return;
        }
        selector.labelSelector();
        refuseEmpty(selector, kind);
    }

    private static void refuseEmpty(Field selector, String kind) {
        if (selector.isSet() && selector.at("matchLabels").isEmpty() && selector.at("matchExpressions").isEmpty()) {
            selector.invalid("empty selector is invalid for " + kind);
        }
    }

    private static void servingTemplate(Field spec, String kind) {
        Field template = spec.at("template");
        matches(spec.at("selector").value(), template);
        PodChecks.template(template);
        serving(template, kind);
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

    private static void matches(JsonNode selector, Field template) {
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
            case JOB -> WorkloadChecks::job;
            case CRON_JOB -> WorkloadChecks::cronJob;
            case REPLICATION_CONTROLLER -> WorkloadChecks::replicationController;
        };
    }
}
