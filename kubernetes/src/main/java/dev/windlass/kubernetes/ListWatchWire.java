package dev.windlass.kubernetes;

import dev.windlass.kubernetes.ApiException.ApiCall;
import dev.windlass.kubernetes.ObjectScanner.Scanned;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.http.HttpRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;

/** How the lists and watches of one informer are asked for, and how what comes is read. For one thread. */
final class ListWatchWire {

    private static final int PAGE = 500;

    private final WatchSpec<?> spec;
    private final OwnedRequests requests;
    private final ClusterHttpClient http;
    private final InformerSettings settings;
    private final OmittedFields omitted;
    private final String path;

    ListWatchWire(WatchSpec<?> spec, OwnedRequests requests, InformerSettings settings) {
        this.spec = spec;
        this.requests = requests;
        this.http = ClusterHttpClient.create(requests);
        this.settings = settings;
        this.omitted = OmittedFields.of(spec.omit());
        this.path = spec.resource().path(spec.namespace(), null);
    }

    /**
     * Whether the server answers a list that is as new as the question from its memory. For events it does not, unless it was
     * told to.
     */
    boolean isListedFromMemory() {
        return requests.transport().listsFromMemory() && !spec.resource().resource().equals("events");
    }

    /** A list in one answer. */
    HttpRequest list() {
        return listing("");
    }

    /** A page of a list: the first, or the one that a token leads to. */
    HttpRequest page(String token) {
        return listing("limit=" + PAGE + (token.isEmpty() ? "" : "&continue=" + Urls.encode(token)));
    }

    private HttpRequest listing(String what) {
        HttpRequest.Builder request = request(what, "List", settings.listSilence());
        if (settings.compressLists()) {
            request.header("Accept-Encoding", "gzip");
        }
        return request.build();
    }

    /** A list that is the beginning of a watch. */
    HttpRequest streamedList() {
        return watching("&sendInitialEvents=true&resourceVersionMatch=NotOlderThan");
    }

    /** A watch of what follows a version. */
    HttpRequest watch(String version) {
        return watching("&resourceVersion=" + Urls.encode(version));
    }

    /** Servers end watches after a while; by chance, so that not all come back at once. */
    private HttpRequest watching(String from) {
        long seconds = settings.watchTimeout().toSeconds();
        seconds += (long) (seconds * settings.random().nextDouble());
        return request("watch=true&allowWatchBookmarks=true&timeoutSeconds=" + seconds + from, "",
                settings.watchSilence()).build();
    }

    private HttpRequest.Builder request(String what, String listSuffix, Duration silence) {
        StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");
        if (!what.isEmpty()) {
            query.add(what);
        }
        if (!spec.labelSelector().isEmpty()) {
            query.add("labelSelector=" + Urls.encode(spec.labelSelector()));
        }
        if (!spec.fieldSelector().isEmpty()) {
            query.add("fieldSelector=" + Urls.encode(spec.fieldSelector()));
        }
        HttpRequest.Builder request = http.newHttpRequestBuilder()
                .uri(requests.transport().endpoint().url(path + query))
                .forStreaming()
                .timeout(silence.toMillis(), TimeUnit.MILLISECONDS);
        request.header("Accept", spec.resource().metadataOnly()
                ? "application/json;as=PartialObjectMetadata" + listSuffix + ";g=meta.k8s.io;v=v1,application/json"
                : "application/json");
        return request;
    }

    /** Sends a request and waits for the head of the answer. */
    StreamingAnswer open(HttpRequest request) throws IOException, InterruptedException {
        StreamingAnswer answer = StreamingAnswer.open(http, request);
        if (answer.code() == 200) {
            return answer;
        }
        try (answer) {
            byte[] body = answer.body().readNBytes(1 << 16);
            String query = request.uri().getRawQuery();
            boolean watch = query != null && query.startsWith("watch=");
            throw Failures.of(call(watch ? "watch" : "list"), answer.code(), body, answer.header("Retry-After"),
                    settings.mapper());
        }
    }

    private ApiCall call(String verb) {
        return new ApiCall(requests.transport().cluster(), verb, spec.resource().resource(), spec.namespace(), null);
    }

    ObjectScanner scanner(StreamingAnswer answer) throws IOException {
        return new ObjectScanner(settings.json(), answer.body(), omitted, spec.resource().metadataOnly());
    }

    /** Whether a bookmark says that all objects of a streamed list have been sent. */
    boolean endsTheList(Scanned bookmark) {
        return settings.mapper().readTree(bookmark.json()).path("metadata").path("annotations")
                .path("k8s.io/initial-events-end").asString("").equals("true");
    }

    /** What an error event of a watch means. */
    ApiException refusal(Scanned object) {
        Status status = settings.mapper().readValue(object.json(), Status.class);
        int code = status.getCode() == null ? 500 : status.getCode();
        return Failures.of(call("watch"), code, object.json(), null, settings.mapper());
    }
}
