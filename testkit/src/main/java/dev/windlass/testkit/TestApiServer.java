package dev.windlass.testkit;

import dev.windlass.apiserver.OpenWatch;
import java.net.URI;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One Kubernetes cluster for tests: an API server on loopback, with its store, and nothing else. There is no controller
 * manager: nothing collects garbage, removes the content of a deleted namespace, or rolls out a Deployment.
 *
 * <p>All methods may be called from any thread.
 */
public sealed interface TestApiServer extends AutoCloseable permits EmbeddedApiServer, RealApiServer {

    /** The user who may do everything. */
    String ADMIN = "admin";

    /** A user who may do nothing but what RBAC objects in the cluster allow. Known to servers that {@link #start} started. */
    String GUEST = "guest";

    /** The system property that says what {@link #start} starts: {@value} is {@code embedded} or {@code real}. */
    String KIND = "windlass.apiserver";

    /**
     * Starts a server of the kind that the system property {@value #KIND} names: {@code embedded}, which is the default,
     * or {@code real}. It knows {@link #ADMIN} and {@link #GUEST}.
     *
     * @param name the cluster's name
     * @throws IllegalStateException if it cannot be started, or the property has another value
     */
    static TestApiServer start(String name) throws InterruptedException {
        String kind = System.getProperty(KIND, "embedded");
        return switch (kind) {
            case "embedded" -> EmbeddedApiServer.builder(name).user(GUEST).start();
            case "real" -> RealApiServer.builder(name).user(GUEST).start();
            default -> throw new IllegalStateException(
                    "the system property %s is \"%s\"; set it to embedded or real".formatted(KIND, kind));
        };
    }

    /** The cluster's name, which is also its context's name in {@link #kubeconfig()}. */
    String name();

    /** Where the server listens: {@code https://127.0.0.1:PORT}. */
    URI url();

    /** The users of whom {@link #kubeconfig(String)} knows. */
    Set<String> users();

    /** The kubeconfig of {@link #ADMIN}, as YAML. */
    default String kubeconfig() {
        return kubeconfig(ADMIN);
    }

    /**
     * The kubeconfig of a user, as YAML.
     *
     * @throws IllegalArgumentException if the server was not started with this user; see {@link #users()}
     */
    default String kubeconfig(String user) {
        return kubeconfig(user, url());
    }

    /**
     * The kubeconfig of a user who reaches the server by another address, such as that of a {@link FaultProxy}.
     *
     * @param address {@code https://127.0.0.1:PORT} or {@code https://localhost:PORT}: the certificate covers these
     * @throws IllegalArgumentException if the server was not started with this user; see {@link #users()}
     */
    String kubeconfig(String user, URI address);

    /** The watches that are open now, without the server's own ones. What a client closed may be listed shortly after. */
    List<OpenWatch> openWatches();

    /** How many watches are open now, without the server's own ones. */
    default int watches() {
        return openWatches().size();
    }

    /** How many connections clients have to it now; empty where that cannot be seen, as on a system without /proc. */
    OptionalLong connections();

    /**
     * Removes everything that was made since the server started: objects of all kinds, custom resource definitions and
     * namespaces. Finalizers are taken off: nothing else would. Changes to objects that the server itself keeps are not
     * undone.
     *
     * @throws IllegalStateException with the list of what is left, if it cannot be removed within a minute, for instance
     *             because a controller still makes it anew
     */
    void clean() throws InterruptedException;

    /** Ends the server and deletes its data. Idempotent. */
    @Override
    void close();
}
