package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import static dev.windlass.apiserver.internal.builtin.Defaults.child;
import static dev.windlass.apiserver.internal.builtin.Defaults.put;

/** Deployments, replica sets, stateful sets, daemon sets, jobs, cron jobs, replication controllers. */
final class WorkloadRule implements KindRule {
    private final Workload kind;

    WorkloadRule(Workload kind) {
        this.kind = kind;
    }

    @Override
    public void fillDefaults(ObjectNode object) {
        ObjectNode spec = child(object, "spec");
        if (kind.hasReplicas()) {
            put(spec, "replicas", 1);
        }
        switch (kind) {
            case DEPLOYMENT -> {
                ObjectNode strategy = child(spec, "strategy");
                put(strategy, "type", "RollingUpdate");
                if (Json.textOrEmpty(strategy, "type").equals("RollingUpdate")) {
                    ObjectNode rolling = child(strategy, "rollingUpdate");
                    put(rolling, "maxUnavailable", "25%");
                    put(rolling, "maxSurge", "25%");
                }
                put(spec, "revisionHistoryLimit", 10);
                put(spec, "progressDeadlineSeconds", 600);
            }
            case STATEFUL_SET -> {
                put(spec, "podManagementPolicy", "OrderedReady");
                ObjectNode strategy = child(spec, "updateStrategy");
                put(strategy, "type", "RollingUpdate");
                if (Json.textOrEmpty(strategy, "type").equals("RollingUpdate")) {
                    put(child(strategy, "rollingUpdate"), "partition", 0);
                }
                put(spec, "revisionHistoryLimit", 10);
                ObjectNode retention = child(spec, "persistentVolumeClaimRetentionPolicy");
                put(retention, "whenDeleted", "Retain");
                put(retention, "whenScaled", "Retain");
            }
            case DAEMON_SET -> {
                ObjectNode strategy = child(spec, "updateStrategy");
                put(strategy, "type", "RollingUpdate");
                if (Json.textOrEmpty(strategy, "type").equals("RollingUpdate")) {
                    put(child(strategy, "rollingUpdate"), "maxUnavailable", 1);
                    put(child(strategy, "rollingUpdate"), "maxSurge", 0);
                }
                put(spec, "revisionHistoryLimit", 10);
            }
            case JOB -> fillJob(spec);
            case CRON_JOB -> {
                put(spec, "concurrencyPolicy", "Allow");
                put(spec, "suspend", false);
                put(spec, "successfulJobsHistoryLimit", 3);
                put(spec, "failedJobsHistoryLimit", 1);
            }
            case REPLICATION_CONTROLLER -> {
                JsonNode labels = Json.find(spec, "template", "metadata", "labels");
                if (labels != null && !spec.has("selector")) {
                    spec.set("selector", labels.deepCopy());
                }
            }
            case REPLICA_SET -> {
                // replicas only
            }
        }
        PodDefaults.fillTemplate(template(object));
    }

    private static void fillJob(ObjectNode spec) {
        if (!spec.has("completions") && !spec.has("parallelism")) {
            put(spec, "completions", 1);
        }
        put(spec, "parallelism", 1);
        put(spec, "backoffLimit", 6);
        put(spec, "completionMode", "NonIndexed");
        put(spec, "suspend", false);
        put(spec, "podReplacementPolicy", spec.has("podFailurePolicy") ? "Failed" : "TerminatingOrFailed");
    }

    private ObjectNode template(ObjectNode object) {
        ObjectNode spec = child(object, "spec");
        return kind == Workload.CRON_JOB
                ? child(child(child(spec, "jobTemplate"), "spec"), "template")
                : child(spec, "template");
    }

    @Override
    public void prepareCreate(ObjectNode object, boolean dryRun) {
        object.putObject("status");
        if (kind == Workload.JOB && !Json.flag(object, false, "spec", "manualSelector")) {
            String uid = Metadata.uid(object);
            String name = Metadata.name(object);
            ObjectNode labels = child(child(template(object), "metadata"), "labels");
            labels.put("controller-uid", uid).put("batch.kubernetes.io/controller-uid", uid).put("job-name", name)
                    .put("batch.kubernetes.io/job-name", name);
            child(child(child(object, "spec"), "selector"), "matchLabels").put("batch.kubernetes.io/controller-uid",
                    uid);
        }
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        Checks.notNegative(Json.find(object, "spec", "replicas"), "spec.replicas", errors);
        String path = kind == Workload.CRON_JOB ? "spec.jobTemplate.spec.template" : "spec.template";
        ObjectNode template = template(object);
        boolean selects = kind != Workload.CRON_JOB && kind != Workload.REPLICATION_CONTROLLER;
        if (selects) {
            checkSelector(object, template, errors);
            if (old != null) {
                Checks.immutable(Json.find(object, "spec", "selector"), Json.find(old, "spec", "selector"),
                        "spec.selector", errors);
            }
        }
        Checks.containers(Json.find(template, "spec", "containers"), path + ".spec.containers", errors);
        checkRestartPolicy(template, path, errors);
    }

    private void checkSelector(ObjectNode object, ObjectNode template, List<FieldError> errors) {
        JsonNode selector = Json.find(object, "spec", "selector");
        if (selector == null) {
            errors.add(FieldError.required("spec.selector", ""));
            return;
        }
        if (selector.path("matchLabels").isEmpty() && selector.path("matchExpressions").isEmpty()) {
            errors.add(FieldError.invalid("spec.selector", selector, "empty selector is invalid for " + name()));
        }
        JsonNode labels = template.path("metadata").path("labels");
        for (Map.Entry<String, JsonNode> wanted : selector.path("matchLabels").properties()) {
            if (!wanted.getValue().equals(labels.get(wanted.getKey()))) {
                errors.add(FieldError.invalid("spec.template.metadata.labels",
                        labels.isMissingNode() ? Json.object() : labels,
                        "`selector` does not match template `labels`"));
                return;
            }
        }
    }

    private String name() {
        return switch (kind) {
            case DEPLOYMENT -> "deployment";
            case STATEFUL_SET -> "statefulset";
            case DAEMON_SET -> "daemonset";
            default -> "replica set";
        };
    }

    private void checkRestartPolicy(ObjectNode template, String path, List<FieldError> errors) {
        String policy = Json.textOrEmpty(template, "spec", "restartPolicy");
        boolean job = kind == Workload.JOB || kind == Workload.CRON_JOB;
        List<String> allowed = job ? List.of("OnFailure", "Never") : List.of("Always");
        if (!allowed.contains(policy)) {
            errors.add(job && policy.equals("Always")
                    ? new FieldError("FieldValueRequired", path + ".spec.restartPolicy",
                            "Required value: valid values: \"OnFailure\", \"Never\"")
                    : FieldError.notSupported(path + ".spec.restartPolicy",
                            Json.find(template, "spec", "restartPolicy"), allowed));
        }
    }
}
