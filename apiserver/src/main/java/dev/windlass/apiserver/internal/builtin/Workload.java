package dev.windlass.apiserver.internal.builtin;

/** Kinds that make pods from a template. */
enum Workload {
    DEPLOYMENT("apps/deployments"), REPLICA_SET("apps/replicasets"), STATEFUL_SET("apps/statefulsets"),
    DAEMON_SET("apps/daemonsets"), JOB(
            "batch/jobs"),
    CRON_JOB("batch/cronjobs"), REPLICATION_CONTROLLER("/replicationcontrollers");

    private final String storageId;

    Workload(String storageId) {
        this.storageId = storageId;
    }

    String storageId() {
        return storageId;
    }
}
