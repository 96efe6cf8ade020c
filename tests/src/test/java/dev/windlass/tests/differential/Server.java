package dev.windlass.tests.differential;

import dev.windlass.apiserver.ApiServer;
import dev.windlass.testkit.RealApiServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** One of the two servers, over plain HTTP. Thread-safe. */
final class Server implements AutoCloseable {
    private static final YAMLMapper YAML = YAMLMapper.builder().build();
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final URI url;
    private final Runnable end;
    private final HttpClient client;
    private final String token;

    private Server(URI url, String kubeconfig, Runnable end) {
        this.url = url;
        this.end = end;
        this.token = entry(kubeconfig, "token");
        this.client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
                .sslContext(trusting(entry(kubeconfig, "certificate-authority-data"))).build();
    }

    static Server real() throws InterruptedException {
        RealApiServer server = RealApiServer.start("differential");
        return new Server(server.url(), server.kubeconfig(), server::close);
    }

    /** Like a cluster that has an API server and nothing else: nobody empties namespaces. */
    static Server embedded() {
        ApiServer server = ApiServer.builder().name("differential").namespaceDeletion(false).rbac(true)
                .roleAggregation(false).anonymous(true)
                .start();
        return new Server(URI.create(server.url()), server.kubeconfig(), server::close);
    }

    private static String entry(String kubeconfig, String name) {
        Matcher matcher = Pattern.compile(name + ": \"?([^\"\\s]+)").matcher(kubeconfig);
        if (!matcher.find()) {
            throw new IllegalStateException("the kubeconfig has no " + name);
        }
        return matcher.group(1);
    }

    private static SSLContext trusting(String authority) {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("ca", CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(Base64.getDecoder().decode(authority))));
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("cannot trust the server's certificate authority", e);
        }
    }

    Answer send(String method, String path, Map<String, String> headers, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path)).timeout(LIMIT)
                .method(method, body.isEmpty()
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString(body));
        if (!headers.containsKey("Authorization")) {
            request.header("Authorization", "Bearer " + token);
        }
        headers.forEach(request::header);
        try {
            return answer(client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray()));
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("received no bytes")) {
                return Answer.HUNG_UP;
            }
            throw new UncheckedIOException("%s %s to %s failed".formatted(method, path, url), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Answer answer(HttpResponse<byte[]> response) {
        String type = response.headers().firstValue("Content-Type").orElse("");
        return new Answer(response.statusCode(), type, response.headers().allValues("Warning"),
                response.headers().firstValue("Retry-After").orElse(""), body(type, response.body()));
    }

    private static JsonNode body(String type, byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (type.startsWith("application/yaml")) {
            return YAML.readTree(text);
        }
        if (!type.startsWith("application/json") || text.isEmpty()) {
            return JsonNodeFactory.instance.stringNode(text);
        }
        List<JsonNode> lines = new ArrayList<>();
        try {
            text.lines().forEach(line -> lines.add(JsonMapper.shared().readTree(line)));
        } catch (JacksonException _) {
            return JsonMapper.shared().readTree(text);
        }
        boolean watch = lines.getFirst().has("type") && lines.getFirst().has("object");
        if (!watch) {
            return JsonMapper.shared().readTree(text);
        }
        ArrayNode events = JsonNodeFactory.instance.arrayNode();
        lines.stream().filter(event -> !isTimed(event)).forEach(events::add);
        return events;
    }

    /** A bookmark that comes when it is time for one, rather than after certain events. */
    private static boolean isTimed(JsonNode event) {
        return event.path("type").asString("").equals("BOOKMARK")
                && !event.toString().contains("k8s.io/initial-events-end");
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
        end.run();
    }
}
