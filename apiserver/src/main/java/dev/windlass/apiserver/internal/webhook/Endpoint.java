package dev.windlass.apiserver.internal.webhook;

import dev.windlass.apiserver.internal.json.Json;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
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
    private static final int HTTPS = 443;

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
            return new Endpoint(host + ":" + port, host, port, rooted(Json.textOrEmpty(service, "path")), named,
                    bundle);
        }
        URI url = URI.create(Json.textOrEmpty(config, "url"));
        String host = url.getHost() == null ? "" : url.getHost();
        boolean literal = host.startsWith("[") && host.endsWith("]");
        String path = url.getRawPath() == null ? "" : url.getRawPath();
        return new Endpoint(String.valueOf(url.getRawAuthority()),
                literal ? host.substring(1, host.length() - 1) : host,
                url.getPort() < 0 ? HTTPS : url.getPort(), rooted(path), null, bundle);
    }

    /** A slash at the end is of no account to the real server. */
    private static String rooted(String path) {
        String stripped = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return stripped.startsWith("/") ? stripped : "/" + stripped;
    }
}
