package dev.windlass.kubernetes;

import dev.windlass.kubernetes.ApiException.ApiCall;
import dev.windlass.kubernetes.InformerStatus.State;
import dev.windlass.kubernetes.ObjectScanner.Event;
import dev.windlass.kubernetes.ObjectScanner.Scanned;
import dev.windlass.lifecycle.RevokedException;
import dev.windlass.lifecycle.TimeSource;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.http.HttpRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import tools.jackson.core.JacksonException;

/**
 * Keeps a {@link SharedInformer} up to date, on one thread, until it is stopped. No failure ends it.
 *
 * <p>State: {@code LISTING → WATCHING}; a watch that ends is resumed at the last known version; a version that the server has
 * forgotten (410) leads back to {@code LISTING}; any other failure leads to {@code BACKOFF}, or {@code DEGRADED} when the server
 * refuses, and after a pause back to what failed. {@link #stop} leads to {@code STOPPED} from each of them.
 */
final class ListWatchLoop {

    private static final Duration BACKOFF_FIRST = Duration.ofMillis(500);
    private static final long SHORT_WATCH_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Duration BACKOFF_MAX = Duration.ofSeconds(30);

    private final SharedInformer informer;
    private final WatchSpec<?> spec;
    private final OwnedRequests requests;
    private final ClusterHttpClient http;
    private final InformerSettings settings;
    private final TimeSource time;
    private final Logger logger;
    private final OmittedFields omitted;
    private final Backoff backoff;
    private final ApiCall listCall;
    private final ApiCall watchCall;
    private final String path;

    private String version = "";
    private boolean listNeeded = true;
    private boolean listConsistently;
    private volatile boolean stopped;
    private final Pause pause;
    private volatile @Nullable StreamingAnswer stream;

    ListWatchLoop(SharedInformer informer, OwnedRequests requests, InformerSettings settings, TimeSource time,
            Logger logger) {
        this.informer = informer;
        this.spec = informer.spec();
        this.requests = requests;
        this.http = ClusterHttpClient.create(requests);
        this.settings = settings;
        this.time = time;
        this.logger = logger;
        this.omitted = OmittedFields.of(spec.omit());
        this.pause = new Pause(time);
        this.backoff = new Backoff(BACKOFF_FIRST, BACKOFF_MAX, settings.random());
        String cluster = requests.transport().cluster();
        this.listCall = new ApiCall(cluster, "list", spec.resource().resource(), spec.namespace(), null);
        this.watchCall = new ApiCall(cluster, "watch", spec.resource().resource(), spec.namespace(), null);
        this.path = spec.resource().path(spec.namespace(), null);
    }

    void run() {
        try {
            while (!stopped && !requests.revoked() && !Thread.currentThread().isInterrupted()) {
                pause.sleep(step());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            informer.end();
            requests.close();
        }
    }

    /** Stops it for good: closes its connection and wakes it. */
    void stop() {
        stopped = true;
        requests.close();
        pause.wake();
    }

    /** The connection was lost and is back: looks at once whether the watch still lives. */
    void hurry() {
        StreamingAnswer open = stream;
        if (open != null) {
            open.close();
        }
        pause.wake();
    }

    /** One list or one watch. Returns how long to wait before the next. */
    private Duration step() {
        try {
            if (listNeeded) {
                list();
            }
            return watch();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Duration.ZERO;
        } catch (RevokedException e) {
            stopped = true;
            return Duration.ZERO;
        } catch (ApiException e) {
            return refused(e);
        } catch (IOException e) {
            return failed(State.BACKOFF, Failures.describe(e));
        } catch (JacksonException e) {
            return failed(State.BACKOFF, e.getCause() instanceof IOException io
                    ? Failures.describe(io)
                    : "malformed answer: " + e.getOriginalMessage());
        } catch (MalformedAnswerException e) {
            return failed(State.BACKOFF, "malformed answer: " + e.getMessage());
        } catch (RuntimeException e) {
            logger.atError().setCause(e).addKeyValue("informer", spec.describe())
                    .log("informer failed; it tries again");
            return failed(State.BACKOFF, e.toString());
        }
    }

    private Duration refused(ApiException refusal) {
        if (refusal.code() == 410) {
            listNeeded = true;
            listConsistently = true;
            return failed(State.BACKOFF, "");
        }
        boolean permanent = refusal.isForbidden() || refusal.isNotFound();
        if (permanent) {
            listNeeded = true;
        }
        if (refusal.isUnauthorized()) {
            settings.onUnauthorized().run();
        }
        Duration delay = failed(permanent ? State.DEGRADED : State.BACKOFF, String.valueOf(refusal.getMessage()));
        Duration asked = Duration.ofSeconds(refusal.retryAfterSeconds());
        return delay.compareTo(asked) > 0 ? delay : asked;
    }

    private Duration failed(State state, String message) {
        if (stopped) {
            return Duration.ZERO;
        }
        Duration delay = backoff.next();
        informer.enter(state, message);
        logger.atDebug().addKeyValue("informer", spec.describe()).addKeyValue("reason", message)
                .addKeyValue("retryIn", delay)
                .log("informer lost its server");
        return delay;
    }

    // ---- list

    private void list() throws IOException, InterruptedException {
        informer.enter(State.LISTING, "");
        informer.countList();
        boolean first = !informer.synced();
        Set<ObjectKey> seen = new HashSet<>();
        String token = "";
        String listed;
        do {
            String query = query(token.isEmpty()
                    ? "resourceVersion=" + Urls.encode(listVersion())
                    : "continue=" + Urls.encode(token));
            try (StreamingAnswer answer = open(listCall, query, "List", settings.listSilence(),
                    settings.compressLists());
                    ObjectScanner scanner = new ObjectScanner(settings.json(), answer.body(), omitted,
                            spec.resource().metadataOnly())) {
                stream = answer;
                var meta = scanner.readList(scanned -> {
                    informer.put(scanned, first);
                    seen.add(new ObjectKey(scanned.namespace(), scanned.name()));
                });
                listed = meta.resourceVersion();
                token = meta.continueToken();
            } finally {
                stream = null;
            }
        } while (!token.isEmpty() && !stopped);
        informer.retain(seen);
        version = listed;
        listNeeded = false;
        listConsistently = false;
        informer.listed(version);
    }

    /** Any version will do at first; later not one that is older than what was seen; after 410 the newest. */
    private String listVersion() {
        return listConsistently ? "" : version.isEmpty() ? "0" : version;
    }

    // ---- watch

    private Duration watch() throws IOException, InterruptedException {
        informer.countWatch();
        long seconds = settings.watchTimeout().toSeconds();
        seconds += (long) (seconds * settings.random().nextDouble());
        String query = query("watch=true&allowWatchBookmarks=true&resourceVersion=" + Urls.encode(version)
                + "&timeoutSeconds=" + seconds);
        long opened = time.nanos();
        long received = 0;
        try (StreamingAnswer answer = open(watchCall, query, "", settings.watchSilence(), false)) {
            stream = answer;
            opened = time.nanos();
            // Before the scanner is made: that waits for the first bytes.
            informer.enter(State.WATCHING, "");
            try (ObjectScanner scanner = new ObjectScanner(settings.json(), answer.body(), omitted,
                    spec.resource().metadataOnly())) {
                Event event;
                while (!stopped && (event = scanner.nextEvent()) != null) {
                    received++;
                    take(event);
                }
            }
        } catch (JacksonException e) {
            // The stream broke off, or fell silent: what was received counts, and the watch is resumed after it.
            if (!useful(opened, received)) {
                throw e;
            }
        } finally {
            stream = null;
        }
        if (useful(opened, received)) {
            backoff.reset();
            return Duration.ZERO;
        }
        return backoff.next();
    }

    /** A server that ends each watch at once must not be asked again without a pause. */
    private boolean useful(long opened, long received) {
        return received > 0 || time.nanos() - opened > SHORT_WATCH_NANOS;
    }

    private void take(Event event) {
        Scanned object = event.object();
        switch (event.type()) {
            case "ADDED", "MODIFIED" -> informer.put(object, false);
            case "DELETED" -> informer.delete(object);
            case "BOOKMARK" -> {
                // Carries nothing but a version.
            }
            case "ERROR" -> throw refusal(object);
            default -> throw new MalformedAnswerException("a watch event of unknown type \"" + event.type() + "\"");
        }
        informer.countEvent();
        if (!object.resourceVersion().isEmpty()) {
            version = object.resourceVersion();
            informer.reached(version);
        }
    }

    private ApiException refusal(Scanned object) {
        Status status = settings.mapper().readValue(object.json(), Status.class);
        int code = status.getCode() == null ? 500 : status.getCode();
        return Failures.of(watchCall, code, object.json(), null, settings.mapper());
    }

    // ---- both

    private String query(String what) {
        StringBuilder query = new StringBuilder(what);
        if (!spec.labelSelector().isEmpty()) {
            query.append("&labelSelector=").append(Urls.encode(spec.labelSelector()));
        }
        if (!spec.fieldSelector().isEmpty()) {
            query.append("&fieldSelector=").append(Urls.encode(spec.fieldSelector()));
        }
        return query.toString();
    }

    private StreamingAnswer open(ApiCall call, String query, String listSuffix, Duration silence, boolean compress)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = http.newHttpRequestBuilder()
                .uri(requests.transport().endpoint().address().resolve(path + "?" + query).toString())
                .forStreaming()
                .timeout(silence.toMillis(), TimeUnit.MILLISECONDS);
        request.header("Accept", spec.resource().metadataOnly()
                ? "application/json;as=PartialObjectMetadata" + listSuffix + ";g=meta.k8s.io;v=v1,application/json"
                : "application/json");
        if (compress) {
            request.header("Accept-Encoding", "gzip");
        }
        StreamingAnswer answer = StreamingAnswer.open(http, request.build());
        if (answer.code() == 200) {
            return answer;
        }
        try (answer) {
            byte[] body = answer.body().readNBytes(1 << 16);
            throw Failures.of(call, answer.code(), body, answer.header("Retry-After"), settings.mapper());
        }
    }
}
