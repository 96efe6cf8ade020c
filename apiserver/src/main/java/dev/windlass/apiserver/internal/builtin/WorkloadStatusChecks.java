package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;

/** What the status may say of the kinds that make pods from a template: counts that fit each other. Stateless. */
final class WorkloadStatusChecks {
    private static final String REPLICAS = "replicas";

    private WorkloadStatusChecks() {
    }

    static void status(Workload kind, Field now, Field before) {
        Field status = now.at("status");
        switch (kind) {
            case DEPLOYMENT -> {
                counts(status, "observedGeneration", REPLICAS, "updatedReplicas", "readyReplicas", "availableReplicas",
                        "unavailableReplicas", "terminatingReplicas", "collisionCount");
                parts(status, "readyReplicas", "updatedReplicas", "readyReplicas", "availableReplicas");
            }
            case REPLICA_SET -> {
                counts(status, REPLICAS, "fullyLabeledReplicas", "readyReplicas", "availableReplicas",
                        "observedGeneration", "terminatingReplicas");
                parts(status, "readyReplicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas");
            }
            case REPLICATION_CONTROLLER -> {
                counts(status, REPLICAS, "fullyLabeledReplicas", "readyReplicas", "availableReplicas",
                        "observedGeneration");
                parts(status, "readyReplicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas");
            }
            case STATEFUL_SET -> {
                counts(status, REPLICAS, "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas",
                        "observedGeneration", "collisionCount");
                parts(status, "status.readyReplicas", "readyReplicas", "currentReplicas", "updatedReplicas",
                        "availableReplicas");
                finalizersLast(now.errors());
            }
            case DAEMON_SET -> counts(status, "currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled",
                    "numberReady", "observedGeneration", "updatedNumberScheduled", "numberAvailable",
                    "numberUnavailable", "collisionCount");
            case JOB -> JobStatusChecks.status(now, before);
            case CRON_JOB -> {
                // says what it likes
            }
        }
        Field collisions = status.at("collisionCount");
        Field old = before.at("status", "collisionCount");
        if (old.isSet() && collisions.number() < old.number()) {
            collisions.invalid(Json.object().numberNode(collisions.number()), "cannot be decremented");
        }
    }

    /** The real server looks at the metadata of these after their counts. */
    private static void finalizersLast(List<FieldError> errors) {
        List<FieldError> late = errors.stream().filter(Metadata::isOfFinalizer).toList();
        errors.removeAll(late);
        errors.addAll(late);
    }

    private static void counts(Field status, String... fields) {
        for (String field : fields) {
            status.at(field).notNegative();
        }
    }

    /** Of all replicas, these are some; and only what is ready is available. */
    private static void parts(Field status, String ready, String... fields) {
        for (String field : fields) {
            atMost(status.at(field), status.at(REPLICAS).number(), "status.replicas");
        }
        atMost(status.at("availableReplicas"), status.at("readyReplicas").number(), ready);
    }

    private static void atMost(Field count, long most, String name) {
        if (count.number() > most) {
            count.invalid(Json.object().numberNode(count.number()), "cannot be greater than " + name);
        }
    }
}
