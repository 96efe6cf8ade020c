package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.status.FieldError;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What jobs and cron jobs allow, in the order in which the real server says what is wrong. Stateless. */
final class JobChecks {
    private static final List<String> NUMBERS = List.of("parallelism", "completions", "activeDeadlineSeconds",
            "backoffLimit", "ttlSecondsAfterFinished", "backoffLimitPerIndex");
    private static final int MOST_PARALLEL = 100_000;
    private static final int MANY_COMPLETIONS = 100_000;
    private static final int MOST_OF_MANY = 10_000;
    private static final int LONGEST_MANAGER = 63;
    private static final int LONGEST_CRON_JOB = 52;
    private static final String INDEXED = "Indexed";
    private static final Pattern MANAGER_PATH = Pattern.compile("[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+");
    private static final Pattern ZONE_PART = Pattern.compile("[A-Za-z.\\-_0-9+]{1,14}");
    /** What a job that waits may still be told of where its pods run. */
    private static final Set<String> SCHEDULING = Set.of("nodeSelector", "tolerations", "schedulingGates");

    private JobChecks() {
    }

    static void job(Field now, Field before) {
        Field spec = now.at("spec");
        if (!before.isSet() && !spec.at("manualSelector").flag()) {
            generated(now);
        }
        spec(spec);
        Field selector = spec.at("selector");
        if (!selector.isSet()) {
            selector.required("");
        }
        int known = selector.errors().size();
        selector.labelSelector();
        if (selector.errors().size() == known) {
            WorkloadChecks.matches(selector.value(), spec.at("template"));
        }
        if (before.isSet()) {
            update(spec, before.at("spec"), before);
        }
        indexedNames(now.at("metadata", "name"), spec);
    }

    /** The labels that the server gives to the pods of a job, unless the job has others there. */
    private static void generated(Field job) {
        String uid = job.at("metadata", "uid").text();
        String name = job.at("metadata", "name").text();
        Field labels = job.at("spec", "template", "metadata", "labels");
        label(labels, "controller-uid", uid);
        label(labels, "job-name", name);
        label(labels, "batch.kubernetes.io/controller-uid", uid);
        label(labels, "batch.kubernetes.io/job-name", name);
        Field selector = job.at("spec", "selector");
        boolean own = selector.at("matchLabels").value().properties().stream().allMatch(each -> switch (each.getKey()) {
            case "controller-uid", "batch.kubernetes.io/controller-uid" -> each.getValue().asString("").equals(uid);
            case "job-name", "batch.kubernetes.io/job-name" -> each.getValue().asString("").equals(name);
            default -> false;
        });
        if (selector.isSet() && (!own || !selector.at("matchExpressions").isEmpty())) {
            selector.invalid("`selector` not auto-generated");
        }
    }

    private static void label(Field labels, String key, String expected) {
        Field label = labels.key(key);
        if (!label.isSet()) {
            label.required("must be '" + expected + "'");
        } else if (!label.text().equals(expected)) {
            ObjectNode sorted = Json.object();
            new TreeSet<>(labels.value().propertyNames()).forEach(each -> sorted.set(each, labels.value().path(each)));
            label.invalid(sorted, "must be '" + expected + "'");
        }
    }

    private static void indexedNames(Field name, Field spec) {
        long completions = spec.at("completions").number();
        String last = name.text() + "-" + (completions - 1);
        if (isIndexed(spec) && completions > 0 && !NameRules.label(last).isEmpty()) {
            name.invalid("will not able to create pod with invalid DNS label: " + last);
        }
    }

    /** @param spec of the job, or of those that a cron job makes */
    static void warn(Field spec, List<String> warnings) {
        if (isIndexed(spec) && spec.at("completions").number() > MANY_COMPLETIONS
                && spec.at("parallelism").number() > MOST_OF_MANY) {
            spec.warn(
                    "In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4,"
                            + " Kubernetes might not be able to track completedIndexes when a big number of indexes fail",
                    warnings);
        }
    }

    private static boolean isIndexed(Field spec) {
        return spec.at("completionMode").text().equals(INDEXED);
    }

    private static void update(Field spec, Field old, Field before) {
        Field completions = spec.at("completions");
        if (!isIndexed(spec)) {
            completions.immutable(old.at("completions"));
        } else if (completions.isSet() && completions.differs(old.at("completions"))
                && completions.differs(spec.at("parallelism"))) {
            completions.invalid("can only be modified in tandem with spec.parallelism");
        }
        spec.at("selector").immutable(old.at("selector"));
        template(spec, old, before.at("status", "startTime").isSet());
        for (String field : List.of("completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy",
                "successPolicy")) {
            spec.at(field).immutable(old.at(field));
        }
    }

    /** While a job waits, what its containers ask for may change, and before it has begun where its pods run. */
    private static void template(Field spec, Field old, boolean begun) {
        Field template = spec.at("template");
        if (!old.at("suspend").flag()) {
            template.immutable(old.at("template"));
            return;
        }
        Field podSpec = template.at("spec");
        ObjectNode allowed = (ObjectNode) old.at("template", "spec").value().deepCopy();
        if (!begun) {
            SCHEDULING.forEach(field -> copy(podSpec, allowed, field));
            nodeAffinity(podSpec, allowed);
        }
        for (String list : List.of("containers", "initContainers")) {
            List<Field> containers = podSpec.at(list).items();
            for (int i = 0; i < containers.size() && containers.size() == allowed.path(list).size(); i++) {
                if (allowed.path(list).get(i) instanceof ObjectNode container
                        && Json.textOrEmpty(container, "name").equals(containers.get(i).at("name").text())) {
                    copy(containers.get(i), container, "resources");
                }
            }
        }
        podSpec.immutable(podSpec.with(allowed));
    }

    private static void copy(Field from, ObjectNode to, String field) {
        if (from.at(field).isSet()) {
            to.set(field, from.at(field).value());
        } else {
            to.remove(field);
        }
    }

    private static void nodeAffinity(Field podSpec, ObjectNode allowed) {
        ObjectNode affinity = Json.child(allowed, "affinity");
        copy(podSpec.at("affinity"), affinity, "nodeAffinity");
        if (affinity.isEmpty() && !podSpec.at("affinity").isSet()) {
            allowed.remove("affinity");
        }
    }

    private static void spec(Field spec) {
        NUMBERS.forEach(number -> spec.at(number).notNegative());
        Field failed = spec.at("maxFailedIndexes");
        failed.notNegative();
        if (failed.isSet() && !spec.at("backoffLimitPerIndex").isSet()) {
            spec.at("backoffLimitPerIndex").required("when maxFailedIndexes is specified");
        }
        manager(spec.at("managedBy"));
        spec.at("completionMode").oneOfIfSet("NonIndexed", INDEXED);
        if (isIndexed(spec)) {
            indexed(spec, failed);
        } else {
            List.of(spec.at("backoffLimitPerIndex"), failed).stream().filter(Field::isSet)
                    .filter(_ -> !spec.at("completionMode").isSet()
                            || spec.at("completionMode").text().equals("NonIndexed"))
                    .forEach(each -> each.invalid("requires indexed completion mode"));
        }
        Field failure = spec.at("podFailurePolicy");
        JobPolicyChecks.failure(failure, spec);
        Field success = spec.at("successPolicy");
        if (success.isSet() && !isIndexed(spec)) {
            success.invalid("requires indexed completion mode");
        } else if (success.isSet()) {
            JobPolicyChecks.success(success, spec.at("completions").number());
        }
        if (failure.isSet()) {
            spec.at("podReplacementPolicy").oneOfIfSet("Failed");
        } else {
            spec.at("podReplacementPolicy").oneOfIfSet("Failed", "TerminatingOrFailed");
        }
        PodChecks.template(spec.at("template"));
        restart(spec.at("template", "spec", "restartPolicy"), failure.isSet());
    }

    private static void restart(Field restart, boolean hasFailurePolicy) {
        if (restart.isEmpty() || restart.text().equals("Always")) {
            restart.required("valid values: \"OnFailure\", \"Never\"");
        } else if (hasFailurePolicy && restart.text().equals("OnFailure")) {
            restart.invalid("only \"Never\" is supported when podFailurePolicy is specified");
        } else {
            restart.oneOf("OnFailure", "Never");
        }
    }

    private static void manager(Field manager) {
        if (!manager.isSet()) {
            return;
        }
        if (manager.mustBeSet("")) {
            String[] parts = manager.text().split("/", 2);
            if (parts.length < 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
                manager.invalid("must be a domain-prefixed path (such as \"acme.io/foo\")");
            } else {
                NameRules.subdomain(parts[0]).forEach(problem -> manager.invalid(parts[0], problem));
                if (!MANAGER_PATH.matcher(parts[1]).matches()) {
                    manager.invalid(parts[1],
                            "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')");
                }
            }
        }
        if (manager.text().length() > LONGEST_MANAGER) {
            manager.tooLong(LONGEST_MANAGER);
        }
    }

    private static void indexed(Field spec, Field failed) {
        Field completions = spec.at("completions");
        Field parallelism = spec.at("parallelism");
        completions.mustBeSet("when completion mode is Indexed");
        if (parallelism.number() > MOST_PARALLEL) {
            parallelism.invalid("must be less than or equal to " + MOST_PARALLEL + " when completion mode is Indexed");
        }
        if (completions.isSet() && failed.number() > completions.number()) {
            failed.invalid("must be less than or equal to completions");
        }
        if (failed.number() > MOST_PARALLEL) {
            failed.invalid("must be less than or equal to " + MOST_PARALLEL);
        }
        if (completions.number() <= MANY_COMPLETIONS || !spec.at("backoffLimitPerIndex").isSet()) {
            return;
        }
        if (!failed.isSet()) {
            failed.required("must be specified when completions is above " + MANY_COMPLETIONS);
        }
        for (Field each : List.of(parallelism, failed)) {
            if (each.number() > MOST_OF_MANY) {
                each.invalid("must be less than or equal to " + MOST_OF_MANY + " when completions are above "
                        + MANY_COMPLETIONS + " and used with backoff limit per index");
            }
        }
    }

    static void cronJob(Field now, Field before) {
        Field spec = now.at("spec");
        Field schedule = spec.at("schedule");
        if (!schedule.isEmpty()) {
            schedule(schedule, before.at("spec", "schedule").text().contains("TZ"), spec.at("timeZone").isSet());
        }
        spec.at("startingDeadlineSeconds").notNegative();
        if (!before.isSet() || spec.at("timeZone").differs(before.at("spec", "timeZone"))) {
            timeZone(spec.at("timeZone"));
        }
        Field concurrency = spec.at("concurrencyPolicy");
        if (concurrency.mustBeSet("")) {
            concurrency.oneOf("Allow", "Forbid", "Replace");
        }
        Field job = spec.at("jobTemplate", "spec");
        spec(job);
        if (job.at("selector").isSet()) {
            job.at("selector").invalid("`selector` will be auto-generated");
        }
        if (job.at("manualSelector").flag()) {
            job.at("manualSelector").unsupported("nil", "false");
        }
        spec.at("successfulJobsHistoryLimit").notNegative();
        spec.at("failedJobsHistoryLimit").notNegative();
        Field name = now.at("metadata", "name");
        if (!before.isSet() && name.text().length() > LONGEST_CRON_JOB) {
            name.invalid("must be no more than " + LONGEST_CRON_JOB + " characters");
        }
        schedule.mustBeSet("");
    }

    private static void schedule(Field schedule, boolean mayHaveZone, boolean zone) {
        String problem = CronSchedule.problem(schedule.text());
        if (problem != null) {
            schedule.invalid(problem);
        }
        if (!schedule.text().contains("TZ")) {
            return;
        }
        if (!mayHaveZone) {
            schedule.invalid("cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
        } else if (zone) {
            schedule.invalid("cannot use both timeZone field and TZ or CRON_TZ in schedule");
        }
    }

    private static void timeZone(Field zone) {
        if (!zone.isSet()) {
            return;
        }
        String text = zone.text();
        if (text.isEmpty()) {
            zone.invalid("timeZone must be nil or non-empty string");
        } else if (Stream.of(text.split("/", -1)).anyMatch(part -> part.equals(".") || part.equals("..")
                || part.startsWith("-") || !ZONE_PART.matcher(part).matches())) {
            zone.invalidAsJson(text, "unknown time zone " + text);
            return;
        }
        if (text.toLowerCase(Locale.ROOT).equals("local")) {
            zone.invalid("timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
        }
        if (!text.isEmpty() && !text.equals("Local") && !ZoneId.getAvailableZoneIds().contains(text)) {
            zone.invalidAsJson(text, "unknown time zone " + text);
        }
    }

    /** A problem with the place, of which nothing is shown. */
    static void wrong(Field field, String problem) {
        field.errors().add(new FieldError("FieldValueInvalid", field.path(), "Invalid value: " + problem));
    }

    static boolean hasCondition(JsonNode status, String type) {
        for (JsonNode condition : status.path("conditions")) {
            if (Json.textOrEmpty(condition, "type").equals(type)) {
                return Json.textOrEmpty(condition, "status").equals("True");
            }
        }
        return false;
    }
}
