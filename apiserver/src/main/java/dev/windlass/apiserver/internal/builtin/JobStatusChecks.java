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
    private static final String MET = "SuccessCriteriaMet";

    private JobStatusChecks() {
    }

    static void status(Field now, Field before) {
        Field status = now.at("status");
        for (String count : List.of("active", "succeeded", "failed", "ready", "terminating")) {
            status.at(count).notNegative();
        }
        uncounted(status.at("uncountedTerminatedPods"));
        end(status);
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

    private static void end(Field status) {
        boolean complete = has(status, COMPLETE);
        boolean failed = has(status, FAILED);
        Field conditions = status.at("conditions");
        Field start = status.at("startTime");
        Field completion = status.at("completionTime");
        if (complete && failed) {
            JobChecks.wrong(conditions, "cannot set Complete=True and Failed=true conditions");
        }
        if (complete && has(status, FAILURE_TARGET)) {
            JobChecks.wrong(conditions, "cannot set Complete=True and FailureTarget=true conditions");
        }
        if (completion.isSet() && !complete) {
            completion.invalid("cannot set completionTime when there is no Complete=True condition");
        } else if (!completion.isSet() && complete) {
            completion.required("completionTime is required for Complete jobs");
        }
        if (start.isSet() && completion.isSet()
                && Instant.parse(completion.text()).isBefore(Instant.parse(start.text()))) {
            completion.invalid("must be equal to or after `startTime`");
        }
        if (failed && !has(status, FAILURE_TARGET)) {
            JobChecks.wrong(conditions, "cannot set Failed=True condition without the FailureTarget=true condition");
        }
        if (complete && !has(status, MET)) {
            JobChecks.wrong(conditions,
                    "cannot set Complete=True condition without the SuccessCriteriaMet=true condition");
        }
        boolean finished = complete || failed;
        if (finished && status.at("active").number() > 0) {
            status.at("active").invalid("active>0 is invalid for finished job");
        }
        if (finished && !start.isSet()) {
            start.required("startTime is required for finished job");
        }
        if (finished && status.at("terminating").number() > 0) {
            status.at("terminating").invalid("terminating>0 is invalid for finished job");
        }
        if (status.at("ready").number() > status.at("active").number()) {
            status.at("ready").invalid("cannot set more ready pods than active");
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
                && !now.at("spec", "suspend").flag()) {
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
}
