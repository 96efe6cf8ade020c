package dev.windlass.tests.differential;

import dev.windlass.apiserver.internal.net.Certificates;
import dev.windlass.apiserver.internal.net.Listener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Webhooks that both servers ask. What one does is told by its path: {@code /patch/} is followed by a JSON patch and {@code /answer/} by what the response
 * is to have, both as base64 for URLs; {@code /convert/} by what each object is to have, {@code /rename/} by what each version calls a field of the specification, and {@code /conversion/} by what
 * the response is to have, when objects are converted. {@code $HOOKS} stands for its URL, {@code $BUNDLE} for what it is trusted by.
 */
final class WebhookServer implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final long SLOW_SECONDS = 20;

    private final Certificates certificates = Certificates.make("webhooks");
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Listener listener = new Listener("webhooks", () -> certificates, 0, executor);

    WebhookServer() {
        listener.open();
        listener.serve(new Handler.Abstract() {

            @Override
            public boolean handle(Request request, Response response, Callback callback) throws IOException {
                WebhookServer.this.handle(request, response, callback);
                return true;
            }
        });
    }

    /** Puts in where it is, and behaviours: {@code $PATCH(…)} and {@code $ANSWER(…)} hold JSON with single quotes. */
    String fill(String text) {
        String filled = text;
        for (String behaviour : List.of("PATCH", "ANSWER", "CONVERT", "RENAME", "CONVERSION")) {
            for (int at = filled.indexOf("$" + behaviour + "("); at >= 0; at = filled.indexOf("$" + behaviour + "(")) {
                int end = filled.indexOf(")$", at);
                String json = filled.substring(at + behaviour.length() + 2, end).replace('\'', '"');
                filled = filled.substring(0, at) + "$HOOKS/" + behaviour.toLowerCase(java.util.Locale.ROOT) + "/"
                        + Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8))
                        + filled.substring(end + 2);
            }
        }
        return filled.replace("$HOOKS", "https://" + listener.address()).replace("$BUNDLE",
                Base64.getEncoder().encodeToString(
                        certificates.authorityPem().getBytes(StandardCharsets.UTF_8)));
    }

    private void handle(Request request, Response response, Callback callback) throws IOException {
        JsonNode review = JSON.readTree(Content.Source.asString(request, StandardCharsets.UTF_8));
        String[] path = request.getHttpURI().getPath().substring(1).split("/", 2);
        String detail = path.length < 2 || path[0].equals("status")
                ? ""
                : new String(Base64.getUrlDecoder().decode(path[1]), StandardCharsets.UTF_8);
        switch (path[0]) {
            case "status" -> send(response, callback, Integer.parseInt(path[1]), "text/plain", " it is so \n");
            case "text" -> send(response, callback, 200, "text/plain", "hello");
            case "empty" -> send(response, callback, 200, "application/json", "");
            case "list" -> send(response, callback, 200, "application/json", "[]");
            case "refused" -> send(response, callback, 418, "application/json",
                    "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":\"a teapot\"}");
            case "absent" -> send(response, callback, 200, "application/json",
                    "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\"}");
            case "slow" -> {
                await();
                send(response, callback, 200, "application/json", "{}");
            }
            case "convert", "rename", "conversion" -> send(response, callback, 200, "application/json",
                    conversion(review, path[0], detail));
            default -> send(response, callback, 200, "application/json", answer(review, path[0], detail));
        }
    }

    private void await() {
        try {
            closed.await(SLOW_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static String conversion(JsonNode review, String behaviour, String detail) {
        ObjectNode answer = JSON.createObjectNode().put("kind", "ConversionReview");
        answer.set("apiVersion", review.path("apiVersion"));
        ObjectNode response = answer.putObject("response");
        response.set("uid", review.path("request").path("uid"));
        response.putObject("result").put("status", "Success");
        ArrayNode converted = response.putArray("convertedObjects");
        ObjectNode more = (ObjectNode) JSON.readTree(detail);
        for (JsonNode each : review.path("request").path("objects")) {
            ObjectNode object = (ObjectNode) each.deepCopy();
            JsonNode wanted = review.path("request").path("desiredAPIVersion");
            if (behaviour.equals("rename") && object.path("spec") instanceof ObjectNode spec) {
                JsonNode value = spec.remove(name(more, object.path("apiVersion")));
                if (value != null) {
                    spec.set(name(more, wanted), value);
                }
            }
            object.set("apiVersion", wanted);
            converted.add(behaviour.equals("convert") ? object.setAll(more) : object);
        }
        if (behaviour.equals("conversion")) {
            response.setAll(more);
        }
        return JSON.writeValueAsString(answer);
    }

    private static String name(ObjectNode names, JsonNode apiVersion) {
        return names.path(apiVersion.asString("").replaceFirst(".*/", "")).asString("");
    }

    private static String answer(JsonNode review, String behaviour, String detail) {
        ObjectNode answer = JSON.createObjectNode().put("kind", "AdmissionReview");
        answer.set("apiVersion", review.path("apiVersion"));
        ObjectNode response = answer.putObject("response").put("allowed", true);
        response.set("uid", review.path("request").path("uid"));
        switch (behaviour) {
            case "patch" -> response.put("patchType", "JSONPatch").put("patch",
                    Base64.getEncoder().encodeToString(detail.getBytes(StandardCharsets.UTF_8)));
            case "answer" -> response.setAll((ObjectNode) JSON.readTree(detail));
            case "echo" -> response.put("allowed", false).putObject("status").put("message", echo(review));
            case "untyped" -> {
                answer.remove("kind");
                answer.remove("apiVersion");
            }
            default -> {
                // it allows
            }
        }
        return JSON.writeValueAsString(answer);
    }

    /** The question, without what is another one on each server or at each time. */
    private static String echo(JsonNode review) {
        ObjectNode request = (ObjectNode) review.path("request").deepCopy();
        request.remove(List.of("uid", "userInfo"));
        request.findParents("resourceVersion").forEach(each -> ((ObjectNode) each).put("resourceVersion", "<version>"));
        return JSON.writeValueAsString(sorted(request, null)).replaceAll("gen-[a-z0-9]{5}", "gen-<suffix>");
    }

    private static JsonNode sorted(JsonNode node, @Nullable String name) {
        if (node.isObject()) {
            ObjectNode out = JsonNodeFactory.instance.objectNode();
            node.properties().stream().sorted(Map.Entry.comparingByKey())
                    .forEach(each -> out.set(each.getKey(), sorted(each.getValue(), each.getKey())));
            return out;
        }
        if (node.isArray()) {
            List<JsonNode> items = new java.util.ArrayList<>();
            node.forEach(each -> items.add(sorted(each, null)));
            if ("managedFields".equals(name)) {
                items.sort(Comparator.comparing(JsonNode::toString));
            }
            ArrayNode out = JsonNodeFactory.instance.arrayNode();
            return out.addAll(items);
        }
        return node;
    }

    private static void send(Response response, Callback callback, int code, String type, String body) {
        response.setStatus(code);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
        response.write(true, ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)), callback);
    }

    @Override
    public void close() {
        closed.countDown();
        listener.close();
        executor.close();
    }
}
