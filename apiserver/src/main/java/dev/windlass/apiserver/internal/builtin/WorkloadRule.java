package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.rest.Remover;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import static dev.windlass.apiserver.internal.builtin.Defaults.child;
import static dev.windlass.apiserver.internal.builtin.Defaults.put;

/** Deployments, replica sets, stateful sets, daemon sets, jobs, cron jobs, replication controllers. */
final class WorkloadRule implements KindRule {
    private static final String TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";

    /** Kinds that give their names to pods. */
    private static final Set<Workload> NAMED_AFTER = EnumSet.of(Workload.DEPLOYMENT, Workload.REPLICA_SET,
            Workload.REPLICATION_CONTROLLER, Workload.JOB, Workload.CRON_JOB);

    private final Workload kind;
    private final Checked checked;

    WorkloadRule(Workload kind) {
        this.kind = kind;
        this.checked = new Checked(WorkloadChecks.of(kind));
    }

    @Override
    public void fillNothing(ObjectNode object) {
        switch (kind) {
            case DEPLOYMENT, REPLICA_SET, STATEFUL_SET -> child(object, "spec").put("replicas", 0);
            case DAEMON_SET -> child(child(object, "metadata"), "annotations").put(TEMPLATE_GENERATION, "0");
            default -> {
                // has nothing of that sort
            }
        }
    }

    @Override
    public void fillDefaults(ObjectNode object) {
        ObjectNode spec = child(object, "spec");
        switch (kind) {
            case JOB -> fillJob(object, spec);
            case REPLICATION_CONTROLLER -> {
                JsonNode labels = Json.find(spec, "template", "metadata", "labels");
                if (labels != null) {
                    putIfEmpty(spec, "selector", labels.deepCopy());
                    putIfEmpty(child(object, "metadata"), "labels", labels.deepCopy());
                }
            }
            case DAEMON_SET -> {
                ObjectNode annotations = child(child(object, "metadata"), "annotations");
                annotations.putIfAbsent(TEMPLATE_GENERATION, annotations.stringNode("0"));
            }
            case DEPLOYMENT, REPLICA_SET, STATEFUL_SET, CRON_JOB -> {
                // all theirs are defaults of types
            }
        }
    }

    private static void fillJob(ObjectNode object, ObjectNode spec) {
        if (!spec.has("completions") && !spec.has("parallelism")) {
            put(spec, "completions", 1);
        }
        put(spec, "parallelism", 1);
        put(spec, "backoffLimit", spec.has("backoffLimitPerIndex") ? Integer.MAX_VALUE : 6);
        put(spec, "completionMode", "NonIndexed");
        put(spec, "suspend", false);
        put(spec, "manualSelector", false);
        put(spec, "podReplacementPolicy", spec.has("podFailurePolicy") ? "Failed" : "TerminatingOrFailed");
        JsonNode labels = Json.find(spec, "template", "metadata", "labels");
        if (labels != null && !labels.isEmpty()) {
            // The very same: what is added to those of the template when the job is created, the job gets as well.
            putIfEmpty(child(object, "metadata"), "labels", labels);
        }
    }

    private static void putIfEmpty(ObjectNode object, String field, JsonNode map) {
        if (object.path(field).isEmpty()) {
            object.set(field, map);
        }
    }

    private ObjectNode template(ObjectNode object) {
        ObjectNode spec = child(object, "spec");
        return kind == Workload.CRON_JOB
                ? child(child(child(spec, "jobTemplate"), "spec"), "template")
                : child(spec, "template");
    }

    private void dropDisabled(ObjectNode object) {
        JsonNode spec = object.path("spec");
        JsonNode own = kind == Workload.CRON_JOB ? spec.path("jobTemplate").path("spec") : spec;
        DisabledFields.drop(own.path("template"));
        if (own instanceof ObjectNode job && (kind == Workload.JOB || kind == Workload.CRON_JOB)) {
            job.remove("scheduling");
        }
    }

    @Override
    public void prepareCreate(ObjectNode object, boolean dryRun) {
        object.putObject("status");
        dropDisabled(object);
        if (kind == Workload.JOB && !Json.flag(object, false, "spec", "manualSelector")) {
            String uid = Metadata.uid(object);
            String name = Metadata.name(object);
            ObjectNode labels = child(child(template(object), "metadata"), "labels");
            // What somebody has put there stays, and is refused when it is something else.
            put(labels, "batch.kubernetes.io/controller-uid", uid);
            put(labels, "batch.kubernetes.io/job-name", name);
            put(labels, "controller-uid", uid);
            put(labels, "job-name", name);
            ObjectNode selector = child(child(object, "spec"), "selector");
            JsonNode expressions = selector.remove("matchExpressions");
            put(child(selector, "matchLabels"), "batch.kubernetes.io/controller-uid", uid);
            if (expressions != null) {
                selector.set("matchExpressions", expressions); // they come last when the selector is shown
            }
        }
        if (kind == Workload.DAEMON_SET) {
            child(child(object, "metadata"), "annotations").put(TEMPLATE_GENERATION, "1");
        }
    }

    @Override
    public void prepareUpdate(ObjectNode old, ObjectNode object) {
        dropDisabled(object);
        if (kind == Workload.DAEMON_SET) {
            String before = Json.textOrEmpty(old, "metadata", "annotations", TEMPLATE_GENERATION);
            long generation = before.matches("\\d{1,18}") ? Long.parseLong(before) : 0;
            boolean changed = !Json.alike(Json.find(old, "spec", "template"), Json.find(object, "spec", "template"));
            child(child(object, "metadata"), "annotations").put(TEMPLATE_GENERATION,
                    Long.toString(changed ? generation + 1 : generation));
        }
    }

    /** What is wanted stays, as far as it stands in metadata too, and so do defaults that come of it. */
    @Override
    public void prepareStatus(ObjectNode old, ObjectNode object) {
        if (kind == Workload.DAEMON_SET) {
            child(child(object, "metadata"), "annotations").put(TEMPLATE_GENERATION,
                    Json.textOrEmpty(old, "metadata", "annotations", TEMPLATE_GENERATION));
        }
        fillDefaults(object);
    }

    @Override
    public void warnOfDeletion(Remover.Options options, List<String> warnings) {
        if (kind == Workload.JOB && options.propagation().isEmpty() && options.orphans() == null) {
            warnings.add("child pods are preserved by default when jobs are deleted; set propagationPolicy=Background"
                    + " to remove them or set propagationPolicy=Orphan to suppress this warning");
        }
    }

    @Override
    public boolean raisesGeneration(ObjectNode old, ObjectNode object) {
        return kind == Workload.DEPLOYMENT && !Json.alike(Json.find(old, "metadata", "annotations"),
                Json.find(object, "metadata", "annotations"));
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        checked.validate(object, old, errors);
    }

    @Override
    public void validateStatus(ObjectNode object, ObjectNode old, List<FieldError> errors) {
        WorkloadStatusChecks.status(kind, Field.of(object, errors), Field.of(old, new ArrayList<>()));
    }

    @Override
    public void warnOfValid(ObjectNode object, @Nullable ObjectNode old, List<String> warnings) {
        Field now = Field.of(object, new ArrayList<>());
        if (old == null && NAMED_AFTER.contains(kind)) {
            PodWarnings.name(now.at("metadata", "name").text(), "Pod names and hostnames", warnings);
        }
        Field spec = now.at("spec");
        if (old == null || templateCounts(old, object)) {
            Field run = kind == Workload.CRON_JOB ? spec.at("jobTemplate", "spec") : spec;
            JobChecks.warn(run, warnings);
            PodWarnings.template(run.at("template"), warnings);
        }
        for (Field claim : spec.at("volumeClaimTemplates").items()) {
            Field wanted = claim.at("spec");
            ClaimChecks.warnOfFractions(wanted.as(old == null ? claim.path() : claim.path() + ".Spec"), warnings);
        }
        if (kind == Workload.STATEFUL_SET && spec.at("revisionHistoryLimit").number() < 0) {
            warnings.add("spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is"
                    + " recommended");
        }
    }

    private boolean templateCounts(ObjectNode old, ObjectNode object) {
        return kind == Workload.DAEMON_SET
                ? !Json.alike(Json.find(old, "spec", "template"), Json.find(object, "spec", "template"))
                : Json.number(old, 0, "metadata", "generation") != Json.number(object, 0, "metadata", "generation");
    }
}
