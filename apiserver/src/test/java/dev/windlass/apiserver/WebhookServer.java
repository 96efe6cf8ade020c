package dev.windlass.apiserver;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.net.Certificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Webhooks over HTTPS, each under a path of its own. */
final class WebhookServer implements AutoCloseable {
    private final Certificates certificates = Certificates.make("webhooks");
    private final HttpsServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, UnaryOperator<ObjectNode>> hooks = new ConcurrentHashMap<>();
    private final List<JsonNode> asked = new CopyOnWriteArrayList<>();
    private final List<String> hosts = new CopyOnWriteArrayList<>();

    WebhookServer() {
        try {
            server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setHttpsConfigurator(new HttpsConfigurator(certificates.context()));
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            ObjectNode review = (ObjectNode) Json.parse(exchange.getRequestBody().readAllBytes());
            asked.add(review);
            hosts.add(exchange.getRequestHeaders().getFirst("Host"));
            UnaryOperator<ObjectNode> hook = hooks.get(exchange.getRequestURI().getPath());
            byte[] answer = hook == null
                    ? "nobody home".getBytes(StandardCharsets.UTF_8)
                    : Json.bytes(hook.apply(review));
            exchange.getResponseHeaders().set("Content-Type", hook == null ? "text/plain" : "application/json");
            exchange.sendResponseHeaders(hook == null ? 500 : 200, answer.length);
            exchange.getResponseBody().write(answer);
        }
    }

    /** Lets a path answer reviews with what a function makes of the response, which allows until then. */
    WebhookServer on(String path, UnaryOperator<ObjectNode> response) {
        return onReview(path, review -> {
            ObjectNode answer = Json.object().put("kind", "AdmissionReview").put("apiVersion",
                    Json.textOrEmpty(review, "apiVersion"));
            ObjectNode allowing = answer.putObject("response").put("uid", Json.textOrEmpty(review, "request", "uid"))
                    .put("allowed", true);
            allowing.set("review", review);
            ObjectNode made = response.apply(allowing);
            made.remove("review");
            answer.set("response", made);
            return answer;
        });
    }

    /** Lets a path answer with what a function makes of the whole question. */
    WebhookServer onReview(String path, UnaryOperator<ObjectNode> answer) {
        hooks.put(path, answer);
        return this;
    }

    /** Lets a path change objects. */
    WebhookServer patching(String path, String patch) {
        return on(path, response -> response.put("patchType", "JSONPatch").put("patch", base64(patch)));
    }

    static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url(String path) {
        return "https://127.0.0.1:" + port() + path;
    }

    String bundle() {
        return base64(certificates.authorityPem());
    }

    /** The requests of all reviews until now. */
    List<JsonNode> asked() {
        return asked.stream().map(each -> each.path("request")).toList();
    }

    List<String> hosts() {
        return hosts;
    }

    void forget() {
        asked.clear();
    }

    /**
     * A configuration with one webhook.
     *
     * @param kind
     *            Mutating or Validating
     * @param more
     *            of the webhook, with single quotes
     */
    String configuration(String kind, String name, String path, String more) {
        return """
                {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "%sWebhookConfiguration",
                 "metadata": {"name": "%s"},
                 "webhooks": [{"name": "%s.example.com", "admissionReviewVersions": ["v1"], "sideEffects": "None",
                   "clientConfig": {"url": "%s", "caBundle": "%s"}, %s}]}""".formatted(kind, name, name, url(path),
                bundle(), more.replace('\'', '"'));
    }

    @Override
    public void close() {
        server.stop(0);
        executor.close();
    }
}
