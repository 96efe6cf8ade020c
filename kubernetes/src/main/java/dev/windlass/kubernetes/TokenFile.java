package dev.windlass.kubernetes;

import io.fabric8.kubernetes.client.OAuthTokenProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * A bearer token in a file that somebody else renews, as the kubelet does. Each request asks whether it is still the same file:
 * that costs a microsecond, and a renewed token is used at once. Thread-safe.
 */
final class TokenFile implements OAuthTokenProvider {

    private final Path file;
    private volatile Seen last;

    /** What the file was like when its token was read. */
    private record Seen(@Nullable Object identity, FileTime modified, String token) {

        boolean isStill(BasicFileAttributes now) {
            return modified.equals(now.lastModifiedTime())
                    && (identity == null || identity.equals(now.fileKey()));
        }
    }

    private TokenFile(Path file, Seen first) {
        this.file = file;
        this.last = first;
    }

    /** @throws KubeconfigException when there is no token in it */
    static TokenFile open(Path file) {
        try {
            return new TokenFile(file, read(file));
        } catch (IOException e) {
            throw new KubeconfigException("token file " + file + " cannot be read: " + Failures.describe(e), e);
        }
    }

    private static Seen read(Path file) throws IOException {
        // Attributes first: a file that is exchanged in between is read again at the next request.
        BasicFileAttributes now = attributes(file);
        String token = Files.readString(file, StandardCharsets.UTF_8).strip();
        if (token.isEmpty()) {
            throw new IOException("it is empty");
        }
        return new Seen(now.fileKey(), now.lastModifiedTime(), token);
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class);
    }

    @Override
    public String getToken() {
        Seen seen = last;
        try {
            if (!seen.isStill(attributes(file))) {
                seen = read(file);
                last = seen;
            }
        } catch (IOException e) {
            // It is being exchanged: the one that is known is good until the server says otherwise, and then this is asked again.
            return seen.token();
        }
        return seen.token();
    }
}
