package dev.windlass.benchmarks;

import io.fabric8.kubernetes.client.Config;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Sends requests over HTTP/1.1 and parses nothing, so that what is measured is the server. Thread-safe. */
final class ApiClient implements AutoCloseable {
    private final String url;
    private final String authorization;
    private final HttpClient client;

    private ApiClient(String url, String token, HttpClient client) {
        this.url = url;
        this.authorization = "Bearer " + token;
        this.client = client;
    }

    public static ApiClient of(String kubeconfig) throws GeneralSecurityException, IOException {
        Config config = Config.fromKubeconfig(kubeconfig);
        String url = config.getMasterUrl();
        return new ApiClient(url.endsWith("/") ? url.substring(0, url.length() - 1) : url,
                config.getAutoOAuthToken() == null ? config.getOauthToken() : config.getAutoOAuthToken(),
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
                        .sslContext(trusting(Base64.getDecoder().decode(config.getCaCertData()))).build());
    }

    private static SSLContext trusting(byte[] authority) throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(authority)));
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    /** @throws IllegalStateException when it is refused */
    public void create(String path, String object) {
        send(request(path).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(object)).build(), 201, BodyHandlers.ofString());
    }

    /** @throws IllegalStateException when it is refused */
    public String get(String path) {
        return send(request(path).GET().build(), 200, BodyHandlers.ofString());
    }

    /** The lines of a watch from now on; its headers have come. */
    public BufferedReader watch(String path) {
        InputStream body = send(request(path + "?watch=true").GET().build(), 200, BodyHandlers.ofInputStream());
        return new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path)).header("Authorization", authorization);
    }

    private <T> T send(HttpRequest request, int expected, BodyHandler<T> handler) {
        try {
            HttpResponse<T> response = client.send(request, handler);
            if (response.statusCode() != expected) {
                throw new IllegalStateException(request + " was answered with " + response.statusCode() + ": "
                        + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(request + " failed: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the answer to " + request, e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
