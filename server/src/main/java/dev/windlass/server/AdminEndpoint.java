package dev.windlass.server;

import dev.windlass.lifecycle.RunnableContext;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Where an admin API listens on this machine, as its server has written it down for the same user's programs.
 *
 * @param manager name of the manager
 * @param pid the process
 * @param processStart when the process started, so that another process with its number is not taken for it; null when the
 *     platform does not tell
 * @param address for example {@code http://127.0.0.1:41233}
 * @param tokenFile holds the bearer token; only the user can read it
 * @param started when the endpoint began to listen
 */
public record AdminEndpoint(String manager, long pid, @Nullable Instant processStart, URI address, Path tokenFile,
        Instant started) {
    private static final String SUFFIX = ".endpoint.json";
    private static final String TOKEN_SUFFIX = ".token";

    /** The form on disk. */
    private record Stored(@Nullable String manager, long pid, @Nullable Instant processStart, @Nullable String address,
            @Nullable String tokenFile, @Nullable Instant started) {

        /** Null when it lacks something. */
        @Nullable
        AdminEndpoint endpoint() {
            return manager == null || address == null || tokenFile == null || started == null
                    ? null
                    : new AdminEndpoint(manager, pid, processStart, URI.create(address), Path.of(tokenFile), started);
        }
    }

    /** {@code $XDG_RUNTIME_DIR/windlass}, or {@code ~/.windlass/run} where that is not set. */
    public static Path defaultDirectory() {
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        return runtime == null || runtime.isBlank() || !Files.isWritable(Path.of(runtime))
                ? Path.of(System.getProperty("user.home"), ".windlass", "run")
                : Path.of(runtime, "windlass");
    }

    /**
     * The endpoints whose process is alive, oldest first. What dead processes left behind is deleted.
     *
     * @param directory where servers publish; need not exist
     * @throws IOException when the directory cannot be read
     */
    public static List<AdminEndpoint> find(Path directory) throws IOException {
        List<AdminEndpoint> alive = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return alive;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path file : files) {
                AdminEndpoint endpoint = read(file);
                if (endpoint != null && endpoint.processIsAlive()) {
                    alive.add(endpoint);
                } else if (endpoint != null) {
                    Files.deleteIfExists(endpoint.tokenFile());
                    Files.deleteIfExists(file);
                }
            }
        }
        alive.sort(Comparator.comparing(AdminEndpoint::started));
        return alive;
    }

    /**
     * The token that requests must bring.
     *
     * @throws IOException when the file is gone or cannot be read
     */
    public String token() throws IOException {
        return Files.readString(tokenFile).strip();
    }

    static AdminEndpoint publish(Path directory, RunnableContext context, URI address, String token)
            throws IOException {
        ProcessHandle process = ProcessHandle.current();
        createPrivateDirectory(directory);
        // The port makes it unique among all endpoints of this machine that are alive.
        Path base = directory.toAbsolutePath().resolve(process.pid() + "-" + address.getPort());
        AdminEndpoint endpoint = new AdminEndpoint(context.manager().name(), process.pid(),
                process.info().startInstant().orElse(null), address, Path.of(base + TOKEN_SUFFIX),
                context.time().now());
        writePrivately(endpoint.tokenFile(), (token + "\n").getBytes(StandardCharsets.UTF_8));
        writePrivately(endpoint.descriptionFile(), Json.bytes(new Stored(endpoint.manager, endpoint.pid,
                endpoint.processStart, address.toString(), endpoint.tokenFile.toString(), endpoint.started)));
        return endpoint;
    }

    void withdraw() throws IOException {
        Files.deleteIfExists(descriptionFile());
        Files.deleteIfExists(tokenFile);
    }

    private Path descriptionFile() {
        String token = tokenFile.toString();
        return Path.of(token.substring(0, token.length() - TOKEN_SUFFIX.length()) + SUFFIX);
    }

    private boolean processIsAlive() {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive)
                .map(process -> processStart == null
                        || process.info().startInstant().map(processStart::equals).orElse(true))
                .orElse(false);
    }

    /** Null when it is being written or deleted at this moment, or is none of ours. */
    private static @Nullable AdminEndpoint read(Path file) throws IOException {
        try {
            Stored stored = Json.read(Files.readAllBytes(file), Stored.class);
            return stored == null ? null : stored.endpoint();
        } catch (NoSuchFileException | JacksonException | IllegalArgumentException e) {
            return null;
        } catch (IOException e) {
            if (Files.isDirectory(file)) {
                return null;
            }
            throw e;
        }
    }

    /** One that is there already stays as it is: it may have other uses, and what is written into it is private anyway. */
    private static void createPrivateDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, privately(directory, "rwx------"));
        }
    }

    private static FileAttribute<?>[] privately(Path path, String permissions) {
        return isPosix(path)
                ? new FileAttribute<?>[]{
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))}
                : new FileAttribute<?>[0];
    }

    /** Under another name first: a reader sees all of it or nothing, and never with other permissions. */
    private static void writePrivately(Path file, byte[] content) throws IOException {
        Path directory = file.toAbsolutePath().resolveSibling(".");
        Path temporary = Files.createTempFile(directory, ".new", null, privately(directory, "rw-------"));
        try {
            Files.write(temporary, content);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
