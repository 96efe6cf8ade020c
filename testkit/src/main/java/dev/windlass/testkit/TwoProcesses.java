package dev.windlass.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/** Starts the {@code etcd} and the {@code kube-apiserver} of {@code KUBEBUILDER_ASSETS}. */
final class TwoProcesses {

    private static final Duration READY = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final int ATTEMPTS = 3;
    private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
    /** Ends the program when standard input ends, as these two do not do by themselves. */
    private static final String UNTIL_INPUT_ENDS = """
            exec 3<&0
            "$@" 3<&- </dev/null &
            program=$!
            { cat <&3 >/dev/null; kill -9 $program 2>/dev/null; } &
            watcher=$!
            wait $program
            code=$?
            kill $watcher 2>/dev/null
            exit $code
            """;

    private TwoProcesses() {
    }

    static RunningServer start(String name, Map<String, List<String>> users, Path assets) throws InterruptedException {
        IllegalStateException last = new IllegalStateException("not tried");
        for (int i = 0; i < ATTEMPTS; i++) { // another process may take the port between choosing and using it
            try {
                return attempt(name, users, assets);
            } catch (IllegalStateException e) {
                last = e;
            } catch (IOException e) {
                throw new UncheckedIOException("the API server %s cannot be started from KUBEBUILDER_ASSETS=%s: %s"
                        .formatted(name, assets, e), e);
            }
        }
        throw last;
    }

    private static RunningServer attempt(String name, Map<String, List<String>> users, Path assets)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("windlass-" + name + "-");
        List<Process> processes = new ArrayList<>();
        boolean started = false;
        try {
            Map<String, String> tokens = writeFiles(folder, users);
            String etcd = "http://127.0.0.1:" + freePort();
            processes.add(process(folder.resolve("etcd.log"), etcd(assets, folder, etcd)));
            URI url = URI.create("https://127.0.0.1:" + freePort());
            Path log = folder.resolve("server.log");
            processes.add(process(log, apiServer(assets, folder, etcd, url)));
            String authority = awaitReady(name, folder, url, tokens, processes, log);
            started = true;
            return new RunningServer(url, authority, tokens, folder.resolve("audit.log"), List.copyOf(processes),
                    folder);
        } finally {
            if (!started) {
                RunningServer.end(processes, folder);
            }
        }
    }

    private static List<String> etcd(Path assets, Path folder, String address) {
        return List.of(assets.resolve("etcd").toString(), "--data-dir=" + folder.resolve("etcd"), "--unsafe-no-fsync",
                "--log-level=error", "--listen-client-urls=" + address, "--advertise-client-urls=" + address,
                "--listen-peer-urls=http://127.0.0.1:0");
    }

    private static List<String> apiServer(Path assets, Path folder, String etcd, URI url) {
        return List.of(assets.resolve("kube-apiserver").toString(), "--etcd-servers=" + etcd,
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1", "--endpoint-reconciler-type=none", "--secure-port=" + url.getPort(),
                "--cert-dir=" + folder.resolve("certificates"), "--service-account-issuer=" + url,
                "--service-account-key-file=" + folder.resolve("service-account.key"),
                "--service-account-signing-key-file=" + folder.resolve("service-account.key"),
                "--token-auth-file=" + folder.resolve("tokens.csv"), "--authorization-mode=RBAC",
                "--disable-admission-plugins=ServiceAccount", "--service-cluster-ip-range=10.0.0.0/24",
                "--allow-privileged=true", "--audit-policy-file=" + folder.resolve("audit-policy.json"),
                "--audit-log-path=" + folder.resolve("audit.log"), "--audit-log-mode=blocking",
                "--audit-log-maxsize=10000");
    }

    private static Process process(Path log, List<String> program) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", UNTIL_INPUT_ENDS, "sh"));
        command.addAll(program);
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    private static Map<String, String> writeFiles(Path folder, Map<String, List<String>> users) throws IOException {
        Map<String, List<String>> all = new LinkedHashMap<>(users);
        all.put(TestApiServer.ADMIN, List.of("system:masters"));
        Map<String, String> tokens = new LinkedHashMap<>();
        StringBuilder lines = new StringBuilder();
        all.forEach((user, groups) -> {
            String token = UUID.randomUUID().toString();
            tokens.put(user, token);
            lines.append("%s,\"%s\",\"%s\",\"%s\"%n".formatted(token, user, user, String.join(",", groups)));
        });
        Files.writeString(folder.resolve("tokens.csv"), lines);
        Files.writeString(folder.resolve("service-account.key"), signingKey());
        try (InputStream policy = TwoProcesses.class.getResourceAsStream("controlplane/audit-policy.json")) {
            if (policy == null) {
                throw new IllegalStateException("windlass-testkit lacks its resource controlplane/audit-policy.json");
            }
            Files.copy(policy, folder.resolve("audit-policy.json"));
        }
        return Map.copyOf(tokens);
    }

    private static String signingKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n".formatted(Base64
                    .getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                    .encodeToString(generator.generateKeyPair().getPrivate().getEncoded()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no RSA keys", e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Answers the authority that kube-apiserver made for itself: the last certificate of its chain. */
    private static String awaitReady(String name, Path folder, URI url, Map<String, String> tokens,
            List<Process> processes, Path log) throws IOException, InterruptedException {
        Path chain = folder.resolve("certificates").resolve("apiserver.crt");
        long deadline = System.nanoTime() + READY.toNanos();
        while (System.nanoTime() - deadline < 0) {
            if (!processes.stream().allMatch(Process::isAlive)) {
                break;
            }
            if (Files.exists(chain)) {
                String certificates = Files.readString(chain);
                String authority = certificates.substring(Math.max(0, certificates.lastIndexOf(BEGIN)));
                if (authority.startsWith(BEGIN)
                        && isReady(url, authority, tokens.getOrDefault(TestApiServer.ADMIN, ""))) {
                    return authority;
                }
            }
            LockSupport.parkNanos(PAUSE.toNanos());
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while starting the API server " + name);
            }
        }
        throw new IllegalStateException("the API server %s did not start:%n%s%n%s".formatted(name,
                Folders.tail(folder.resolve("etcd.log")), Folders.tail(log)));
    }

    private static boolean isReady(URI url, String authority, String token) throws InterruptedException {
        try (Api api = new Api(url, authority, token)) {
            return api.get("/readyz").ok() && api.get("/api/v1/namespaces/default").ok();
        } catch (UncheckedIOException e) {
            return false; // it does not listen yet
        }
    }
}
