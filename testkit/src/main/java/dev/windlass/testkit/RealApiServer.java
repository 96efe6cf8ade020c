package dev.windlass.testkit;

import dev.windlass.apiserver.OpenWatch;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * A real kube-apiserver with etcd, in processes of its own that end with this JVM.
 *
 * <p>It is taken from the folder that the environment variable {@code KUBEBUILDER_ASSETS} names, which holds
 * {@code etcd}, {@code kube-apiserver} and {@code kubectl}. Without the variable it is built, which needs Go 1.26 and
 * takes some minutes, once, into {@code ${XDG_CACHE_HOME:-~/.cache}/windlass/control-plane}; it starts in two seconds.
 */
public final class RealApiServer implements TestApiServer {

    private final String name;
    private final RunningServer server;
    private final AuditLog audit;
    private final Cleaner cleaner;
    private final AtomicBoolean closed = new AtomicBoolean();

    private RealApiServer(String name, RunningServer server, Cleaner cleaner) {
        this.name = name;
        this.server = server;
        this.audit = new AuditLog(server.audit());
        this.cleaner = cleaner;
    }

    /**
     * Starts a server that knows {@link #ADMIN} only; see {@link Builder#start()}.
     *
     * @param name the cluster's name
     */
    public static RealApiServer start(String name) throws InterruptedException {
        return builder(name).start();
    }

    /** @param name the cluster's name */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /**
     * A kubectl of the server's version; built with it if it is not there.
     *
     * @throws IllegalStateException as {@link Builder#start()}
     */
    public static Path kubectl() throws InterruptedException {
        return programs().resolve("kubectl");
    }

    /** The folder with {@code etcd}, {@code kube-apiserver} and {@code kubectl}. */
    static Path programs() throws InterruptedException {
        String assets = System.getenv("KUBEBUILDER_ASSETS");
        return assets == null || assets.isBlank()
                ? new ControlPlane(ControlPlane.userCache(), "go").folder()
                : Path.of(assets);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public URI url() {
        return server.url();
    }

    @Override
    public Set<String> users() {
        return server.tokens().keySet();
    }

    @Override
    public String kubeconfig(String user, URI address) {
        return Kubeconfig.text(name, address, server.authority(), user, token(user));
    }

    private String token(String user) {
        String token = server.tokens().get(user);
        if (token == null) {
            throw new IllegalArgumentException("the API server %s was started without the user \"%s\"; it knows %s"
                    .formatted(name, user, server.tokens().keySet()));
        }
        return token;
    }

    @Override
    public List<OpenWatch> openWatches() {
        return audit.openWatches();
    }

    @Override
    public OptionalLong connections() {
        if (!LinuxSockets.available()) {
            return OptionalLong.empty();
        }
        List<Long> processes = server.processes().stream()
                .flatMap(process -> Stream.concat(Stream.of(process.toHandle()), process.descendants()))
                .map(ProcessHandle::pid).toList();
        return OptionalLong.of(LinuxSockets.served(server.url().getPort(), processes));
    }

    @Override
    public void clean() throws InterruptedException {
        try (Api api = api(server)) {
            cleaner.clean(api);
        }
    }

    private static Api api(RunningServer server) {
        return new Api(server.url(), server.authority(), server.tokens().getOrDefault(ADMIN, ""));
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            server.end();
        }
    }

    @Override
    public String toString() {
        return "%s (kube-apiserver at %s)".formatted(name, server.url());
    }

    /** What a server is started with. */
    public static final class Builder {

        private final String name;
        private final Map<String, List<String>> users = new LinkedHashMap<>();

        private Builder(String name) {
            this.name = name;
        }

        /**
         * A further user, who may do nothing but what RBAC objects in the cluster allow.
         *
         * @param groups besides {@code system:authenticated}
         */
        public Builder user(String user, String... groups) {
            users.put(user, List.of(groups));
            return this;
        }

        /**
         * Starts the server and waits until it is ready.
         *
         * @throws IllegalStateException if it does not start, or cannot be built: the message has the end of the log
         *             and says what to do
         */
        public RealApiServer start() throws InterruptedException {
            String assets = System.getenv("KUBEBUILDER_ASSETS");
            RunningServer server = assets == null || assets.isBlank()
                    ? OneProcess.start(name, users, programs().resolve(ControlPlane.BINARY))
                    : TwoProcesses.start(name, users, Path.of(assets));
            boolean started = false;
            try (Api api = api(server)) {
                RealApiServer real = new RealApiServer(name, server, Cleaner.of(api));
                started = true;
                return real;
            } finally {
                if (!started) {
                    server.end();
                }
            }
        }
    }
}
