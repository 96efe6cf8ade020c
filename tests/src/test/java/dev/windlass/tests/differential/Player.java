package dev.windlass.tests.differential;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Plays one sequence on one server. One use. */
final class Player {
    private static final Pattern REFERENCE = Pattern.compile("\\{\\{(\\d+)((?:\\.[^.{}]+)*)}}");
    /** The real server deletes a definition whose storage it is just making only after a time that doubles with each attempt. */
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final Server server;
    private final WebhookServer hooks;
    private final String namespace;
    private final List<Answer> answers = new ArrayList<>();

    Player(Server server, WebhookServer hooks, String namespace) {
        this.server = server;
        this.hooks = hooks;
        this.namespace = namespace;
    }

    /** The answers in the order of the requests. */
    List<Answer> play(Sequence sequence) {
        server.send("POST", "/api/v1/namespaces", Map.of("Content-Type", "application/json"),
                "{\"metadata\":{\"name\":\"" + namespace + "\"}}");
        for (Request request : sequence.requests()) {
            answers.add(request.await() > 0 ? await(request) : send(request));
        }
        return answers;
    }

    private Answer send(Request request) {
        String body = fill(request.body());
        Map<String, String> headers = new HashMap<>();
        request.headers().forEach((name, value) -> headers.put(name, fill(value)));
        if (!body.isEmpty() && !headers.containsKey("Content-Type")) {
            headers.put("Content-Type",
                    request.method().equals("PATCH") ? "application/merge-patch+json" : "application/json");
        }
        String path = fill(request.path());
        Supplier<Answer> sending = () -> server.send(request.method(), path, headers, body);
        Answer answer = sending.get();
        if (isBetweenStorages(answer)) {
            answer = Awaitility.await(request.toString()).atMost(PATIENCE).until(sending::get,
                    again -> !isBetweenStorages(again));
        }
        if (!request.method().equals("GET")) {
            awaitCached(request.method(), path.replaceFirst("\\?.*", ""), answer.body().path("metadata"));
        }
        return answer;
    }

    /**
     * Reads what was written from the real server's cache, which waits until it is there. The server tries the next change on what its cache has; when that is
     * old it tries again, but has warned of what the first attempt was about.
     */
    private void awaitCached(String method, String path, JsonNode written) {
        String version = written.path("resourceVersion").asString("");
        if (!version.isEmpty()) {
            String name = URLEncoder.encode(written.path("name").asString(""), StandardCharsets.UTF_8).replace("+",
                    "%20");
            String object = method.equals("POST") ? path + "/" + name : path;
            server.send("GET", object + "?resourceVersion=" + version, Map.of(), "");
        }
    }

    /** The real server makes the storage of a custom resource anew when the definition's status has changed, and asks to come again meanwhile. */
    private static boolean isBetweenStorages(Answer answer) {
        return answer.code() == 503
                && answer.body().path("message").asString("").equals("apiserver is shutting down");
    }

    private Answer await(Request request) {
        boolean reads = request.method().equals("GET");
        Request asked = reads ? new Request("GET", request.path(), request.headers(), "", 0) : request;
        return Awaitility.await(request.toString()).atMost(PATIENCE).pollInterval(Duration.ofMillis(20))
                .until(() -> send(asked), answer -> answer.code() == request.await()
                        && (!reads || answer.body().toString().contains(request.body())));
    }

    private String fill(String text) {
        Matcher matcher = REFERENCE.matcher(hooks.fill(text).replace("$NS", namespace));
        return matcher.replaceAll(found -> Matcher.quoteReplacement(value(found.group(1), found.group(2))));
    }

    private String value(String number, String path) {
        JsonNode at = answers.get(Integer.parseInt(number) - 1).body();
        for (String step : path.isEmpty() ? new String[0] : path.substring(1).split("\\.", -1)) {
            at = step.matches("\\d+") ? at.path(Integer.parseInt(step)) : at.path(step);
        }
        return at.isString() ? at.stringValue() : JsonMapper.shared().writeValueAsString(at);
    }
}
