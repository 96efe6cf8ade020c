package dev.windlass.apiserver.internal.webhook;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.net.Url;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What is wrong with where a webhook is said to be. Stateless. */
public final class EndpointChecks {
    private static final String URL_FORM = "; desired format: https://host[/path]";
    private static final int MAX_PORT = 65_535;

    private EndpointChecks() {
    }

    /** Of a {@code clientConfig}: it names a URL or a service of the cluster. */
    public static void check(JsonNode config, String path, List<FieldError> errors) {
        boolean url = config.hasNonNull("url");
        if (url == config.hasNonNull("service")) {
            errors.add(FieldError.required(path, "exactly one of url or service is required"));
        } else if (url) {
            url(Json.textOrEmpty(config, "url"), path + ".url", errors);
        } else {
            service(config.path("service"), path + ".service", errors);
        }
    }

    private static void url(String text, String path, List<FieldError> errors) {
        Url url;
        try {
            url = Url.parse(text);
        } catch (IllegalArgumentException e) {
            errors.add(FieldError.required(path, "url must be a valid URL: " + e.getMessage() + URL_FORM));
            return;
        }
        if (!url.scheme().equals("https")) {
            errors.add(
                    FieldError.invalid(path, url.scheme(), "'https' is the only allowed URL scheme" + URL_FORM));
        }
        if (url.host().isEmpty()) {
            errors.add(FieldError.invalid(path, "", "host must be specified" + URL_FORM));
        }
        if (url.user() != null) {
            errors.add(FieldError.invalid(path, url.user(), "user information is not permitted in the URL"));
        }
        if (!url.fragment().isEmpty()) {
            errors.add(FieldError.invalid(path, url.fragment(), "fragments are not permitted in the URL"));
        }
        if (!url.query().isEmpty()) {
            errors.add(FieldError.invalid(path, url.query(), "query parameters are not permitted in the URL"));
        }
    }

    private static void service(JsonNode service, String path, List<FieldError> errors) {
        // The real server takes the one for the other.
        if (Json.textOrEmpty(service, "namespace").isEmpty()) {
            errors.add(FieldError.required(path + ".name", ""));
        }
        if (Json.textOrEmpty(service, "name").isEmpty()) {
            errors.add(FieldError.required(path + ".namespace", ""));
        }
        long port = Json.number(service, Endpoint.HTTPS, "port");
        if (port < 1 || port > MAX_PORT) {
            errors.add(FieldError.invalid(path + ".port", service.get("port"),
                    "port is not valid: must be between 1 and 65535, inclusive"));
        }
        servicePath(Json.textOrEmpty(service, "path"), path + ".path", errors);
    }

    private static void servicePath(String text, String path, List<FieldError> errors) {
        if (text.isEmpty() || text.equals("/")) {
            return;
        }
        if (text.equals("//")) {
            errors.add(FieldError.invalid(path, text, "segment[0] may not be empty"));
            return;
        }
        if (!text.startsWith("/")) {
            errors.add(FieldError.invalid(path, text, "must start with a '/'"));
        }
        String inside = text.substring(1);
        String[] segments = (inside.endsWith("/") ? inside.substring(0, inside.length() - 1) : inside).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            String at = "segment[" + i + "]";
            List<String> problems = segments[i].isEmpty()
                    ? List.of(at + " may not be empty")
                    : NameRules.subdomain(segments[i]).stream().map(problem -> at + ": " + problem).toList();
            problems.forEach(problem -> errors.add(FieldError.invalid(path, text, problem)));
        }
    }
}
