package dev.windlass.testkit;

import dev.windlass.apiserver.ApiServer;
import dev.windlass.apiserver.OpenWatch;
import java.net.URI;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The embedded API server: inside this JVM, in memory, ready at once. It is set up like the real one: RBAC says what users may do, who shows nothing is
 * anonymous, and no controller fills aggregated cluster roles.
 */
public final class EmbeddedApiServer implements TestApiServer {

    private final ApiServer server;

    private EmbeddedApiServer(ApiServer server) {
        this.server = server;
    }

    /**
     * Starts a server that knows {@link #ADMIN} only.
     *
     * @param name the cluster's name
     */
    public static EmbeddedApiServer start(String name) {
        return builder(name).start();
    }

    /** @param name the cluster's name */
    public static Builder builder(String name) {
        return new Builder(name);
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
        Set<String> users = new LinkedHashSet<>(server.users());
        users.remove(ApiServer.ADMIN); // the server's own, who is the same as ADMIN
        return users;
    }

    @Override
    public String kubeconfig(String user, URI address) {
        if (!users().contains(user)) {
            throw new IllegalArgumentException("the API server %s was started without the user \"%s\"; it knows %s"
                    .formatted(name(), user, users()));
        }
        return Kubeconfig.text(name(), address, server.caCertificatePem(), user, server.token(user));
    }

    @Override
    public List<OpenWatch> openWatches() {
        return server.watches();
    }

    @Override
    public OptionalLong connections() {
        return OptionalLong.of(server.connections());
    }

    /** {@inheritDoc} Here also changes to such objects are undone, no fault is in force any more, and no request is remembered. */
    @Override
    public void clean() {
        server.reset();
    }

    @Override
    public void close() {
        server.close();
    }

    @Override
    public String toString() {
        return "%s (embedded at %s)".formatted(name(), url());
    }

    /** What a server is started with. */
    public static final class Builder {

        private final ApiServer.Builder server;

        private Builder(String name) {
            server = ApiServer.builder().name(name).rbac(true).anonymous(true).roleAggregation(false)
                    .user(ADMIN, "system:masters");
        }

        /**
         * A further user, who may do nothing but what RBAC objects in the cluster allow.
         *
         * @param groups besides {@code system:authenticated}
         */
        public Builder user(String user, String... groups) {
            server.user(user, groups);
            return this;
        }

        /** Starts the server; it is ready when this returns. */
        public EmbeddedApiServer start() {
            return new EmbeddedApiServer(server.start());
        }
    }
}
