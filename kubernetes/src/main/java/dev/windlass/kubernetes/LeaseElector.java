package dev.windlass.kubernetes;

import dev.windlass.lifecycle.Candidacy;
import dev.windlass.lifecycle.Elector;
import dev.windlass.lifecycle.LeaseTimes;
import dev.windlass.lifecycle.LockElector;
import dev.windlass.lifecycle.RunnableSpec;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;

/**
 * Elects by a Lease of {@code coordination.k8s.io/v1}, as the components of Kubernetes do: programs that are written with client-go
 * can stand in the same election, and {@code kubectl get lease} shows who leads. It has a connection of its own, so that neither a
 * stop of a cluster nor its traffic keeps it from renewing.
 *
 * <p>It needs the verbs {@code get}, {@code create} and {@code update} on {@code leases} in the lease's namespace, and where it has the
 * verb {@code create} on {@code events} there, it writes an Event of the Lease when it begins to lead and when it stops. One for each
 * manager.
 */
public final class LeaseElector implements Elector {

    private static final Duration SHORTEST_TIMEOUT = Duration.ofSeconds(1);

    private final String namespace;
    private final String name;
    private final String identity;
    private final LeaseTimes times;
    private final Kubeconfig kubeconfig;

    private LeaseElector(Builder builder, Kubeconfig kubeconfig) {
        this.namespace = builder.namespace;
        this.name = builder.name;
        this.identity = builder.identity;
        this.times = builder.times;
        this.kubeconfig = kubeconfig;
    }

    /**
     * Starts a description.
     *
     * @param namespace where the Lease is; it is made when it does not exist, the namespace is not
     * @param name what it is called: the same in all processes that stand for the same
     * @throws IllegalArgumentException when one of them is not legal
     */
    public static Builder builder(String namespace, String name) {
        return new Builder(namespace, name);
    }

    @Override
    public String election() {
        return namespace + "/" + name;
    }

    @Override
    public String identity() {
        return identity;
    }

    @Override
    public LeaseTimes times() {
        return times;
    }

    @Override
    public void run(Candidacy candidacy) throws Exception {
        Duration half = times.renewDeadline().dividedBy(2);
        Duration timeout = half.compareTo(SHORTEST_TIMEOUT) < 0 ? SHORTEST_TIMEOUT : half;
        LockElector.of(ServerLease.open(candidacy.context(), kubeconfig, namespace, name, timeout), identity, times)
                .run(candidacy);
    }

    /** Describes an elector. Not thread-safe. */
    public static final class Builder {

        private final String namespace;
        private final String name;
        private String identity = host() + "_" + UUID.randomUUID();
        private LeaseTimes times = LeaseTimes.defaults();
        private final Kubeconfig.Choice kubeconfig = new Kubeconfig.Choice();

        private Builder(String namespace, String name) {
            for (String part : new String[]{namespace, name}) {
                RunnableSpec.named(part);
                if (part.contains("/")) {
                    throw new IllegalArgumentException("\"" + part + "\" must not contain \"/\"");
                }
            }
            this.namespace = namespace;
            this.name = name;
        }

        /** Reads address and credentials from a file: at each start of the elector, and when they are refused. */
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

        /** Which context of the kubeconfig to use; by default the current one. */
        public Builder context(String value) {
            kubeconfig.context(value);
            return this;
        }

        /**
         * Who stands: not the same in any two managers; by default the host's name and a random part.
         *
         * @throws IllegalArgumentException when it is blank
         */
        public Builder identity(String value) {
            if (value.isBlank()) {
                throw new IllegalArgumentException("a candidate for the lease " + namespace + "/" + name
                        + " must have an identity: give one that no other process has, or leave it out");
            }
            identity = value;
            return this;
        }

        /**
         * The times of the election; lease 15 s, renew deadline 10 s, retry period 2 s by default. Those who stand for the same
         * lease should have the same.
         */
        public Builder times(LeaseTimes value) {
            times = value;
            return this;
        }

        /**
         * The elector.
         *
         * @throws IllegalArgumentException when no kubeconfig was given
         * @throws KubeconfigException when it cannot be read, is malformed or lacks what it names
         */
        public LeaseElector build() {
            return new LeaseElector(this, kubeconfig.checked("the elector for the lease " + namespace + "/" + name));
        }

        private static String host() {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                return "windlass"; // the random part tells them apart
            }
        }
    }
}
