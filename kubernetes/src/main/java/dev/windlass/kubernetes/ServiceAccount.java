package dev.windlass.kubernetes;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * What Kubernetes gives a pod to reach its own cluster with: an address in the environment, and a folder with the files
 * {@code token}, {@code ca.crt} and {@code namespace}. The token is read again when its file is renewed, the certificate
 * authority when a connection that was lost is made anew. Immutable.
 */
public final class ServiceAccount {

    /** Where Kubernetes mounts the files. */
    public static final Path FOLDER = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

    private static final String HOST = "KUBERNETES_SERVICE_HOST";
    private static final String PORT = "KUBERNETES_SERVICE_PORT";
    private static final String TOKEN = "token";
    private static final String AUTHORITY = "ca.crt";
    private static final String NAMESPACE = "namespace";
    private static final String NAME = "in-cluster";

    private final String server;
    private final Path folder;

    private ServiceAccount(String server, Path folder) {
        this.server = server;
        this.folder = folder;
    }

    /**
     * The one of the pod in which this process runs.
     *
     * @throws KubeconfigException when this is no pod, or it has no service account
     */
    public static ServiceAccount ofThisPod() {
        return of(System.getenv(), FOLDER);
    }

    /**
     * One that is described elsewhere.
     *
     * @param environment in which {@code KUBERNETES_SERVICE_HOST} and {@code KUBERNETES_SERVICE_PORT} are looked for
     * @param folder with the three files
     * @throws KubeconfigException when a variable or a file is missing
     */
    public static ServiceAccount of(Map<String, String> environment, Path folder) {
        String host = environment.getOrDefault(HOST, "");
        String port = environment.getOrDefault(PORT, "");
        if (host.isBlank() || port.isBlank()) {
            throw new KubeconfigException("this process does not run in a pod: the environment has no "
                    + (host.isBlank() ? HOST : PORT) + "; give a kubeconfig file instead");
        }
        ServiceAccount account = new ServiceAccount("https://" + (host.contains(":") ? "[" + host + "]" : host) + ":"
                + port, folder.toAbsolutePath());
        for (String file : List.of(TOKEN, AUTHORITY)) {
            account.read(file);
        }
        return account;
    }

    /**
     * The namespace of the pod.
     *
     * @throws KubeconfigException when the file cannot be read
     */
    public String namespace() {
        return read(NAMESPACE).strip();
    }

    /** As kubectl would be given it: the authority as it is now, the token where it will be renewed. */
    String kubeconfig() {
        String authority = Base64.getEncoder().encodeToString(read(AUTHORITY).getBytes(StandardCharsets.UTF_8));
        return JsonMapper.shared().writeValueAsString(Map.of(
                "apiVersion", "v1", "kind", "Config", "current-context", NAME,
                "clusters", List.of(Map.of("name", NAME, "cluster",
                        Map.of("server", server, "certificate-authority-data", authority))),
                "contexts", List.of(Map.of("name", NAME, "context", Map.of("cluster", NAME, "user", NAME))),
                "users", List.of(Map.of("name", NAME, "user",
                        Map.of("tokenFile", folder.resolve(TOKEN).toString())))));
    }

    private String read(String name) {
        Path file = folder.resolve(name);
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new KubeconfigException("the service account in " + folder + " is not complete: "
                    + Failures.describe(e)
                    + "; the pod needs a service account whose token is mounted (automountServiceAccountToken)", e);
        }
    }

    @Override
    public String toString() {
        return "the service account in " + folder;
    }
}
