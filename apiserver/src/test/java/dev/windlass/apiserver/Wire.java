package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Talks to an API server with the JDK's client and nothing between. */
final class Wire implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final ApiServer server;
    private final HttpClient client;
    private final String token;

    private Wire(ApiServer server, HttpClient client, String token) {
        this.server = server;
        this.client = client;
        this.token = token;
    }

    Wire(ApiServer server, HttpClient.Version version) {
        this(server, HttpClient.newBuilder().version(version).sslContext(trusting(server)).build(), server.token());
    }

    Wire(ApiServer server) {
        this(server, HttpClient.Version.HTTP_2);
    }

    /** The same connections, another user. */
    Wire as(String otherToken) {
        return new Wire(server, client, otherToken);
    }

    /** Shows a certificate on its connections. */
    static Wire with(ApiServer server, ClientCertificate certificate) {
        try {
            PrivateKey key = KeyFactory.getInstance("EC")
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder()
                            .decode(certificate.keyPem().replaceAll("-----[A-Z ]+-----", ""))));
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("client", key, new char[0],
                    new Certificate[]{CertificateFactory.getInstance("X.509").generateCertificate(
                            new ByteArrayInputStream(
                                    certificate.certificatePem().getBytes(StandardCharsets.US_ASCII)))});
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            return new Wire(server,
                    HttpClient.newBuilder().sslContext(trusting(server, keys.getKeyManagers())).build(),
                    server.token());
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static SSLContext trusting(ApiServer server) {
        return trusting(server, null);
    }

    private static SSLContext trusting(ApiServer server, KeyManager @Nullable [] keys) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("ca", server.caCertificate());
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, factory.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    record Answer(int code, JsonNode body, HttpResponse<String> raw) {
        String text(String... path) {
            return Json.textOrEmpty(body, path);
        }

        String reason() {
            return text("reason");
        }

        String message() {
            return text("message");
        }
    }

    HttpRequest.Builder request(String path) {
        return bare(path).header("Authorization", "Bearer " + token);
    }

    /** A request that says nothing of who asks. */
    HttpRequest.Builder bare(String path) {
        return HttpRequest.newBuilder(URI.create(server.url() + path)).timeout(LIMIT);
    }

    Answer send(HttpRequest request) {
        try {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            String type = response.headers().firstValue("Content-Type").orElse("");
            JsonNode body = type.startsWith("application/json") && !response.body().isEmpty()
                    ? Json.parse(response.body())
                    : Json.object();
            return new Answer(response.statusCode(), body, response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** For answers that are no text. */
    HttpResponse<byte[]> sendForBytes(HttpRequest request) {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest request) {
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    CompletableFuture<HttpResponse<String>> postAsync(String path, String body) {
        return sendAsync(request(path).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)).build());
    }

    Answer get(String path) {
        return send(request(path).GET().build());
    }

    Answer get(String path, String accept) {
        return send(request(path).header("Accept", accept).GET().build());
    }

    Answer post(String path, String body) {
        return post(path, "application/json", body);
    }

    Answer post(String path, String type, String body) {
        return send(request(path).header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofString(body)).build());
    }

    Answer put(String path, String body) {
        return send(request(path).header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body)).build());
    }

    Answer put(String path, JsonNode body) {
        return put(path, Json.string(body));
    }

    Answer patch(String path, String type, String body) {
        return send(request(path).header("Content-Type", type)
                .method("PATCH", HttpRequest.BodyPublishers.ofString(body)).build());
    }

    Answer merge(String path, String body) {
        return patch(path, "application/merge-patch+json", body);
    }

    Answer apply(String path, String manager, String body) {
        return patch(path + (path.contains("?") ? "&" : "?") + "fieldManager=" + manager,
                "application/apply-patch+yaml", body);
    }

    /**
     * Expects that an object is not allowed.
     *
     * @param fields
     *            beside its name, {@code refused}; with single quotes
     * @param problem
     *            all that is told of it
     */
    void assertRefused(String path, String fields, String problem) {
        Answer refused = post(path, ("{'metadata':{'name':'refused'}," + fields + "}").replace('\'', '"'));
        assertThat(refused.code()).as(refused.message()).isEqualTo(422);
        assertThat(refused.message()).endsWith(" \"refused\" is invalid: " + problem);
    }

    Answer delete(String path) {
        return send(request(path).DELETE().build());
    }

    Answer delete(String path, String body) {
        return send(request(path).header("Content-Type", "application/json")
                .method("DELETE", HttpRequest.BodyPublishers.ofString(body)).build());
    }

    /** Opens a watch; its headers have arrived when this returns. */
    Watching watch(String path) {
        return watch(path, "application/json");
    }

    Watching watch(String path, String accept) {
        String separator = path.contains("?") ? "&" : "?";
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.url() + path + separator + "watch=true"))
                .header("Authorization", "Bearer " + token).header("Accept", accept)
                .header("User-Agent", "wire-test").build();
        try {
            HttpResponse<Stream<String>> response = client.send(request, HttpResponse.BodyHandlers.ofLines());
            return new Watching(response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** An open watch and what has come on it. */
    static final class Watching implements AutoCloseable {
        private static final JsonNode END = Json.object().put("type", "END");

        private final Stream<String> lines;
        private final int code;
        private final BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();

        Watching(HttpResponse<Stream<String>> response) {
            lines = response.body();
            code = response.statusCode();
            Thread.ofVirtual().start(() -> {
                try {
                    lines.forEach(line -> events.add(Json.parse(line)));
                } catch (UncheckedIOException | IllegalStateException _) {
                    // closed or reset: an end like any other for a test
                } finally {
                    events.add(END);
                }
            });
        }

        int code() {
            return code;
        }

        /**
         * The next event.
         *
         * @throws AssertionError when none comes
         */
        JsonNode next() {
            try {
                JsonNode event = events.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
                if (event == null) {
                    throw new AssertionError("no event within " + LIMIT);
                }
                return event;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        /** {@code ADDED name@version}. */
        String nextLine() {
            return line(next());
        }

        List<String> next(int count) {
            List<String> lines = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                lines.add(nextLine());
            }
            return lines;
        }

        static String line(JsonNode event) {
            String type = Json.textOrEmpty(event, "type");
            return type.equals("END") ? type : type + " " + Json.textOrEmpty(event, "object", "metadata", "name");
        }

        /** Whether nothing has come that was not asked for. */
        @Nullable
        JsonNode peek() {
            return events.peek();
        }

        @Override
        public void close() {
            lines.close();
        }
    }

    /** @param spec with single quotes */
    static String service(String name, String spec) {
        return ("{'apiVersion':'v1','kind':'Service','metadata':{'name':'" + name + "'},'spec':{" + spec + "}}")
                .replace('\'', '"');
    }

    static String configMap(String name, String... pairs) {
        var object = Json.object().put("apiVersion", "v1").put("kind", "ConfigMap");
        object.putObject("metadata").put("name", name);
        var data = object.putObject("data");
        for (int i = 0; i < pairs.length; i += 2) {
            data.put(pairs[i], pairs[i + 1]);
        }
        return Json.string(object);
    }

    static List<String> names(JsonNode list) {
        List<String> names = new ArrayList<>();
        list.path("items").forEach(item -> names.add(Json.textOrEmpty(item, "metadata", "name")));
        return names;
    }

    static String lines(String... lines) {
        return String.join("\n", Arrays.asList(lines));
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
