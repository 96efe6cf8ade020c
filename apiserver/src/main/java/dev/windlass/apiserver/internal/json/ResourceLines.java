package dev.windlass.apiserver.internal.json;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** The data that lies beside the classes that use it, a line each. Stateless. */
public final class ResourceLines {
    private ResourceLines() {
    }

    /**
     * Reads a resource line by line.
     *
     * @param name
     *            beside the class
     * @throws IllegalStateException
     *             when there is no such resource
     * @throws UncheckedIOException
     *             when it cannot be read
     */
    public static void forEach(Class<?> user, String name, Consumer<String> line) {
        try (InputStream in = user.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + " is missing beside " + user.getName());
            }
            BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (String each = reader.readLine(); each != null; each = reader.readLine()) {
                line.accept(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("resource " + name + " cannot be read", e);
        }
    }
}
