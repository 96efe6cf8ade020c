package dev.windlass.testkit;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The few requests that the kit itself sends to an API server. Closing it leaves no connection and no thread. */
final class Api implements AutoCloseable {

    private static final Duration CALL = Duration.ofSeconds(30);
    private static final String JSON = "application/json";
    private static final String METADATA = JSON + ";as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, " + JSON;

    private static final int TOO_MANY_REQUESTS = 429;

    private final URI server;
    private final String token;
    private final HttpClient client;
    private final JsonMapper json = JsonMapper.shared();

    Api(URI server, String authority, String token) {
        this.server = server;
        this.token = token;
        this.client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(trusting(authority))
                .connectTimeout(CALL).build();
    }

    /** What a server answered. */
    record Answer(String request, int status, String body) {

        boolean ok() {
            return status / 100 == 2;
        }

        boolean gone() {
            return status == 404 || status == 410;
        }

        Answer orThrow() {
            if (!ok()) {
                throw new IllegalStateException("%s answered %d: %s".formatted(request, status, body.strip()));
            }
            return this;
        }
    }

    Answer get(String path) throws InterruptedException {
        return send("GET", path, null, JSON, JSON);
    }

    /** Lists objects, if the server can with their metadata only. */
    Answer list(String path) throws InterruptedException {
        return send("GET", path, null, JSON, METADATA);
    }

    Answer send(String method, String path, String body, String contentType) throws InterruptedException {
        return send(method, path, body, contentType, JSON);
    }

    JsonNode parse(Answer answer) {
        return json.readTree(answer.body());
    }

    private Answer send(String method, String path, @Nullable String body, String contentType, String accept)
            throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.resolve(path)).timeout(CALL)
                .header("Authorization", "Bearer " + token).header("Accept", accept);
        if (body == null) {
            request.method(method, BodyPublishers.noBody());
        } else {
            request.method(method, BodyPublishers.ofString(body)).header("Content-Type", contentType);
        }
        try {
            HttpResponse<String> response = whenNotTooMany(request.build());
            return new Answer(method + " " + path, response.statusCode(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException("%s %s at %s failed: %s".formatted(method, path, server, e), e);
        }
    }

    /** Sends a request again as long as the server says "later", as it does while it makes the storage of a definition. */
    private HttpResponse<String> whenNotTooMany(HttpRequest request) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + CALL.toNanos();
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        while (response.statusCode() == TOO_MANY_REQUESTS && System.nanoTime() - deadline < 0) {
            pause(response.headers().firstValue("Retry-After").orElse("1"));
            response = client.send(request, BodyHandlers.ofString());
        }
        return response;
    }

    private static void pause(String seconds) throws InterruptedException {
        LockSupport.parkNanos(Duration.ofSeconds(Long.parseLong(seconds)).toNanos());
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while waiting for the API server to take requests again");
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }

    static SSLContext trusting(String authority) {
        try {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            int i = 0;
            for (Certificate certificate : CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(authority.getBytes(StandardCharsets.UTF_8)))) {
                trusted.setCertificateEntry("ca-" + i++, certificate);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the API server's certificate authority cannot be read: " + e, e);
        }
    }
}
