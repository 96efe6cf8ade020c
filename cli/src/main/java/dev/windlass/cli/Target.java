package dev.windlass.cli;

import dev.windlass.kubernetes.Cluster;
import dev.windlass.kubernetes.KubeconfigException;
import dev.windlass.kubernetes.LeaseElector;
import dev.windlass.kubernetes.ServiceAccount;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A cluster of the user's: by a context of a kubeconfig file, or by the service account of a pod. */
sealed interface Target {
    /** The cluster that a pod is in has no name of its own. */
    String IN_CLUSTER = "in-cluster";

    /** What connects to it. */
    Cluster cluster();

    /** What stands for election on it. */
    LeaseElector elector(@Nullable String namespace, String lease);

    /**
     * The clusters that were asked for.
     *
     * @param kubeconfig null for the cluster of the pod
     * @param contexts which ones of the file; none for the only one that it has
     * @param folder with the service account's files; null for the usual one
     * @throws KubeconfigException when there is no such file, context or service account
     * @throws BadUsageException when it is not clear which contexts are meant, or two would have the same name
     */
    static List<Target> of(@Nullable Path kubeconfig, List<String> contexts, Map<String, String> environment,
            @Nullable Path folder) {
        if (kubeconfig == null) {
            return List.of(new Pod(ServiceAccount.of(environment, folder == null ? ServiceAccount.FOLDER : folder)));
        }
        List<String> all = Cluster.contexts(kubeconfig);
        if (contexts.isEmpty() && all.size() > 1) {
            throw new BadUsageException("kubeconfig %s has several contexts: say which with --context: %s"
                    .formatted(kubeconfig, String.join(", ", all)));
        }
        Map<String, String> named = new LinkedHashMap<>();
        for (String context : contexts.isEmpty() ? all : contexts) {
            String other = named.putIfAbsent(name(context), context);
            if (context.equals(other)) {
                throw new BadUsageException("--context %s is given twice: leave one out".formatted(context));
            }
            if (other != null) {
                throw new BadUsageException(
                        ("the contexts \"%s\" and \"%s\" would both be cluster/%s: give one of them another name, "
                                + "with kubectl config rename-context").formatted(other, context, name(context)));
            }
        }
        List<Target> targets = new ArrayList<>();
        named.forEach((name, context) -> targets.add(new Context(kubeconfig, context, name)));
        return targets;
    }

    /**
     * What a cluster is called that a context leads to: the context's name, each run of characters that are not legal in the
     * name of a unit as one dash, without those at its ends. {@code arn:aws:eks:eu-west-1:42:cluster/prod} becomes {@code
     * arn-aws-eks-eu-west-1-42-cluster-prod}.
     */
    static String name(String context) {
        String name = context.replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^[^A-Za-z0-9]+|[^A-Za-z0-9]+$", "");
        return name.isEmpty() ? "cluster" : name;
    }

    /** By a context of a file. */
    record Context(Path kubeconfig, String context, String name) implements Target {
        @Override
        public Cluster cluster() {
            return Cluster.fromKubeconfig(name, kubeconfig, context);
        }

        @Override
        public LeaseElector elector(@Nullable String namespace, String lease) {
            return LeaseElector.builder(namespace == null ? "default" : namespace, lease).kubeconfig(kubeconfig)
                    .context(context).build();
        }
    }

    /** By what a pod is given. */
    record Pod(ServiceAccount account) implements Target {
        @Override
        public Cluster cluster() {
            return Cluster.builder(IN_CLUSTER).serviceAccount(account).build();
        }

        @Override
        public LeaseElector elector(@Nullable String namespace, String lease) {
            return LeaseElector.builder(namespace == null ? account.namespace() : namespace, lease)
                    .serviceAccount(account).build();
        }
    }
}
