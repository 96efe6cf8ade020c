package dev.windlass.server;

import dev.windlass.lifecycle.LifecycleException;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.Operation;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something more that the admin API can be asked, about what another room has. It is served, authorised and described in the OpenAPI
 * document like the server's own. Immutable.
 *
 * @param method {@code GET} or {@code POST}
 * @param path what follows {@code /api/v1/}: {@code modules}, {@code modules:load}, {@code modules/{name}}, {@code
 *     modules/{name}:reload}
 * @param summary what it does, for people
 * @param answer the record that the answer is an object of
 * @param options what may follow the question mark, each with its meaning; how long to wait is there for whatever may take its time
 * @param waits whether it answers with an {@link Operation}
 * @param handler does it
 */
public record AdminAction(String method, String path, String summary, Class<?> answer, Map<String, String> options,
        boolean waits, Handler handler) {

    private static final String ROOT = "/api/v1/";
    private static final String NAME = "{name}";

    /** Does what was asked for. Called by several threads at once. */
    @FunctionalInterface
    public interface Handler {

        /**
         * The answer: a record, or an {@link Operation} of one, which is awaited for as long as was asked for.
         *
         * @param name whom it is about; empty when the path has no name
         * @param options those that were given
         * @throws LifecycleException for a refusal; its message is the answer
         */
        Object answer(Manager manager, String name, Map<String, String> options) throws InterruptedException;
    }

    /** What takes no time: it does nothing. */
    public static AdminAction get(String path, String summary, Class<?> answer, Handler handler) {
        return new AdminAction("GET", path, summary, answer, Map.of(), false, handler);
    }

    /** What changes something, and may take its time. */
    public static AdminAction post(String path, String summary, Class<?> answer, Map<String, String> options,
            Handler handler) {
        return new AdminAction("POST", path, summary, answer, options, true, handler);
    }

    /** Copies the options, and refuses a path of the server's own. */
    public AdminAction {
        options = Map.copyOf(options);
        if (AdminOperation.byPath().containsKey(ROOT + path) || path.startsWith("units") || path.startsWith("/")) {
            throw new IllegalArgumentException(
                    "the admin API has \"%s%s\" already, or cannot have it: choose another path".formatted(ROOT, path));
        }
    }

    String fullPath() {
        return ROOT + path;
    }

    boolean isAboutOne() {
        return path.contains(NAME);
    }

    /** The part of the path after the colon; empty when there is none. */
    String verb() {
        int colon = path.lastIndexOf(':');
        return colon < 0 ? "" : path.substring(colon + 1);
    }

    /** Whether a path leads here. */
    boolean matches(String sent) {
        return isAboutOne() ? name(sent) != null : sent.equals(fullPath());
    }

    /** Whom a path is about, as it was sent; null when it does not lead here. */
    @Nullable
    String name(String sent) {
        String full = fullPath();
        String before = full.substring(0, full.indexOf(NAME));
        String after = full.substring(full.indexOf(NAME) + NAME.length());
        if (!sent.startsWith(before) || !sent.endsWith(after) || sent.length() <= before.length() + after.length()) {
            return null;
        }
        String name = sent.substring(before.length(), sent.length() - after.length());
        return name.contains(":") || name.contains("/") ? null : name;
    }
}
