package dev.windlass.kubernetes;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** What {@link Cluster.Builder} collects beside the kubeconfig; described there. */
record ClusterSettings(int maxInFlight, Duration probeInterval, Duration probeTimeout, int probeFailures,
        Duration backoffFirst,
        Duration backoffMax, Duration linger, Duration watchTimeout, Duration watchSilence, RandomGenerator random) {
}
