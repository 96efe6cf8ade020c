package dev.windlass.testkit;

import dev.windlass.apiserver.ApiServer;
import dev.windlass.apiserver.OpenWatch;
import java.net.URI;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** The embedded API server: inside this JVM, in memory, ready at once. It knows no user but {@link #ADMIN}. */
public final class EmbeddedApiServer implements TestApiServer {

    private final ApiServer server;
    private final Cleaner cleaner;

    private EmbeddedApiServer(ApiServer server, Cleaner cleaner) {
        this.server = server;
        this.cleaner = cleaner;
    }

    /** @param name the cluster's name */
    public static EmbeddedApiServer start(String name) throws InterruptedException {
        ApiServer server = ApiServer.builder().name(name).start();
        boolean started = false;
        try (Api api = api(server)) {
            EmbeddedApiServer embedded = new EmbeddedApiServer(server, Cleaner.of(api));
            started = true;
            return embedded;
        } finally {
            if (!started) {
                server.close();
            }
        }
    }

    /** The server itself, for what only it can do. */
    public ApiServer server() {
        return server;
    }

    @Override
    public String name() {
        return server.name();
    }

    @Override
    public URI url() {
        return URI.create(server.url());
    }

    @Override
    public Set<String> users() {
        return Set.of(ADMIN);
    }

    @Override
    public String kubeconfig(String user, URI address) {
        if (!user.equals(ADMIN)) {
            throw new IllegalArgumentException("the embedded API server %s knows no user \"%s\", only \"%s\""
                    .formatted(name(), user, ADMIN));
        }
        return Kubeconfig.text(name(), address, server.caCertificatePem(), user, server.token());
    }

    @Override
    public List<OpenWatch> openWatches() {
        return server.watches();
    }

    @Override
    public OptionalLong connections() {
        return OptionalLong.of(server.connections());
    }

    @Override
    public void clean() throws InterruptedException {
        try (Api api = api(server)) {
            cleaner.clean(api);
        }
    }

    private static Api api(ApiServer server) {
        return new Api(URI.create(server.url()), server.caCertificatePem(), server.token());
    }

    @Override
    public void close() {
        server.close();
    }

    @Override
    public String toString() {
        return "%s (embedded at %s)".formatted(name(), url());
    }
}
