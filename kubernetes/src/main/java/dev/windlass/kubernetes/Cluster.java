package dev.windlass.kubernetes;

import dev.windlass.lifecycle.Cost;
import dev.windlass.lifecycle.CostDimension;
import dev.windlass.lifecycle.FailurePolicy;
import dev.windlass.lifecycle.Group;
import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.PriorityClass;
import dev.windlass.lifecycle.RestartPolicy;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Unit;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A cluster to connect to: the unit {@code cluster/NAME}, a scope in which whatever works on the cluster runs. Immutable: a
 * description, which each manager that it is added to connects for itself.
 *
 * <p>A cluster that cannot be reached is {@code BACKOFF} with the reason and tries again; one that was connected and is lost is
 * {@code DEGRADED} and reconnects, keeping its generation and its watches' places. It never fails.
 */
public final class Cluster implements Unit<ClusterHandle> {

    static final String PREFIX = "cluster/";

    private final String name;
    private final Kubeconfig kubeconfig;
    private final ClusterSettings settings;
    private final RunnableSpec spec;

    private Cluster(Builder builder, Kubeconfig kubeconfig) {
        this.name = builder.name;
        this.kubeconfig = kubeconfig;
        this.settings = new ClusterSettings(builder.maxInFlight, builder.probeInterval, builder.probeTimeout,
                builder.probeFailures,
                builder.backoffFirst, builder.backoffMax, builder.linger, builder.watchTimeout, builder.watchSilence,
                builder.random);
        this.spec = RunnableSpec.builder(PREFIX + name).kind("Cluster").group(Group.CACHES).signalsReadiness(true)
                .restart(RestartPolicy.onFailure()).onFailure(FailurePolicy.ISOLATE).priority(builder.priority)
                .cost(Cost.of(CostDimension.CONNECTIONS, builder.maxInFlight)).build();
    }

    /**
     * The cluster of a kubeconfig file's current context. The file is read again for each connection.
     *
     * @throws KubeconfigException when it cannot be read, is malformed or lacks what it names
     */
    public static Cluster fromKubeconfig(String name, Path file) {
        return builder(name).kubeconfig(file).build();
    }

    /** The cluster of a context of a kubeconfig file. */
    public static Cluster fromKubeconfig(String name, Path file, String context) {
        return builder(name).kubeconfig(file).context(context).build();
    }

    /** The cluster of the current context of a kubeconfig. */
    public static Cluster fromKubeconfig(String name, String yaml) {
        return builder(name).kubeconfig(yaml).build();
    }

    /**
     * The names of the contexts that a kubeconfig file has, in its order; at least one.
     *
     * @throws KubeconfigException when it cannot be read, is malformed or has none
     */
    public static List<String> contexts(Path file) {
        return Kubeconfig.contexts(file);
    }

    /**
     * Starts a description.
     *
     * @param name what the cluster is called here: one segment of a unit's name
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /** What the cluster is called here. */
    public String name() {
        return name;
    }

    @Override
    public RunnableSpec spec() {
        return spec;
    }

    @Override
    public ManagedRunnable newInstance() {
        return new ClusterRun(name, kubeconfig, settings);
    }

    @Override
    public ClusterHandle handle(RunnableHandle base) {
        return new ClusterHandle(base, name);
    }

    /** Collects what describes a cluster. */
    public static final class Builder {

        private final String name;
        private final Kubeconfig.Choice kubeconfig = new Kubeconfig.Choice();
        private int maxInFlight = 64;
        private Duration probeInterval = Duration.ofSeconds(10);
        private Duration probeTimeout = Duration.ofSeconds(5);
        private int probeFailures = 5;
        private Duration backoffFirst = Duration.ofSeconds(5);
        private Duration backoffMax = Duration.ofSeconds(320);
        private Duration linger = Duration.ofSeconds(30);
        private Duration watchTimeout = Duration.ofMinutes(5);
        private Duration watchSilence = Duration.ofSeconds(150);
        private RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
        private PriorityClass priority = PriorityClass.NORMAL;

        private Builder(String name) {
            if (name.contains("/")) {
                throw new IllegalArgumentException("cluster name \"" + name + "\" must not contain \"/\"");
            }
            this.name = name;
        }

        /** Reads address and credentials from a file, again for each connection. */
        public Builder kubeconfig(Path value) {
            kubeconfig.file(value);
            return this;
        }

        /** Takes address and credentials from what the pod was given, instead of a kubeconfig. */
        public Builder serviceAccount(ServiceAccount value) {
            kubeconfig.account(value);
            return this;
        }

        /** Takes address and credentials from a text. */
        public Builder kubeconfig(String value) {
            kubeconfig.text(value);
            return this;
        }

        /** Which context to use; default the current one. */
        public Builder context(String value) {
            kubeconfig.context(value);
            return this;
        }

        /** How many requests may be in flight at once, watches not counted; default 64. So many connections it costs. */
        public Builder maxInFlight(int value) {
            if (value < 1) {
                throw new IllegalArgumentException(
                        "maxInFlight of cluster " + name + " is " + value + ": it must be at least 1");
            }
            maxInFlight = value;
            return this;
        }

        /** How often the connection is probed, how long an answer may take, and after how many failures it is lost; 10 s, 5 s, 5. */
        public Builder probe(Duration interval, Duration timeout, int failures) {
            probeInterval = requirePositive("probe interval", interval);
            probeTimeout = requirePositive("probe timeout", timeout);
            if (failures < 1) {
                throw new IllegalArgumentException(
                        "probe failures of cluster " + name + " is " + failures + ": it must be at least 1");
            }
            probeFailures = failures;
            return this;
        }

        /** How long to wait before the second attempt to connect, doubled each time up to a maximum; 5 s to 320 s. */
        public Builder backoff(Duration first, Duration max) {
            backoffFirst = requirePositive("first back-off", first);
            backoffMax = requirePositive("maximal back-off", max);
            return this;
        }

        /** How long an informer without users stays; default 30 s. */
        public Builder linger(Duration value) {
            if (value.isNegative()) {
                throw new IllegalArgumentException(
                        "linger of cluster " + name + " is " + value + ": it must not be negative");
            }
            linger = value;
            return this;
        }

        /**
         * How long the server is asked to keep a watch open, at least, and after how long without a byte a watch is taken for
         * dead; 5 min, 150 s. Servers send a bookmark about each minute.
         */
        public Builder watches(Duration timeout, Duration silence) {
            watchTimeout = requirePositive("watch timeout", timeout);
            watchSilence = requirePositive("watch silence", silence);
            return this;
        }

        /** What jitter is taken from. Must be thread-safe or used by this cluster alone. */
        public Builder random(RandomGenerator value) {
            random = value;
            return this;
        }

        /**
         * Who gives way to whom when a quota does not suffice for all; {@code NORMAL} by default. With the cluster goes all that
         * works on it, so it counts as being of the highest class among that.
         */
        public Builder priority(PriorityClass value) {
            priority = value;
            return this;
        }

        private Duration requirePositive(String what, Duration value) {
            if (!value.isPositive()) {
                throw new IllegalArgumentException(
                        what + " of cluster " + name + " is " + value + ": it must be positive");
            }
            return value;
        }

        /**
         * The description.
         *
         * @throws KubeconfigException when the kubeconfig cannot be read, is malformed or lacks what it names
         */
        public Cluster build() {
            return new Cluster(this, kubeconfig.checked("cluster " + name));
        }
    }
}
