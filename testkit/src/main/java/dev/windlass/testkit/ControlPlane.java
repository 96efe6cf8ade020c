package dev.windlass.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The program that holds etcd, kube-apiserver and kubectl. Its Go sources are resources of this library; it is built
 * once per user and machine into {@code <cache>/<hash of the sources>/<Go version>/}. That folder also holds links named
 * {@code etcd}, {@code kube-apiserver} and {@code kubectl}, so that it serves as {@code KUBEBUILDER_ASSETS} of other
 * tools.
 */
final class ControlPlane {

    static final String BINARY = "control-plane";
    private static final List<String> SOURCES = List.of("go.mod", "go.sum", "main.go", "serve.go", "audit-policy.json");
    private static final List<String> LINKS = List.of("etcd", "kube-apiserver", "kubectl");
    private static final Duration BUILD_LIMIT = Duration.ofMinutes(30);
    private static final Duration PROGRESS = Duration.ofSeconds(15);
    private static final Pattern GO_VERSION = Pattern.compile("go version (go(\\d+)\\.(\\d+)\\S*) (\\S+)");
    private static final Pattern KUBERNETES = Pattern.compile("k8s\\.io/kubernetes (v(\\d+)\\.(\\d+)\\.\\S+)");
    private static final int OLDEST_GO_MINOR = 26;
    private static final String REMEDY = "Install Go 1." + OLDEST_GO_MINOR + " or newer (https://go.dev/dl), or set "
            + "KUBEBUILDER_ASSETS to a folder that holds etcd, kube-apiserver and kubectl.";

    private final String go;
    private final Path home;
    private final Map<String, byte[]> sources;

    /**
     * @param cache the folder that holds the built programs of all versions
     * @param go the command that builds
     */
    ControlPlane(Path cache, String go) {
        this.go = go;
        this.sources = readSources();
        this.home = cache.resolve(hash(sources));
    }

    static Path userCache() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base = xdg == null || xdg.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
        return base.resolve("windlass").resolve("control-plane");
    }

    /** The folder that holds the program, which is built now if it was not before. */
    Path folder() throws InterruptedException {
        try {
            Files.createDirectories(home);
            try (FileChannel file = FileChannel.open(home.resolve("lock"), StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE); FileLock held = lock(file)) {
                return held.isValid() ? folderUnderLock() : home;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the test API server cannot be kept in " + home + ": " + e, e);
        }
    }

    private Path folderUnderLock() throws IOException, InterruptedException {
        Path source = Files.createDirectories(home.resolve("source"));
        for (Map.Entry<String, byte[]> entry : sources.entrySet()) {
            Files.write(source.resolve(entry.getKey()), entry.getValue());
        }
        Optional<String> version = goVersion(source);
        if (version.isEmpty()) {
            return builtBefore().orElseThrow(() -> new IllegalStateException(
                    "The test API server is not built yet, and the command \"" + go
                            + "\" that builds it is not on the PATH. "
                            + REMEDY));
        }
        Path folder = home.resolve(version.get());
        if (!Files.isExecutable(folder.resolve(BINARY))) {
            build(source, folder);
        }
        return folder;
    }

    /** A folder that was built while there was still a Go to build with. */
    private Optional<Path> builtBefore() throws IOException {
        try (Stream<Path> folders = Files.list(home)) {
            return folders.filter(folder -> Files.isExecutable(folder.resolve(BINARY))).max(Path::compareTo);
        }
    }

    /** Go's version, asked beside go.mod, where a Go that fetches newer ones by itself does so; empty without Go. */
    private Optional<String> goVersion(Path source) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(go, "version").directory(source.toFile()).redirectErrorStream(true).start();
        } catch (IOException e) {
            return Optional.empty();
        }
        process.getOutputStream().close();
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        int code = process.waitFor();
        Matcher matcher = GO_VERSION.matcher(answer);
        if (code != 0 || !matcher.find()) {
            throw new IllegalStateException("\"go version\" failed with %d: %s. %s".formatted(code, answer, REMEDY));
        }
        if (Integer.parseInt(matcher.group(2)) == 1 && Integer.parseInt(matcher.group(3)) < OLDEST_GO_MINOR) {
            throw new IllegalStateException(
                    "Go is too old to build the test API server: \"go version\" says \"%s\". %s".formatted(answer,
                            REMEDY));
        }
        return Optional.of(matcher.group(1) + "-" + matcher.group(4).replace('/', '-'));
    }

    private void build(Path source, Path folder) throws IOException, InterruptedException {
        Path fresh = Files.createTempDirectory(home, "build-");
        try {
            Path log = fresh.resolve("build.log");
            Process process = compiler(source, fresh.resolve(BINARY), log);
            try {
                await(process, log);
            } finally {
                process.destroyForcibly();
            }
            for (String link : LINKS) {
                Files.createSymbolicLink(fresh.resolve(link), Path.of(BINARY));
            }
            Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
            say("built the test API server: " + folder);
        } finally {
            Folders.delete(fresh);
        }
    }

    private Process compiler(Path source, Path binary, Path log) throws IOException {
        Matcher version = KUBERNETES
                .matcher(new String(sources.getOrDefault("go.mod", new byte[0]), StandardCharsets.UTF_8));
        if (!version.find()) {
            throw new IllegalStateException("go.mod of the test API server names no version of k8s.io/kubernetes");
        }
        String variable = "-X k8s.io/component-base/version.";
        String flags = "-s -w " + variable + "gitVersion=" + version.group(1) + " " + variable + "gitMajor="
                + version.group(2) + " " + variable + "gitMinor=" + version.group(3);
        ProcessBuilder builder = new ProcessBuilder(go, "build", "-trimpath", "-buildvcs=false", "-mod=readonly",
                "-ldflags", flags, "-o", binary.toString(), ".").directory(source.toFile()).redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(Map.of("CGO_ENABLED", "0", "GOWORK", "off", "GOFLAGS", ""));
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    private static void await(Process process, Path log) throws IOException, InterruptedException {
        say("builds the test API server (kube-apiserver, etcd, kubectl) from Go modules, once per machine: about 4 "
                + "minutes on two cores, and a download of 300 MB where the modules are not there yet");
        long start = System.nanoTime();
        while (!process.waitFor(PROGRESS.toMillis(), TimeUnit.MILLISECONDS)) {
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
            say("still builds the test API server, %d s".formatted(seconds));
            if (seconds > BUILD_LIMIT.toSeconds()) {
                throw new IllegalStateException("the build of the test API server did not end within "
                        + BUILD_LIMIT.toMinutes() + " minutes:\n" + Folders.tail(log));
            }
        }
        if (process.exitValue() != 0) {
            throw new IllegalStateException("\"go build\" of the test API server failed with %d:\n%s"
                    .formatted(process.exitValue(), Folders.tail(log)));
        }
    }

    /** Also waits for a thread of this process, which a file lock alone refuses to do. */
    private static FileLock lock(FileChannel file) throws IOException, InterruptedException {
        boolean said = false;
        while (true) {
            FileLock lock;
            try {
                lock = file.tryLock();
            } catch (OverlappingFileLockException e) {
                lock = null;
            }
            if (lock != null) {
                return lock;
            }
            if (!said) {
                say("waits for somebody else who builds the test API server");
                said = true;
            }
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while waiting for the build of the test API server");
            }
        }
    }

    /** To standard error, not to the log: a build of minutes must show that it lives, also where nothing is configured. */
    private static void say(String line) {
        System.err.println("windlass-testkit: " + line);
    }

    private static Map<String, byte[]> readSources() {
        Map<String, byte[]> sources = new LinkedHashMap<>();
        for (String name : SOURCES) {
            try (InputStream in = ControlPlane.class.getResourceAsStream("controlplane/" + name)) {
                if (in == null) {
                    throw new IllegalStateException("windlass-testkit lacks its resource controlplane/" + name);
                }
                sources.put(name, in.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException("the resource controlplane/" + name + " cannot be read: " + e, e);
            }
        }
        return sources;
    }

    private static String hash(Map<String, byte[]> sources) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            sources.forEach((name, content) -> {
                digest.update(name.getBytes(StandardCharsets.UTF_8));
                digest.update(content);
            });
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
