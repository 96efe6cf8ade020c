package dev.windlass.kubernetes;

import dev.windlass.kubernetes.ApiException.ApiCall;
import dev.windlass.lifecycle.LeaseLock;
import dev.windlass.lifecycle.LeaseRecord;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.TimeSource;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A Lease of an API server, as one elector's run sees it, over connections of its own. What else is in the object stays as it is.
 * Used by one thread.
 */
final class ServerLease implements LeaseLock {

    private static final String GROUP = "/apis/coordination.k8s.io/v1";
    private static final String JSON = "application/json";
    private static final DateTimeFormatter MICROS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'")
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'")
            .withZone(ZoneOffset.UTC);
    private static final Logger LOGGER = LoggerFactory.getLogger(ServerLease.class);
    private static final String COMPONENT = "windlass";
    /** How long nothing may come of an event. */
    private static final Duration ANNOUNCEMENT = Duration.ofSeconds(2);

    private final AtomicBoolean announcing = new AtomicBoolean();
    private final TimeSource time;
    private final String namespace;
    private final String name;
    private final Transport transport;
    private final Kubeconfig kubeconfig;
    private final ClusterHttpClient http;
    private final ObjectMapper mapper;
    private final Duration timeout;
    /** The object as it was read or written last: what a write changes and sends back. */
    private @Nullable ObjectNode last;

    private ServerLease(String namespace, String name, Transport transport, Kubeconfig kubeconfig,
            ClusterHttpClient http, ObjectMapper mapper, Duration timeout, TimeSource time) {
        this.time = time;
        this.namespace = namespace;
        this.name = name;
        this.transport = transport;
        this.kubeconfig = kubeconfig;
        this.http = http;
        this.mapper = mapper;
        this.timeout = timeout;
    }

    /**
     * Opens connections for one run; they are in its ledger.
     *
     * @param timeout how long nothing may come of a request
     */
    static ServerLease open(RunnableContext context, Kubeconfig kubeconfig, String namespace, String name,
            Duration timeout) {
        Clusters clusters = Clusters.of(context.manager());
        Transport transport = context.own("transport", "lease " + namespace + "/" + name, new Transport(
                clusters.vertx(), "lease", kubeconfig.load().config(), 2, context.time()));
        OwnedRequests requests = context.own("client", "lease " + namespace + "/" + name,
                OwnedRequests.untilReleased(transport, context)); // an abort gives the lease up
        return new ServerLease(namespace, name, transport, kubeconfig, ClusterHttpClient.create(requests),
                clusters.serializations().host().mapper(), timeout, context.time());
    }

    @Override
    public String name() {
        return namespace + "/" + name;
    }

    @Override
    public @Nullable Versioned read() throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = send(() -> request(path(true)));
        if (answer.code() == 404) {
            requireMissingObject(answer);
            last = null;
            return null;
        }
        return seen(require("get", answer));
    }

    /** A server without the kind answers 404 as well. */
    private void requireMissingObject(HttpResponse<byte[]> answer) {
        ApiException missing = failure("get", answer);
        if (missing.isKindMissing()) {
            throw missing;
        }
    }

    @Override
    public @Nullable Versioned create(LeaseRecord record) throws IOException, InterruptedException {
        ObjectNode lease = mapper.createObjectNode();
        lease.put("apiVersion", "coordination.k8s.io/v1").put("kind", "Lease");
        lease.putObject("metadata").put("namespace", namespace).put("name", name);
        write(lease, record);
        String body = mapper.writeValueAsString(lease);
        HttpResponse<byte[]> answer = send(() -> request(path(false)).post(JSON, body));
        return answer.code() == 409 ? null : seen(require("create", answer));
    }

    @Override
    public @Nullable Versioned update(LeaseRecord record, String version) throws IOException, InterruptedException {
        ObjectNode present = last;
        if (present == null || !version(present).equals(version)) {
            return null;
        }
        ObjectNode lease = present.deepCopy();
        write(lease, record);
        String body = mapper.writeValueAsString(lease);
        HttpResponse<byte[]> answer = send(() -> request(path(true)).put(JSON, body));
        return answer.code() == 409 || answer.code() == 404 ? null : seen(require("update", answer));
    }

    // ---- events

    /** As an Event of the Lease, like client-go's. One at a time, so that one request is left for the lease. */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // best effort
    public void announce(String news) {
        ObjectNode lease = last;
        if (lease == null || !announcing.compareAndSet(false, true)) {
            return;
        }
        try {
            http.sendAsync(http.newHttpRequestBuilder()
                    .uri(transport.endpoint().url("/api/v1/namespaces/" + Urls.encode(namespace) + "/events"))
                    .timeout(ANNOUNCEMENT.toMillis(), TimeUnit.MILLISECONDS)
                    .post(JSON, mapper.writeValueAsString(event(lease, news))).build(), byte[].class)
                    .whenComplete((answer, error) -> {
                        announcing.set(false);
                        if (error != null || answer.code() > 299) {
                            LOGGER.atDebug().addKeyValue("lease", name()).addKeyValue("news", news).setCause(error)
                                    .log("no event was written{}", answer == null ? "" : ": HTTP " + answer.code());
                        }
                    });
        } catch (RuntimeException e) { // what is refused at once
            announcing.set(false);
            LOGGER.atDebug().addKeyValue("lease", name()).addKeyValue("news", news).setCause(e)
                    .log("no event was written");
        }
    }

    private ObjectNode event(ObjectNode lease, String news) {
        Instant now = time.now();
        ObjectNode event = mapper.createObjectNode();
        event.put("apiVersion", "v1").put("kind", "Event");
        event.putObject("metadata").put("namespace", namespace).put("name",
                name + "." + Long.toHexString(TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano()));
        event.putObject("involvedObject").put("apiVersion", "coordination.k8s.io/v1").put("kind", "Lease")
                .put("namespace", namespace).put("name", name)
                .put("uid", lease.path("metadata").path("uid").asString("")).put("resourceVersion", version(lease));
        event.put("type", "Normal").put("reason", "LeaderElection").put("message", news).put("count", 1);
        event.put("firstTimestamp", SECONDS.format(now)).put("lastTimestamp", SECONDS.format(now));
        event.put("reportingComponent", COMPONENT).put("reportingInstance", "");
        event.putObject("source").put("component", COMPONENT);
        return event;
    }

    // ---- the object

    private static String version(JsonNode lease) {
        return lease.path("metadata").path("resourceVersion").asString("");
    }

    private Versioned seen(byte[] body) throws IOException {
        JsonNode tree;
        try {
            tree = mapper.readTree(body);
        } catch (JacksonException e) {
            throw new IOException("the answer for the lease " + name() + " cannot be read: " + e.getOriginalMessage(),
                    e);
        }
        if (!(tree instanceof ObjectNode lease) || version(lease).isEmpty()) {
            throw new IOException("the answer for the lease " + name() + " is no object with a resourceVersion");
        }
        last = lease;
        JsonNode spec = lease.path("spec");
        return new Versioned(new LeaseRecord(spec.path("holderIdentity").asString(""),
                Duration.ofSeconds(Math.max(0, spec.path("leaseDurationSeconds").asLong(0))),
                moment(spec.path("acquireTime")), moment(spec.path("renewTime")),
                spec.path("leaseTransitions").asInt(0)), version(lease));
    }

    /** A moment that cannot be read is as good as none: it is for people. */
    private static @Nullable Instant moment(JsonNode value) {
        if (!value.isString()) {
            return null;
        }
        try {
            return DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(value.asString(), Instant::from);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static void write(ObjectNode lease, LeaseRecord record) {
        ObjectNode spec = lease.path("spec") instanceof ObjectNode present ? present : lease.putObject("spec");
        spec.put("holderIdentity", record.holder());
        spec.put("leaseDurationSeconds", roundedUp(record.duration()));
        moment(spec, "acquireTime", record.acquired());
        moment(spec, "renewTime", record.renewed());
        spec.put("leaseTransitions", record.transitions());
    }

    /** Others wait rather too long than too short. */
    static long roundedUp(Duration duration) {
        return duration.plusNanos(999_999_999).toSeconds();
    }

    private static void moment(ObjectNode spec, String field, @Nullable Instant moment) {
        if (moment == null) {
            spec.remove(field);
        } else {
            spec.put(field, MICROS.format(moment));
        }
    }

    // ---- the wire

    private String path(boolean object) {
        return GROUP + "/namespaces/" + Urls.encode(namespace) + "/leases" + (object ? "/" + Urls.encode(name) : "");
    }

    private HttpRequest.Builder request(String path) {
        return http.newHttpRequestBuilder().uri(transport.endpoint().url(path)).header("Accept", JSON)
                .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    private HttpResponse<byte[]> send(Supplier<HttpRequest.Builder> request) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = sendOnce(request.get());
        if (answer.code() == 401) {
            transport.replace(kubeconfig.load().config()); // the credentials may have been exchanged meanwhile
            answer = sendOnce(request.get());
        }
        return answer;
    }

    private HttpResponse<byte[]> sendOnce(HttpRequest.Builder request) throws IOException, InterruptedException {
        try {
            return http.sendAsync(request.build(), byte[].class).get();
        } catch (ExecutionException e) {
            throw Failures.unwrap(e);
        }
    }

    private byte[] require(String verb, HttpResponse<byte[]> answer) {
        if (answer.code() < 200 || answer.code() > 299) {
            throw failure(verb, answer);
        }
        return body(answer);
    }

    private ApiException failure(String verb, HttpResponse<byte[]> answer) {
        return Failures.of(new ApiCall("lease", verb, "leases", namespace, name), answer.code(), body(answer), null,
                mapper);
    }

    private static byte[] body(HttpResponse<byte[]> answer) {
        byte[] body = answer.body();
        return body == null ? new byte[0] : body;
    }
}
