package dev.windlass.cli.operator;

import dev.windlass.examples.website.Manifests;
import dev.windlass.examples.website.Redirect;
import dev.windlass.examples.website.Website;
import dev.windlass.kubernetes.ApiException;
import dev.windlass.kubernetes.Client;
import dev.windlass.kubernetes.ClusterConnection;
import dev.windlass.kubernetes.ClusterHandle;
import dev.windlass.kubernetes.FieldOwner;
import dev.windlass.kubernetes.ObjectKey;
import dev.windlass.kubernetes.WatchSpec;
import dev.windlass.lifecycle.FailurePolicy;
import dev.windlass.lifecycle.Leadership;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.RestartPolicy;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Task;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is done on a cluster before the controllers work on it: it gets what was asked for and nothing else, and what it lacks is
 * said while somebody still looks.
 *
 * @param definitions whether the definitions of the example's kinds are applied
 * @param samples whether the example's objects are applied
 * @param leaseNamespace where the Lease of the election is; empty when it is not on this cluster
 */
public record Preparation(boolean definitions, boolean samples, String leaseNamespace) {
    /** So long a cluster that does not answer is waited for: after that it is one that will come later. */
    private static final Duration CONNECT = Duration.ofSeconds(10);

    /** A definition takes effect within a second, also on a busy server. */
    private static final Duration ESTABLISH = Duration.ofSeconds(30);
    /** All of it, on a cluster that answers slowly. */
    private static final Duration PREPARE = Duration.ofMinutes(5);
    private static final int TOO_MANY_REQUESTS = 429;
    private static final Duration EVERY = Duration.ofMillis(50);
    private static final FieldOwner OWNER = FieldOwner.of("windlass-run");

    /**
     * Prepares a cluster; one that cannot be reached is prepared when it comes, if anything is to be applied to it.
     *
     * @param progress is told what was done
     * @throws IllegalStateException when it lacks something, with the remedy
     * @throws ApiException when a request is refused
     */
    public void prepare(Manager manager, ClusterHandle cluster, Consumer<String> progress)
            throws InterruptedException {
        ClusterConnection connection = connected(manager, cluster);
        if (connection == null) {
            prepareLater(manager, cluster, progress);
            return;
        }
        CompletableFuture<List<String>> done = new CompletableFuture<>();
        RunnableHandle task = manager.add(Task.of(spec(cluster).build(),
                context -> {
                    try {
                        done.complete(run(cluster.connection().orElse(connection).client(context), context));
                    } catch (RuntimeException | InterruptedException | Error e) {
                        done.completeExceptionally(e);
                    }
                }));
        try {
            done.get(PREPARE.toMinutes(), TimeUnit.MINUTES).forEach(progress);
        } catch (ExecutionException e) {
            throw failure(cluster, e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("%s is not prepared after %d min: %s is %s".formatted(cluster.name(),
                    PREPARE.toMinutes(), task.name(), task.state()), e);
        } finally {
            task.remove();
        }
    }

    private static RunnableSpec.Builder spec(ClusterHandle cluster) {
        return RunnableSpec.builder("preparation/" + cluster.clusterName()).leadership(Leadership.ALWAYS)
                .dependsOn(cluster.name()).onFailure(FailurePolicy.ISOLATE);
    }

    /** Nobody looks when it comes, so what fails then is tried again. */
    private void prepareLater(Manager manager, ClusterHandle cluster, Consumer<String> progress) {
        boolean something = definitions || samples;
        progress.accept("%s is not there yet; %s when it is".formatted(cluster.name(),
                something ? "it is prepared, and the controllers begin," : "the controllers begin"));
        if (something) {
            manager.add(Task.of(spec(cluster).restart(RestartPolicy.onFailure()).build(), context -> {
                ClusterConnection connection = cluster.connection().orElseThrow(
                        () -> new IllegalStateException(
                                cluster.name() + " is gone again; it is prepared when it is back"));
                run(connection.client(context), context).forEach(progress);
            }));
        }
    }

    private static RuntimeException failure(ClusterHandle cluster, @Nullable Throwable failure)
            throws InterruptedException {
        return switch (failure) {
            case InterruptedException e -> throw e;
            case RuntimeException e -> e;
            case null, default ->
                new IllegalStateException(cluster.name() + " cannot be prepared: " + failure, failure);
        };
    }

    /** The connection; null when there is none for now. */
    private static @Nullable ClusterConnection connected(Manager manager,
            ClusterHandle cluster) throws InterruptedException {
        CountDownLatch known = new CountDownLatch(1);
        try (var _ = manager.subscribe(event -> {
            if (isKnown(cluster)) {
                known.countDown();
            }
        })) {
            if (!isKnown(cluster)) {
                boolean _ = known.await(CONNECT.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
        return cluster.connection().orElse(null);
    }

    private static boolean isKnown(ClusterHandle cluster) {
        return switch (cluster.state()) {
            case NEW, PENDING, STARTING -> false;
            default -> true;
        };
    }

    private List<String> run(Client client, RunnableContext context) throws InterruptedException {
        List<String> done = new ArrayList<>();
        String where = "cluster/" + client.cluster();
        if (definitions) {
            List<HasMetadata> all = Manifests.definitions();
            for (HasMetadata definition : all) {
                client.apply(definition, OWNER);
                awaitEstablished(client, context, definition.getMetadata().getName());
            }
            done.add("%s has the definitions of %d kinds".formatted(where, all.size()));
        }
        Rights.of(client, leaseNamespace).require();
        requireKinds(client, context);
        if (samples) {
            List<HasMetadata> all = Manifests.of("north");
            for (HasMetadata object : all) {
                whenServed(context, () -> client.apply(object, OWNER));
            }
            done.add("%s has %d samples in the namespace default".formatted(where, all.size()));
        }
        return done;
    }

    /**
     * Does it again as long as the server says "later", as it does while it makes the storage of a new kind; one that has just been
     * installed may be unknown for a moment, too.
     */
    private void whenServed(RunnableContext context, Runnable request) throws InterruptedException {
        long deadline = System.nanoTime() + ESTABLISH.toNanos();
        while (true) {
            try {
                request.run();
                return;
            } catch (ApiException e) {
                boolean later = e.code() == TOO_MANY_REQUESTS || (definitions && e.isKindMissing());
                if (!later || System.nanoTime() > deadline || !context.sleep(EVERY)) {
                    throw e;
                }
            }
        }
    }

    private static void awaitEstablished(Client client, RunnableContext context, String name)
            throws InterruptedException {
        long deadline = System.nanoTime() + ESTABLISH.toNanos();
        ObjectKey key = ObjectKey.of(null, name);
        while (!client.get(CustomResourceDefinition.class, key).map(Preparation::isEstablished).orElse(false)) {
            if (System.nanoTime() > deadline || !context.sleep(EVERY)) {
                throw new IllegalStateException("the definition %s of cluster %s has not taken effect within %d s: see "
                        .formatted(name, client.cluster(), ESTABLISH.toSeconds())
                        + "kubectl describe customresourcedefinition " + name);
            }
        }
    }

    /** Whether a definition has taken effect. For a moment it has neither a status nor, after that, conditions. */
    public static boolean isEstablished(CustomResourceDefinition definition) {
        return Optional.ofNullable(definition.getStatus()).map(CustomResourceDefinitionStatus::getConditions).stream()
                .flatMap(List::stream).anyMatch(condition -> condition.getType().equals("Established")
                        && condition.getStatus().equals("True"));
    }

    private void requireKinds(Client client, RunnableContext context) throws InterruptedException {
        List<String> missing = new ArrayList<>();
        for (Class<? extends HasMetadata> kind : List.of(Website.class, Redirect.class)) {
            try {
                whenServed(context,
                        () -> client.list(WatchSpec.of(kind).inNamespace("default").withFields("metadata.name=none")));
            } catch (ApiException e) {
                if (!e.isKindMissing()) {
                    throw e;
                }
                missing.add(HasMetadata.getFullResourceName(kind));
            }
        }
        if (!missing.isEmpty()) {
            throw new IllegalStateException(("cluster %s does not have the kinds %s: give --install-crds, or apply "
                    + "examples/website/deploy/crds with kubectl").formatted(client.cluster(),
                            String.join(" and ", missing)));
        }
    }
}
