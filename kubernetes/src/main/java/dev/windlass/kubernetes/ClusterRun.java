package dev.windlass.kubernetes;

import dev.windlass.kubernetes.ApiException.ApiCall;
import dev.windlass.lifecycle.HealthKind;
import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.RevokedException;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.StoppingException;
import dev.windlass.lifecycle.Suspension;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpRequest;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One generation of a cluster connection, on one thread.
 *
 * <p>State: {@code CONNECTING ⇄ (pause) → CONNECTED ⇄ LOST → ended}. Connecting shows as {@code BACKOFF}, connected as {@code
 * READY}, lost as {@code DEGRADED}. A probe that fails leads from connected to lost when it is the fifth in a row, or when the
 * credentials are refused and fresh ones are refused too; one that succeeds leads back. No lock: only this thread changes the state.
 */
final class ClusterRun implements ManagedRunnable {

    /** How long it is from one look to the next, even when something asks for one. */
    private static final Duration LEAST = Duration.ofSeconds(1);
    /** The minor version since which servers answer consistent lists from their caches, piece by piece, for good. */
    private static final int LISTS_FROM_MEMORY = 34;

    private final String name;
    private final Kubeconfig kubeconfig;
    private final ClusterSettings settings;

    private final Intake intake = new Intake();
    private volatile int failures;
    private volatile boolean lost;
    private volatile String lastFailure = "";
    private volatile @Nullable Instant lastSuccess;
    private volatile String version = "";

    private @Nullable Transport transport;
    /** The kubeconfig that the transport was made from. */
    private String loaded = "";
    /** What is wrong with the kubeconfig of a cluster that goes on with an earlier one. */
    private String unreadable = "";
    private @Nullable OwnedRequests probes;
    // Written by the run's own thread only; others read it for details and health.
    private volatile @Nullable LiveConnection connection;
    private boolean unauthorized;

    ClusterRun(String name, Kubeconfig kubeconfig, ClusterSettings settings) {
        this.name = name;
        this.kubeconfig = kubeconfig;
        this.settings = settings;
    }

    @Override
    public void run(RunnableContext context) throws Exception {
        Pause pause = new Pause(context.time());
        Backoff backoff = new Backoff(settings.backoffFirst(), settings.backoffMax(), settings.random());
        Pause spacing = new Pause(context.time());
        details(context);
        context.cordonable(new Suspension() {

            @Override
            public void begin() {
                intake.close();
            }

            @Override
            public void end() {
                intake.open();
            }
        });
        try {
            // Neither a restart nor taking away work would bring the cluster back: the others go on.
            context.health(context.name(), HealthKind.DIAGNOSTIC, this::requireConnected);
            while (!context.cancelled().isSet()) {
                long began = context.time().nanos();
                Duration wait = attempt(context, pause, backoff);
                if (lost) {
                    pause.forget(); // what led here asks for nothing more
                }
                pause.sleep(wait);
                // A flood of refusals elsewhere must not become a flood of probes.
                spacing.sleep(least().minusNanos(context.time().nanos() - began));
            }
        } catch (StoppingException | RevokedException e) {
            // The stop overtook the connection: what was acquired is in the ledger.
            if (!context.stopping().isSet()) {
                throw e;
            }
            context.cancelled().await();
        }
    }

    private Duration least() {
        return LEAST.compareTo(settings.probeInterval()) < 0 ? LEAST : settings.probeInterval();
    }

    /** Connects or probes. Returns how long to wait before the next time. */
    private Duration attempt(RunnableContext context, Pause pause, Backoff backoff) throws InterruptedException {
        String failure;
        try {
            boolean fresh = prepare(context);
            failure = probe(context);
            if (unauthorized && !fresh) {
                renew();
                failure = probe(context);
            }
            if (failure.isEmpty()) {
                backoff.reset();
                succeeded(context, pause);
                return settings.probeInterval();
            }
        } catch (KubeconfigException e) {
            failure = String.valueOf(e.getMessage());
        } catch (KubernetesClientException e) {
            // Files that it names are read only now: certificates, keys, tokens.
            failure = kubeconfig.describe() + " cannot be used: " + Failures.describe(e)
                    + "; check the files and the credentials that it names";
        }
        return failed(context, failure + unreadable, backoff);
    }

    /**
     * Makes the transport what the kubeconfig says now: at each attempt until there is a connection, and when a lost cluster's
     * kubeconfig has changed. One that cannot be read leaves a lost cluster with what it has. Returns whether it was made anew.
     */
    private boolean prepare(RunnableContext context) {
        unreadable = "";
        if (transport == null) {
            open(context);
            return true;
        }
        if (connection != null && !lost) {
            return false;
        }
        try {
            if (connection != null && kubeconfig.content().equals(loaded)) {
                return false;
            }
            renew();
            return true;
        } catch (KubeconfigException e) {
            if (connection == null) {
                throw e;
            }
            unreadable = "; " + e.getMessage();
            return false;
        }
    }

    private void open(RunnableContext context) {
        Clusters clusters = Clusters.of(context.manager());
        Kubeconfig.Reading reading = kubeconfig.load();
        Transport made = new Transport(clusters.vertx(), name, reading.config(), settings.maxInFlight(),
                context.time());
        context.own("transport", name, made);
        transport = made;
        loaded = reading.content();
        probes = context.own("client", "probe of " + name,
                new OwnedRequests(made, context, WriteFence.open(), closed -> {
                }));
    }

    private void renew() {
        Kubeconfig.Reading reading = kubeconfig.load();
        Objects.requireNonNull(transport).replace(reading.config());
        loaded = reading.content();
    }

    /** Asks the server for its version; returns what is wrong, empty when all is well. */
    private String probe(RunnableContext context) throws InterruptedException {
        Transport target = Objects.requireNonNull(transport);
        ApiCall call = new ApiCall(name, "get", "/version", null, null);
        unauthorized = false;
        ClusterHttpClient http = ClusterHttpClient.create(Objects.requireNonNull(probes));
        HttpRequest request = http.newHttpRequestBuilder()
                .uri(target.endpoint().url("/version"))
                .forStreaming().timeout(settings.probeTimeout().toMillis(), TimeUnit.MILLISECONDS).build();
        try {
            var response = http.sendAsync(request, byte[].class).get();
            var mapper = Clusters.of(context.manager()).serializations().host().mapper();
            if (response.code() == 200) {
                JsonNode answer = mapper.readTree(response.body());
                version = answer.path("gitVersion").asString("");
                target.listsFromMemory(isAtLeast(answer, LISTS_FROM_MEMORY));
                return "";
            }
            unauthorized = response.code() == 401;
            return String.valueOf(Failures.of(call, response.code(), response.body(), null, mapper).getMessage());
        } catch (ExecutionException e) {
            IOException cause = Failures.unwrap(e);
            return "server " + target.endpoint().config().getMasterUrl() + " of cluster " + name
                    + " cannot be reached: "
                    + Failures.describe(cause) + "; check that it runs and that the address in the kubeconfig is right";
        } catch (tools.jackson.core.JacksonException e) {
            return "server " + target.endpoint().config().getMasterUrl() + " of cluster " + name
                    + " does not answer like a Kubernetes API server: " + e.getOriginalMessage();
        }
    }

    /** Providers mark the minor version of theirs: {@code 34+}. */
    private static boolean isAtLeast(JsonNode version, int minor) {
        String major = version.path("major").asString("");
        String digits = version.path("minor").asString("").replaceFirst("\\D.*", "");
        return major.equals("1") && !digits.isEmpty() && digits.length() < 5 && Integer.parseInt(digits) >= minor;
    }

    private void succeeded(RunnableContext context, Pause pause) throws InterruptedException {
        failures = 0;
        lastSuccess = context.time().now();
        if (connection == null) {
            connect(context, pause);
        } else if (lost) {
            lost = false;
            Objects.requireNonNull(connection).lost(false);
            handle(context).connection(connection);
            context.ready();
            connection.registry().hurry();
        }
    }

    private void connect(RunnableContext context, Pause pause) throws InterruptedException {
        Clusters clusters = Clusters.of(context.manager());
        Transport live = Objects.requireNonNull(transport);
        InformerSettings informers = new InformerSettings(settings.linger(), settings.watchTimeout(),
                settings.watchSilence(),
                settings.watchSilence(), !isLoopback(live.endpoint().address()), settings.random(),
                clusters.serializations());
        live.onUnauthorized(() -> refusedElsewhere(pause));
        InformersRun cache = new InformersRun(inner -> new InformerRegistry(inner, live, informers, intake));
        context.add(cache);
        try {
            cache.opened().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the informers of cluster " + name + " did not start", e);
        }
        LiveConnection made = new LiveConnection(name, context, live, clusters.serializations(), cache::registry);
        connection = made;
        context.own("connection", name, () -> {
            withdraw(context, made);
            made.close();
        });
        context.stopping().onSet(() -> withdraw(context, made));
        handle(context).connection(made);
        context.ready();
        clusters.connected(made);
    }

    /** A request was refused for its credentials: looks at once; when the cluster is lost already its back-off holds. */
    private void refusedElsewhere(Pause pause) {
        if (!lost) {
            pause.wake();
        }
    }

    private static void withdraw(RunnableContext context, LiveConnection gone) {
        Clusters.of(context.manager()).disconnected(gone);
        handle(context).withdraw(gone);
    }

    private static ClusterHandle handle(RunnableContext context) {
        return (ClusterHandle) context.handle();
    }

    private static boolean isLoopback(URI address) {
        String host = String.valueOf(address.getHost());
        return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
    }

    private Duration failed(RunnableContext context, String failure, Backoff backoff) {
        int inARow = failures + 1;
        failures = inARow;
        lastFailure = failure;
        if (connection == null) {
            Duration delay = backoff.next();
            context.backoff(failure, delay);
            return delay;
        }
        if (!lost && inARow < settings.probeFailures() && !unauthorized) {
            return settings.probeInterval();
        }
        if (!lost) {
            lost = true;
            connection.lost(true);
            handle(context).withdraw(connection);
            connection.registry().hurry();
        }
        context.degraded(failure);
        return backoff.next();
    }

    private void details(RunnableContext context) {
        context.detail("connection", () -> connectionState());
        context.detail("server", () -> transport == null ? "" : transport.endpoint().config().getMasterUrl());
        context.detail("version", () -> version);
        context.detail("intake", () -> intake.closed() ? "closed: changes wait until the cluster is uncordoned" : "");
        context.detail("last success", () -> String.valueOf(Objects.requireNonNullElse(lastSuccess, "never")));
        context.detail("failures in a row", () -> Integer.toString(failures));
        context.detail("last failure", () -> lastFailure);
        context.detail("requests", () -> transport == null
                ? ""
                : transport.permits().used() + " in flight, "
                        + transport.permits().waiting() + " waiting, at most " + settings.maxInFlight());
        context.detail("clients", () -> connection == null ? "0" : Integer.toString(connection.clientCount()));
    }

    private void requireConnected() {
        if (connection == null || lost) {
            throw new IllegalStateException("cluster " + name + " is " + connectionState()
                    + (lastFailure.isEmpty() ? "" : ": " + lastFailure));
        }
    }

    private String connectionState() {
        if (connection == null) {
            return "CONNECTING";
        }
        return lost ? "DEGRADED" : "CONNECTED";
    }
}
