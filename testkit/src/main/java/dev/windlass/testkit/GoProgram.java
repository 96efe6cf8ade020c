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

/** A Go program that is built once per user and machine into {@code <cache>/<hash of the sources>/<Go version>/}. */
final class GoProgram {

    private static final Duration BUILD_LIMIT = Duration.ofMinutes(30);
    private static final Duration PROGRESS = Duration.ofSeconds(15);
    private static final Pattern GO_VERSION = Pattern.compile("go version (go(\\d+)\\.(\\d+)\\S*) (\\S+)");
    static final int OLDEST_GO_MINOR = 26;

    /**
     * What is built.
     *
     * @param what it is, for people
     * @param effort what people should know before they wait for it
     * @param remedy what to do without a Go that can build it
     * @param sources all files of the module's folder
     * @param binary the name of the program
     * @param links other names of the program
     * @param linkerFlags for the build
     */
    record Recipe(String what, String effort, String remedy, Map<String, byte[]> sources, String binary,
            List<String> links, String linkerFlags) {

        /** Reads sources that are resources beside a class. */
        static Map<String, byte[]> sources(Class<?> owner, String folder, List<String> files) {
            Map<String, byte[]> sources = new LinkedHashMap<>();
            for (String name : files) {
                String path = folder + "/" + name;
                try (InputStream in = owner.getResourceAsStream(path)) {
                    if (in == null) {
                        throw new IllegalStateException(
                                "the resource " + path + " is missing beside " + owner.getName());
                    }
                    sources.put(name, in.readAllBytes());
                } catch (IOException e) {
                    throw new UncheckedIOException("the resource " + path + " cannot be read: " + e, e);
                }
            }
            return sources;
        }
    }

    private final String go;
    private final Path home;
    private final Recipe recipe;

    /**
     * @param cache the folder that holds the built programs of all versions
     * @param go the command that builds
     */
    GoProgram(Path cache, String go, Recipe recipe) {
        this.go = go;
        this.recipe = recipe;
        this.home = cache.resolve(hash(recipe.sources()));
    }

    /** Where a user's built programs are kept. */
    static Path userCache(String name) {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base = xdg == null || xdg.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
        return base.resolve("windlass").resolve(name);
    }

    /** The program itself; see {@link #folder()}. */
    Path file() throws InterruptedException {
        return folder().resolve(recipe.binary());
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
            throw new UncheckedIOException(recipe.what() + " cannot be kept in " + home + ": " + e, e);
        }
    }

    private Path folderUnderLock() throws IOException, InterruptedException {
        Path source = Files.createDirectories(home.resolve("source"));
        for (Map.Entry<String, byte[]> entry : recipe.sources().entrySet()) {
            Files.write(source.resolve(entry.getKey()), entry.getValue());
        }
        Optional<String> version = goVersion(source);
        if (version.isEmpty()) {
            return builtBefore().orElseThrow(() -> new IllegalStateException(
                    recipe.what() + " is not built yet, and the command \"" + go
                            + "\" that builds it is not on the PATH. "
                            + recipe.remedy()));
        }
        Path folder = home.resolve(version.get());
        if (!Files.isExecutable(folder.resolve(recipe.binary()))) {
            build(source, folder);
        }
        return folder;
    }

    /** A folder that was built while there was still a Go to build with. */
    private Optional<Path> builtBefore() throws IOException {
        try (Stream<Path> folders = Files.list(home)) {
            return folders.filter(folder -> Files.isExecutable(folder.resolve(recipe.binary()))).max(Path::compareTo);
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
            throw new IllegalStateException(
                    "\"go version\" failed with %d: %s. %s".formatted(code, answer, recipe.remedy()));
        }
        if (Integer.parseInt(matcher.group(2)) == 1 && Integer.parseInt(matcher.group(3)) < OLDEST_GO_MINOR) {
            throw new IllegalStateException(
                    "Go is too old to build %s: \"go version\" says \"%s\". %s".formatted(recipe.what(), answer,
                            recipe.remedy()));
        }
        return Optional.of(matcher.group(1) + "-" + matcher.group(4).replace('/', '-'));
    }

    private void build(Path source, Path folder) throws IOException, InterruptedException {
        Path fresh = Files.createTempDirectory(home, "build-");
        try {
            Path log = fresh.resolve("build.log");
            Process process = compiler(source, fresh.resolve(recipe.binary()), log);
            try {
                await(process, log);
            } finally {
                process.destroyForcibly();
            }
            for (String link : recipe.links()) {
                Files.createSymbolicLink(fresh.resolve(link), Path.of(recipe.binary()));
            }
            Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
            say("built " + recipe.what() + ": " + folder);
        } finally {
            Folders.delete(fresh);
        }
    }

    private Process compiler(Path source, Path binary, Path log) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(go, "build", "-trimpath", "-buildvcs=false", "-mod=readonly",
                "-ldflags", recipe.linkerFlags(), "-o", binary.toString(), ".").directory(source.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(Map.of("CGO_ENABLED", "0", "GOWORK", "off", "GOFLAGS", ""));
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    private void await(Process process, Path log) throws IOException, InterruptedException {
        say("builds " + recipe.what() + recipe.effort());
        long start = System.nanoTime();
        while (!process.waitFor(PROGRESS.toMillis(), TimeUnit.MILLISECONDS)) {
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
            say("still builds %s, %d s".formatted(recipe.what(), seconds));
            if (seconds > BUILD_LIMIT.toSeconds()) {
                throw new IllegalStateException("the build of " + recipe.what() + " did not end within "
                        + BUILD_LIMIT.toMinutes() + " minutes:\n" + Folders.tail(log));
            }
        }
        if (process.exitValue() != 0) {
            throw new IllegalStateException("\"go build\" of %s failed with %d:\n%s"
                    .formatted(recipe.what(), process.exitValue(), Folders.tail(log)));
        }
    }

    /** Also waits for a thread of this process, which a file lock alone refuses to do. */
    private FileLock lock(FileChannel file) throws IOException, InterruptedException {
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
                say("waits for somebody else who builds " + recipe.what());
                said = true;
            }
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while waiting for the build of " + recipe.what());
            }
        }
    }

    /** To standard error, not to the log: a build of minutes must show that it lives, also where nothing is configured. */
    private static void say(String line) {
        System.err.println("windlass-testkit: " + line);
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
