package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Sends requests that are nearly right: paths, queries, headers and bodies that somebody has damaged, whole and half. Whatever comes, the server answers it
 * without an internal error, lets go of it, and answers the next. The system property {@code windlass.fuzz.seed} repeats a run.
 */
@Timeout(300)
class FuzzTest {
    private static final long SEED = Long.getLong("windlass.fuzz.seed", 20_261L);
    private static final int REQUESTS = Integer.getInteger("windlass.fuzz.requests", 400);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String NAMESPACED = "/api/v1/namespaces/default/";
    private static final String APPS = "/apis/apps/v1/namespaces/default/";
    private static final String TEMPLATE = "{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"ports\":[{\"containerPort\":80}]}]}}";
    private static final String DEPLOYMENT = "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"d\"},\"spec\":{\"replicas\":1,\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"template\":"
            + TEMPLATE + "}}";
    private static final String DEFINITION = "{\"apiVersion\":\"apiextensions.k8s.io/v1\",\"kind\":\"CustomResourceDefinition\",\"metadata\":{\"name\":\"things.example.com\"},\"spec\":{\"group\":\"example.com\",\"scope\":\"Namespaced\",\"names\":{\"plural\":\"things\",\"singular\":\"thing\",\"kind\":\"Thing\"},\"versions\":[{\"name\":\"v1\",\"served\":true,\"storage\":true,\"subresources\":{\"status\":{},\"scale\":{\"specReplicasPath\":\".spec.n\",\"statusReplicasPath\":\".status.n\"}},\"schema\":{\"openAPIV3Schema\":{\"type\":\"object\",\"properties\":{\"spec\":{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\",\"minimum\":0},\"s\":{\"type\":\"string\",\"pattern\":\"^a\"}}}}}}}]}}";
    private static final List<String> TOKENS = List.of("%00", "..", "/", "//", "%2F", "%", "%zz", "?", "&", "=", "\\",
            "\"",
            "{", "}", "[", "]", "null", "true", "-1", "0", "1.5", "1e999", "99999999999999999999", "\u00e4",
            "\ud83d\ude00",
            ",", "!", " in (", ")", ";", "*/*", "a".repeat(300), "watch", "status", "scale", "namespaces");

    private final ApiServer server = ApiServer.builder().name("fuzz").start();

    /** A request before it is damaged. */
    private record Seed(String method, String path, String contentType, String body) {
    }

    private static final List<Seed> SEEDS = List.of(
            seed("GET", NAMESPACED + "configmaps?limit=1&labelSelector=a%20in%20(b,c),d%21%3De"),
            seed("GET", NAMESPACED
                    + "configmaps?fieldSelector=metadata.name%3Da&resourceVersion=1&resourceVersionMatch=Exact"),
            seed("GET",
                    NAMESPACED + "configmaps?continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhIn0&limit=2"),
            seed("GET", NAMESPACED + "pods?watch=1&timeoutSeconds=1&resourceVersion=0&allowWatchBookmarks=true"),
            seed("GET", APPS
                    + "deployments?watch=1&timeoutSeconds=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"),
            seed("GET", "/apis"), seed("GET", "/api/v1"), seed("GET", "/openapi/v3/apis/apps/v1"),
            seed("GET", "/version"),
            seed("GET", "/apis/apps/v1/deployments"), seed("GET", APPS + "deployments/d/scale"),
            seed("POST", NAMESPACED + "configmaps?fieldValidation=Strict",
                    "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\",\"labels\":{\"a\":\"b\"},\"finalizers\":[\"example.com/f\"],\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"name\":\"p\",\"uid\":\"u\"}]},\"data\":{\"k\":\"v\"}}"),
            seed("POST", APPS + "deployments?dryRun=All", DEPLOYMENT), seed("POST", APPS + "deployments", DEPLOYMENT),
            seed("PUT", APPS + "deployments/d", DEPLOYMENT), seed("PUT", APPS + "deployments/d/status", DEPLOYMENT),
            seed("PUT", APPS + "deployments/d/scale", "{\"metadata\":{\"name\":\"d\"},\"spec\":{\"replicas\":2}}"),
            seed("POST", NAMESPACED + "pods",
                    "{\"metadata\":{\"name\":\"p\",\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"resources\":{\"limits\":{\"cpu\":\"1\"}}}]}}"),
            seed("POST", NAMESPACED + "pods/p/eviction",
                    "{\"metadata\":{\"name\":\"p\"},\"deleteOptions\":{\"gracePeriodSeconds\":1}}"),
            seed("POST", NAMESPACED + "pods/p/binding",
                    "{\"metadata\":{\"name\":\"p\"},\"target\":{\"kind\":\"Node\",\"name\":\"n\"}}"),
            seed("POST", NAMESPACED + "services",
                    "{\"metadata\":{\"name\":\"s\"},\"spec\":{\"selector\":{\"a\":\"b\"},\"ports\":[{\"port\":80,\"targetPort\":\"http\"}]}}"),
            seed("POST", "/apis/batch/v1/namespaces/default/cronjobs",
                    "{\"metadata\":{\"name\":\"c\"},\"spec\":{\"schedule\":\"* * * * *\",\"jobTemplate\":{\"spec\":{\"template\":"
                            + TEMPLATE + "}}}}"),
            seed("POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles",
                    "{\"metadata\":{\"name\":\"r\"},\"rules\":[{\"apiGroups\":[\"\"],\"resources\":[\"pods\"],\"verbs\":[\"get\"]}]}"),
            seed("POST", "/apis/networking.k8s.io/v1/namespaces/default/ingresses",
                    "{\"metadata\":{\"name\":\"i\"},\"spec\":{\"rules\":[{\"host\":\"a.example.com\",\"http\":{\"paths\":[{\"path\":\"/\",\"pathType\":\"Prefix\",\"backend\":{\"service\":{\"name\":\"s\",\"port\":{\"number\":80}}}}]}}]}}"),
            seed("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", DEFINITION),
            seed("POST", "/apis/example.com/v1/namespaces/default/things",
                    "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Thing\",\"metadata\":{\"name\":\"t\"},\"spec\":{\"n\":1,\"s\":\"a\"}}"),
            new Seed("PATCH", APPS + "deployments/d", "application/json-patch+json",
                    "[{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":3},{\"op\":\"test\",\"path\":\"/metadata/name\",\"value\":\"d\"}]"),
            new Seed("PATCH", APPS + "deployments/d", "application/merge-patch+json",
                    "{\"metadata\":{\"labels\":{\"x\":null}},\"spec\":{\"replicas\":4}}"),
            new Seed("PATCH", APPS + "deployments/d", "application/strategic-merge-patch+json",
                    "{\"spec\":{\"template\":{\"spec\":{\"$setElementOrder/containers\":[{\"name\":\"c\"}],\"containers\":[{\"name\":\"c\",\"image\":\"j\",\"$patch\":\"merge\"}],\"$retainKeys\":[\"containers\"]}}}}"),
            new Seed("PATCH", APPS + "deployments/d?fieldManager=m&force=true", "application/apply-patch+yaml",
                    DEPLOYMENT),
            new Seed("PATCH", "/apis/example.com/v1/namespaces/default/things/t/scale", "application/merge-patch+json",
                    "{\"spec\":{\"replicas\":2}}"),
            new Seed("POST", NAMESPACED + "configmaps", "application/yaml",
                    "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: y\ndata: &a\n  k: \"v\"\n"),
            seed("DELETE", NAMESPACED + "configmaps/a",
                    "{\"gracePeriodSeconds\":0,\"propagationPolicy\":\"Background\",\"preconditions\":{\"uid\":\"u\"},\"dryRun\":[\"All\"]}"),
            seed("DELETE", NAMESPACED + "configmaps?labelSelector=a%3Db&limit=1"));

    @AfterEach
    void close() {
        server.close();
    }

    private static Seed seed(String method, String path) {
        return new Seed(method, path, "", "");
    }

    private static Seed seed(String method, String path, String body) {
        return new Seed(method, path, "application/json", body);
    }

    @Test
    void whateverIsSentIsAnsweredWithoutAnInternalErrorAndLetGo() throws Exception {
        try (Wire wire = new Wire(server)) {
            wire.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", DEFINITION);
            wire.post(APPS + "deployments", DEPLOYMENT);
        }
        for (int i = 0; i < REQUESTS; i++) {
            Random random = new Random(SEED * 31 + i);
            byte[] request = request(random);
            boolean half = random.nextInt(8) == 0;
            String answer = exchange(request, half ? random.nextInt(request.length) : request.length);
            assertThat(answer).as("seed %d, request %d:%n%s", SEED, i, new String(request, StandardCharsets.UTF_8))
                    .doesNotContain("InternalError").doesNotContain("Exception").doesNotContain("<html");
            if (!half) {
                assertThat(answer).as("seed %d, request %d:%n%s", SEED, i, new String(request, StandardCharsets.UTF_8))
                        .startsWith("HTTP/1.1 ");
            }
        }
        await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(server.watches()).isEmpty();
            assertThat(server.requestsInFlight()).isZero();
            assertThat(server.connections()).isZero();
        });
        try (Wire wire = new Wire(server)) {
            assertThat(wire.get("/api/v1/namespaces/kube-system").code()).isEqualTo(200);
        }
        server.close();
        await().atMost(LIMIT).untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("apiserver-fuzz")));
    }

    @Test
    void whatIsNoRequestIsRefusedInPlainText() throws Exception {
        String host = "Host: localhost\r\n";
        for (String sent : List.of("NONSENSE\r\n\r\n", "GET /api HTTP/1.1\r\n\r\n",
                "GET /%zz HTTP/1.1\r\n" + host + "\r\n", "GET api HTTP/1.1\r\n" + host + "\r\n",
                "GET /api HTTP/1.1\r\n" + host + "no header\r\n\r\n",
                "POST /api HTTP/1.1\r\n" + host + "Content-Length: x\r\n\r\n")) {
            String answer = exchange(sent.getBytes(StandardCharsets.UTF_8), sent.length());
            assertThat(answer).as(sent).startsWith("HTTP/1.1 400 ")
                    .containsIgnoringCase("Content-Type: text/plain; charset=utf-8\r\n")
                    .endsWith("\r\n\r\n400 Bad Request");
        }
        String large = "GET /api HTTP/1.1\r\n" + host + "X: " + "a".repeat(2_000_000) + "\r\n\r\n";
        assertThat(exchange(large.getBytes(StandardCharsets.UTF_8), large.length()))
                .doesNotContain("<html").startsWith("HTTP/1.1 ");
    }

    /** What is answered to the first so many bytes of a request; "" when the server hangs up instead. A stream is left after its headers. */
    private String exchange(byte[] request, int length) throws IOException {
        try (SSLSocket socket = (SSLSocket) Wire.trusting(server).getSocketFactory().createSocket("127.0.0.1",
                server.port())) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            socket.getOutputStream().write(request, 0, length);
            socket.getOutputStream().flush();
            if (length < request.length) {
                return "";
            }
            return read(socket.getInputStream());
        } catch (SocketException e) {
            return "HTTP/1.1 reset: " + e.getClass().getSimpleName().length();
        }
    }

    private static String read(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return head.toString();
            }
            head.append((char) next);
        }
        String headers = head.toString().toLowerCase(Locale.ROOT);
        int at = headers.indexOf("content-length: ");
        if (at < 0) {
            return head.toString();
        }
        int size = Integer.parseInt(headers.substring(at + 16, headers.indexOf('\r', at)));
        return head + new String(in.readNBytes(size), StandardCharsets.UTF_8);
    }

    private byte[] request(Random random) {
        Seed seed = SEEDS.get(random.nextInt(SEEDS.size()));
        String method = random.nextInt(20) == 0
                ? List.of("HEAD", "OPTIONS", "TRACE", "BREW", "get", "DELETE", "POST", "PUT", "PATCH")
                        .get(random.nextInt(9))
                : seed.method();
        String path = random.nextInt(3) == 0 ? damaged(seed.path(), random) : seed.path();
        String body = body(seed, random);
        String type = random.nextInt(12) == 0 ? damaged(seed.contentType() + "x", random) : seed.contentType();
        StringBuilder head = new StringBuilder();
        head.append(method).append(' ').append(spaceless(path)).append(" HTTP/1.1\r\nHost: localhost\r\n");
        head.append("Authorization: Bearer ").append(server.token()).append("\r\n");
        if (!type.isEmpty()) {
            head.append("Content-Type: ").append(printable(type)).append("\r\n");
        }
        if (random.nextInt(6) == 0) {
            head.append("Accept: ")
                    .append(printable(damaged("application/json;as=Table;v=v1;g=meta.k8s.io,application/yaml;q=0.5",
                            random)))
                    .append("\r\n");
        }
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        if (content.length > 0) {
            head.append("Content-Length: ").append(content.length).append("\r\n");
        }
        head.append("Connection: close\r\n\r\n");
        byte[] start = head.toString().getBytes(StandardCharsets.UTF_8);
        byte[] whole = new byte[start.length + content.length];
        System.arraycopy(start, 0, whole, 0, start.length);
        System.arraycopy(content, 0, whole, start.length, content.length);
        return whole;
    }

    private static String body(Seed seed, Random random) {
        if (seed.body().isEmpty() || random.nextInt(6) == 0) {
            return seed.body();
        }
        boolean json = seed.body().startsWith("{") || seed.body().startsWith("[");
        if (!json || random.nextInt(4) == 0) {
            return damaged(seed.body(), random);
        }
        JsonNode tree = Json.parse(seed.body());
        for (int i = 0; i <= random.nextInt(3); i++) {
            damage(tree, random);
        }
        return Json.string(tree);
    }

    /** Puts something else into some place of a tree. */
    private static void damage(JsonNode tree, Random random) {
        List<JsonNode> holders = new ArrayList<>();
        collect(tree, holders);
        if (holders.isEmpty()) {
            return;
        }
        JsonNode holder = holders.get(random.nextInt(holders.size()));
        JsonNode value = value(random);
        if (holder instanceof ObjectNode object) {
            List<String> names = new ArrayList<>(object.propertyNames());
            String name = names.get(random.nextInt(names.size()));
            if (value == null) {
                object.remove(name);
            } else {
                object.set(random.nextInt(5) == 0 ? name + "x" : name, value);
            }
        } else if (holder instanceof ArrayNode array) {
            if (value == null) {
                array.remove(0);
            } else {
                array.set(random.nextInt(array.size()), value);
            }
        }
    }

    private static void collect(JsonNode node, List<JsonNode> holders) {
        if (!node.isEmpty()) {
            holders.add(node);
            node.forEach(child -> collect(child, holders));
        }
    }

    private static @Nullable JsonNode value(Random random) {
        ObjectNode nodes = Json.object();
        return switch (random.nextInt(11)) {
            case 0 -> nodes.nullNode();
            case 1 -> nodes.numberNode(random.nextInt());
            case 2 -> nodes.numberNode(random.nextDouble() * 1e300);
            case 3 -> nodes.booleanNode(random.nextBoolean());
            case 4 -> Json.array();
            case 5 -> Json.array().add(1).add("x").addNull();
            case 6 -> Json.object();
            case 7 -> Json.object().put("x", 1);
            case 8 -> nodes.stringNode(TOKENS.get(random.nextInt(TOKENS.size())));
            case 9 -> Json.parse("123456789012345678901234567890");
            default -> null;
        };
    }

    private static String damaged(String text, Random random) {
        StringBuilder out = new StringBuilder(text);
        for (int i = 0; i <= random.nextInt(3); i++) {
            int at = out.isEmpty() ? 0 : random.nextInt(out.length());
            switch (random.nextInt(4)) {
                case 0 -> out.insert(at, TOKENS.get(random.nextInt(TOKENS.size())));
                case 1 -> out.delete(at, Math.min(out.length(), at + 1 + random.nextInt(6)));
                case 2 -> {
                    if (!out.isEmpty()) {
                        out.setCharAt(at, (char) (32 + random.nextInt(95)));
                    }
                }
                default -> out.insert(at, out.substring(at, Math.min(out.length(), at + 1 + random.nextInt(20))));
            }
        }
        return out.toString();
    }

    private static String spaceless(String path) {
        return printable(path).replace(" ", "%20");
    }

    private static String printable(String text) {
        StringBuilder out = new StringBuilder();
        text.chars().filter(c -> c >= 32 && c < 127).forEach(c -> out.append((char) c));
        return out.toString();
    }
}
