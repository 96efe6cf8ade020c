package dev.windlass.kubernetes;

import dev.windlass.lifecycle.TimeSource;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.utils.HttpClientUtils;
import io.fabric8.kubernetes.client.vertx5.Vertx5HttpClient;
import io.fabric8.kubernetes.client.vertx5.Vertx5HttpClientFactory;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.ext.web.client.WebClientOptions;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one cluster generation, shared by all that talk to it: address, TLS, credentials, one pool. Credentials
 * can be exchanged while it is used. Thread-safe.
 */
final class Transport implements AutoCloseable {

    /** fabric8's own default; Vert.x would queue beyond 5. */
    private static final int MAX_CONNECTIONS = 8192;

    private static final int CHUNK = 1 << 16;
    private static final long CLOSE_MILLIS = 500;
    /** As long as an answer may be silent: what is in flight with former credentials is answered or ends by then. */
    private static final long DRAIN_SECONDS = 10;
    /** Vert.x takes a connection for idle that a request has been given and has not used yet. */
    private static final long SETTLE_SECONDS = 1;

    private final Vertx vertx;
    private final String cluster;
    private final TimeSource time;
    private final @Nullable ClassLoader contextClassLoader = Thread.currentThread().getContextClassLoader();
    private final RequestPermits permits;
    private final RequestMeters meters;
    private final Set<Future<?>> dials = ConcurrentHashMap.newKeySet();
    private final Set<Endpoint> retired = ConcurrentHashMap.newKeySet();
    private volatile Endpoint endpoint;
    private volatile boolean listsFromMemory;
    private volatile boolean closed;
    private volatile Runnable onUnauthorized = () -> {
    };

    Transport(Vertx vertx, String cluster, Config config, int maxInFlight, TimeSource time) {
        this.vertx = vertx;
        this.cluster = cluster;
        this.time = time;
        this.permits = new RequestPermits(maxInFlight);
        this.meters = new RequestMeters();
        this.endpoint = open(config);
    }

    /** What is exchanged as a whole when credentials change. */
    record Endpoint(Config config, URI address, Vertx5HttpClient<?> client, List<Interceptor> interceptors) {

        HttpClient http() {
            return client.getHttpClient();
        }

        /** A path of the API, which begins with a slash, below the server's address, which may have a path of its own. */
        String url(String path) {
            String base = address.toString();
            return (base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path;
        }
    }

    private Endpoint open(Config config) {
        Vertx5HttpClientFactory factory = new Factory(vertx);
        var builder = factory.newBuilder(config);
        Vertx5HttpClient<?> client = (Vertx5HttpClient<?>) builder.build();
        List<Interceptor> interceptors = List
                .copyOf(HttpClientUtils.createApplicableInterceptors(config, factory).values());
        return new Endpoint(config, URI.create(config.getMasterUrl()), client, interceptors);
    }

    /**
     * Goes on with other credentials. What is in flight with the former ones is answered; a stream that has not ended after ten
     * seconds is cut off, and goes on with the new ones.
     */
    void replace(Config config) {
        Endpoint old = endpoint;
        endpoint = open(config);
        retired.add(old);
        vertx.timer(SETTLE_SECONDS, TimeUnit.SECONDS)
                .compose(settled -> old.http().shutdown(DRAIN_SECONDS, TimeUnit.SECONDS)).onComplete(drained -> {
                    if (retired.remove(old)) {
                        old.client().close();
                    }
                });
        if (closed) {
            close();
        }
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** Takes a connection from the pool, or makes one. */
    Future<HttpClientRequest> dial(RequestOptions options) {
        Future<HttpClientRequest> dial = request(options);
        dials.add(dial);
        dial.onComplete(done -> dials.remove(dial));
        return dial;
    }

    /**
     * Vert.x notes the context class loader of whoever asks, with the connection that is made, which others use after that: it must
     * be one that is there for as long.
     */
    private Future<HttpClientRequest> request(RequestOptions options) {
        Endpoint asked = endpoint;
        Thread thread = Thread.currentThread();
        ClassLoader ofAsker = thread.getContextClassLoader();
        thread.setContextClassLoader(contextClassLoader);
        try {
            return asked.http().request(options)
                    .recover(failure -> asked.equals(endpoint)
                            ? Future.failedFuture(failure)
                            : request(options));
        } finally {
            thread.setContextClassLoader(ofAsker);
        }
    }

    String cluster() {
        return cluster;
    }

    TimeSource time() {
        return time;
    }

    RequestPermits permits() {
        return permits;
    }

    RequestMeters meters() {
        return meters;
    }

    String host() {
        return endpoint.address().getAuthority();
    }

    /** Whether the server, as it was when it last told its version, answers consistent lists from its memory. */
    boolean listsFromMemory() {
        return listsFromMemory;
    }

    void listsFromMemory(boolean now) {
        listsFromMemory = now;
    }

    /** Whom to tell when a request is refused for its credentials. */
    void onUnauthorized(Runnable action) {
        onUnauthorized = action;
    }

    /** A request was refused for its credentials. */
    void unauthorized() {
        onUnauthorized.run();
    }

    /** Puts on each request whatever the current credentials want on it. */
    Interceptor credentials() {
        return new Credentials();
    }

    /**
     * Returns when the connections are closed. Those that are being made are awaited first: Vert.x complains of one that it loses
     * before it has got it. A server that does not answer a dial is not waited for longer than half a second.
     */
    @Override
    public void close() {
        closed = true;
        await(Future.join(List.copyOf(dials)));
        List<Endpoint> all = new ArrayList<>(retired);
        all.add(endpoint);
        List<Future<Void>> gone = all.stream().map(each -> each.http().close()).toList();
        all.forEach(each -> each.client().close());
        await(Future.join(gone));
    }

    private static void await(Future<?> end) {
        try {
            end.toCompletionStage().toCompletableFuture().get(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            // A dial that failed is over, too.
        } catch (TimeoutException e) {
            // It goes on by itself: the shared Vertx awaits it, or cuts it off.
        }
    }

    private final class Credentials implements Interceptor {

        @Override
        public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
            for (Interceptor interceptor : endpoint.interceptors()) {
                interceptor.before(builder, request, tags);
            }
        }

        @Override
        public CompletableFuture<Boolean> afterFailure(BasicBuilder builder, HttpResponse<?> response,
                RequestTags tags) {
            if (response.code() != 401) {
                return CompletableFuture.completedFuture(false);
            }
            // Refreshing may read files and run a credential plugin: not on the event loop, which all clusters share.
            CompletableFuture<Boolean> refreshed = new CompletableFuture<>();
            Thread.ofVirtual().inheritInheritableThreadLocals(false).name(cluster + " credentials")
                    .start(() -> refresh(builder, response, tags, refreshed));
            return refreshed;
        }

        private void refresh(BasicBuilder builder, HttpResponse<?> response, RequestTags tags,
                CompletableFuture<Boolean> refreshed) {
            try {
                for (Interceptor interceptor : endpoint.interceptors()) {
                    if (interceptor.afterFailure(builder, response, tags).get()) {
                        refreshed.complete(true);
                        return;
                    }
                }
                refreshed.complete(false);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                refreshed.completeExceptionally(e);
            } catch (ExecutionException e) {
                refreshed.completeExceptionally(e.getCause());
            } catch (RuntimeException e) {
                refreshed.completeExceptionally(e);
            }
        }
    }

    private static final class Factory extends Vertx5HttpClientFactory {

        Factory(Vertx vertx) {
            super(vertx);
        }

        @Override
        protected void additionalConfig(WebClientOptions http, @Nullable WebSocketClientOptions webSocket,
                @Nullable PoolOptions pool) {
            http.setMaxChunkSize(CHUNK);
            http.setPipelining(false);
            if (pool != null) {
                pool.setHttp1MaxSize(MAX_CONNECTIONS);
            }
        }
    }
}
