package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the status of a job may say: it does not come back from its end, and its conditions do not contradict each other. Stateless. */
final class JobStatusChecks {
    private static final String COMPLETE = "Complete";
    private static final String FAILED = "Failed";
    private static final String FAILURE_TARGET = "FailureTarget";
    private static final String SUSPENDED = "Suspended";
    private static final String MET = "SuccessCriteriaMet";

    private JobStatusChecks() {
    }

    static void status(Field now, Field before) {
        Field status = now.at("status");
        for (String count : List.of("active", "succeeded", "failed", "ready", "terminating")) {
            status.at(count).notNegative();
        }
        uncounted(status.at("uncountedTerminatedPods"));
        end(now.at("spec"), status, before.at("status"));
        boolean met = has(status, MET);
        Field conditions = status.at("conditions");
        if (met && has(status, FAILED)) {
            JobChecks.wrong(conditions, "cannot set SuccessCriteriaMet=True and Failed=true conditions");
        }
        if (met && has(status, FAILURE_TARGET)) {
            JobChecks.wrong(conditions, "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions");
        }
        if (now.at("spec", "successPolicy").isSet() && !met && has(status, COMPLETE)) {
            JobChecks.wrong(conditions,
                    "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True");
        }
        change(now, status, before.at("status"));
    }

    private static boolean has(Field status, String condition) {
        return JobChecks.hasCondition(status.value(), condition);
    }

    private static void uncounted(Field pods) {
        Set<String> seen = new HashSet<>();
        for (String list : List.of("succeeded", "failed")) {
            for (Field uid : pods.at(list).items()) {
                if (uid.text().isEmpty()) {
                    uid.invalid("must not be empty");
                } else if (!seen.add(uid.text())) {
                    uid.duplicate();
                }
            }
        }
    }

    /** What would be wrong with the end of a job is told when what it is about has changed: a job that was so before is still written. */
    private static void end(Field spec, Field status, Field before) {
        boolean completeChanged = changed(status, before, COMPLETE);
        boolean failedChanged = changed(status, before, FAILED);
        boolean failedIndexesChanged = status.at("failedIndexes").differs(before.at("failedIndexes"));
        Field conditions = status.at("conditions");
        if ((completeChanged || failedChanged) && has(status, COMPLETE) && has(status, FAILED)) {
            JobChecks.wrong(conditions, "cannot set Complete=True and Failed=true conditions");
        }
        if ((completeChanged || changed(status, before, FAILURE_TARGET)) && has(status, COMPLETE)
                && has(status, FAILURE_TARGET)) {
            JobChecks.wrong(conditions, "cannot set Complete=True and FailureTarget=true conditions");
        }
        times(status, before, completeChanged);
        if ((failedChanged || failedIndexesChanged) && has(status, FAILED) && !has(status, FAILURE_TARGET)) {
            JobChecks.wrong(conditions, "cannot set Failed=True condition without the FailureTarget=true condition");
        }
        if ((completeChanged || changed(status, before, MET)) && has(status, COMPLETE) && !has(status, MET)) {
            JobChecks.wrong(conditions,
                    "cannot set Complete=True condition without the SuccessCriteriaMet=true condition");
        }
        boolean finishedChanged = isFinished(status) != isFinished(before);
        finished(spec, status, before, finishedChanged);
        indexes(spec, status, before, failedIndexesChanged);
        if ((finishedChanged || status.at("terminating").differs(before.at("terminating"))) && isFinished(status)
                && status.at("terminating").number() > 0) {
            status.at("terminating").invalid("terminating>0 is invalid for finished job");
        }
        Field ready = status.at("ready");
        if ((ready.differs(before.at("ready")) || status.at("active").differs(before.at("active")))
                && ready.number() > status.at("active").number()) {
            ready.invalid("cannot set more ready pods than active");
        }
    }

    private static boolean changed(Field status, Field before, String condition) {
        return has(status, condition) != has(before, condition);
    }

    private static boolean isFinished(Field status) {
        return has(status, COMPLETE) || has(status, FAILED);
    }

    private static void times(Field status, Field before, boolean completeChanged) {
        Field start = status.at("startTime");
        Field completion = status.at("completionTime");
        boolean complete = has(status, COMPLETE);
        boolean completionChanged = completion.differs(before.at("completionTime"));
        if ((completeChanged || completionChanged) && completion.isSet() && !complete) {
            completion.invalid("cannot set completionTime when there is no Complete=True condition");
        } else if ((completeChanged || completionChanged) && !completion.isSet() && complete) {
            completion.required("completionTime is required for Complete jobs");
        }
        if ((completionChanged || start.differs(before.at("startTime"))) && start.isSet() && completion.isSet()
                && Instant.parse(completion.text()).isBefore(Instant.parse(start.text()))) {
            completion.invalid("must be equal to or after `startTime`");
        }
    }

    private static void finished(Field spec, Field status, Field before, boolean changed) {
        if (!isFinished(status)) {
            return;
        }
        Field active = status.at("active");
        if ((changed || active.differs(before.at("active"))) && active.number() > 0) {
            active.invalid("active>0 is invalid for finished job");
        }
        Field start = status.at("startTime");
        boolean empty = spec.at("suspend").flag() && spec.at("completions").isSet()
                && spec.at("completions").number() == 0;
        if ((changed || start.differs(before.at("startTime"))) && !empty && !start.isSet()) {
            start.required("startTime is required for finished job");
        }
        Field uncounted = status.at("uncountedTerminatedPods");
        boolean some = !uncounted.at("succeeded").items().isEmpty() || !uncounted.at("failed").items().isEmpty();
        if ((changed || uncounted.differs(before.at("uncountedTerminatedPods"))) && some) {
            uncounted.invalid("must be empty for finished job");
        }
    }

    private static void indexes(Field spec, Field status, Field before, boolean failedChanged) {
        Field completed = status.at("completedIndexes");
        Field failed = status.at("failedIndexes");
        Field completions = spec.at("completions");
        boolean completedChanged = completed.differs(before.at("completedIndexes"));
        JobIndexes ofCompleted = JobIndexes.parse(completed.text(), completions.number());
        JobIndexes ofFailed = JobIndexes.parse(failed.text(), completions.number());
        if (completedChanged && completions.isSet() && ofCompleted.problem() != null) {
            completed.invalid("error parsing completedIndexes: " + ofCompleted.problem());
        }
        if (failedChanged && completions.isSet() && spec.at("backoffLimitPerIndex").isSet()
                && ofFailed.problem() != null) {
            failed.invalid("error parsing failedIndexes: " + ofFailed.problem());
        }
        if (completedChanged && !completed.isEmpty() && !spec.at("completionMode").text().equals("Indexed")) {
            completed.invalid("cannot set non-empty completedIndexes when non-indexed completion mode");
        }
        if (failedChanged && failed.isSet() && !spec.at("backoffLimitPerIndex").isSet()) {
            failed.invalid("cannot set non-null failedIndexes when backoffLimitPerIndex is null");
        }
        Integer both = completions.isSet() && (failedChanged || completedChanged)
                ? ofCompleted.overlap(ofFailed)
                : null;
        if (both != null) {
            failed.invalid("failedIndexes and completedIndexes overlap at index: " + both);
        }
    }

    private static void change(Field now, Field status, Field before) {
        Field conditions = status.at("conditions");
        for (String terminal : List.of(FAILED, COMPLETE, FAILURE_TARGET)) {
            if (has(before, terminal) && !has(status, terminal)) {
                JobChecks.wrong(conditions, "cannot disable the terminal " + terminal + "=True condition");
            }
        }
        for (String counter : List.of("failed", "succeeded")) {
            Field count = status.at(counter);
            if (counter.equals("succeeded") && isScaledDown(now.at("spec"))) {
                continue;
            }
            if (count.number() < before.at(counter).number()) {
                count.invalid(Json.object().numberNode(count.number()), "cannot decrease the " + counter + " counter");
            }
        }
        Field completion = status.at("completionTime");
        if (completion.isSet() && before.at("completionTime").isSet()) {
            completion.immutable(before.at("completionTime"));
        }
        Field start = status.at("startTime");
        if (before.at("startTime").isSet() && start.differs(before.at("startTime"))
                && !now.at("spec", "suspend").flag() && !isResuming(status, before)) {
            start.invalid("field is immutable for unsuspended job once set");
        }
        if (has(before, MET) && !has(status, MET)) {
            JobChecks.wrong(conditions, "cannot disable the SuccessCriteriaMet=True condition");
        }
        if (has(before, COMPLETE) && !has(before, MET) && has(status, MET)) {
            JobChecks.wrong(conditions,
                    "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions");
        }
    }

    /** Whether it may have been made smaller since some of it succeeded. */
    private static boolean isScaledDown(Field spec) {
        return spec.at("completionMode").text().equals("Indexed")
                && !spec.at("completions").differs(spec.at("parallelism"));
    }

    private static boolean isResuming(Field status, Field before) {
        return has(before, SUSPENDED) && status.at("conditions").items().stream()
                .filter(each -> each.at("type").text().equals(SUSPENDED)).findFirst()
                .filter(each -> each.at("status").text().equals("False")).isPresent();
    }
}
