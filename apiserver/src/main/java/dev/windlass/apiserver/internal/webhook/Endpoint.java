package dev.windlass.apiserver.internal.webhook;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.net.Url;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Where a webhook is, as its configuration says it.
 *
 * @param authority
 *            host and port as the URL tells them
 * @param host
 *            whose name its certificate must have
 * @param path
 *            from the first slash
 * @param service
 *            null when it is called at its host
 * @param bundle
 *            the certificates that it is trusted by, as PEM; "" for those of this JVM
 */
public record Endpoint(String authority, String host, int port, String path, @Nullable Service service, String bundle) {
    static final int HTTPS = 443;
    private static final int MOST_DIGITS = 9;

    /** A service of the cluster. */
    record Service(String namespace, String name) {
    }

    /** @param config the {@code clientConfig} of a webhook, which has been checked */
    public static Endpoint of(JsonNode config) {
        String bundle = new String(Base64.getMimeDecoder().decode(Json.textOrEmpty(config, "caBundle")),
                StandardCharsets.ISO_8859_1);
        JsonNode service = Json.find(config, "service");
        if (service != null) {
            Service named = new Service(Json.textOrEmpty(service, "namespace"), Json.textOrEmpty(service, "name"));
            String host = named.name() + "." + named.namespace() + ".svc";
            int port = (int) Json.number(service, HTTPS, "port");
            return new Endpoint(host + ":" + port, host, port, shortest(Json.textOrEmpty(service, "path")), named,
                    bundle);
        }
        Url url = Url.parse(Json.textOrEmpty(config, "url"));
        return new Endpoint(url.host(), url.hostname(), port(url.port()), shortest(url.escapedPath()), null,
                bundle);
    }

    private static int port(String digits) {
        if (digits.isEmpty()) {
            return HTTPS;
        }
        return digits.length() > MOST_DIGITS ? Integer.MAX_VALUE : Integer.parseInt(digits);
    }

    /** The shortest path that says the same, as the real server makes it; a slash at the end is of no account to it. */
    private static String shortest(String path) {
        Deque<String> steps = new ArrayDeque<>();
        for (String step : path.split("/", -1)) {
            if (step.equals("..")) {
                steps.pollLast();
            } else if (!step.isEmpty() && !step.equals(".")) {
                steps.addLast(step);
            }
        }
        return "/" + String.join("/", steps);
    }
}
