package dev.windlass.apiserver.internal.crd;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.net.TrustedBundle;
import dev.windlass.apiserver.internal.status.FieldError;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What is wrong with how a definition converts its objects. Stateless. */
final class ConversionChecks {
    private static final List<String> REVIEWS = List.of("v1", "v1beta1");

    private ConversionChecks() {
    }

    /** Whether a definition has certificates that cannot be read. */
    static boolean hasUnreadableBundle(ObjectNode definition) {
        String bundle = Json.textOrEmpty(definition, "spec", "conversion", "webhook", "clientConfig", "caBundle");
        return !bundle.isEmpty() && !TrustedBundle.isReadable(bundle);
    }

    /**
     * @param anyBundle
     *            whether certificates that cannot be read are accepted, as they are until the definition is established, and where there were such before
     */
    static void check(JsonNode conversion, boolean anyBundle, List<FieldError> errors) {
        String strategy = Json.textOrEmpty(conversion, "strategy");
        if (strategy.isEmpty()) {
            errors.add(FieldError.required("spec.conversion.strategy", ""));
        } else if (!strategy.equals("None") && !strategy.equals("Webhook")) {
            errors.add(FieldError.notSupported("spec.conversion.strategy", conversion.get("strategy"),
                    List.of("None", "Webhook")));
        }
        JsonNode client = Json.find(conversion, "webhook", "clientConfig");
        JsonNode versions = conversion.path("webhook").path("conversionReviewVersions");
        String config = "spec.conversion.webhookClientConfig";
        String reviews = "spec.conversion.conversionReviewVersions";
        if (!strategy.equals("Webhook")) {
            if (client != null) {
                errors.add(FieldError.forbidden(config, "should not be set when strategy is not set to Webhook"));
            }
            if (!versions.isEmpty()) {
                errors.add(FieldError.forbidden(reviews, "should not be set when strategy is not set to Webhook"));
            }
            return;
        }
        if (client == null) {
            errors.add(FieldError.required(config, "required when strategy is set to Webhook"));
        } else {
            checkClient(client, config, anyBundle, errors);
        }
        checkReviews(versions, reviews, errors);
    }

    private static void checkClient(JsonNode client, String at, boolean anyBundle, List<FieldError> errors) {
        boolean url = client.hasNonNull("url");
        boolean service = client.hasNonNull("service");
        if (url == service) {
            errors.add(FieldError.required(at, "exactly one of url or service is required"));
        } else if (url) {
            checkUrl(Json.textOrEmpty(client, "url"), at + ".url", errors);
        } else {
            checkService(client.path("service"), at + ".service", errors);
        }
        String bundle = Json.textOrEmpty(client, "caBundle");
        if (!bundle.isEmpty() && !anyBundle && !TrustedBundle.isReadable(bundle)) {
            errors.add(FieldError.invalid(at + ".caBundle", bundle,
                    "unable to load root certificates: unable to parse bytes as PEM block"));
        }
    }

    private static void checkUrl(String url, String at, List<FieldError> errors) {
        String form = "; desired format: https://host[/path]";
        URI parsed;
        try {
            parsed = new URI(url);
        } catch (URISyntaxException e) {
            errors.add(FieldError.required(at,
                    "url must be a valid URL: parse " + FieldError.quote(url) + ": " + e.getReason() + form));
            return;
        }
        String scheme = parsed.getScheme() == null ? "" : parsed.getScheme();
        if (!scheme.equals("https")) {
            errors.add(FieldError.invalid(at, scheme, "'https' is the only allowed URL scheme" + form));
        }
        if (parsed.getHost() == null) {
            errors.add(FieldError.invalid(at, "", "host must be specified" + form));
        }
        if (parsed.getRawUserInfo() != null) {
            errors.add(FieldError.invalid(at, parsed.getRawUserInfo(),
                    "user information is not permitted in the URL"));
        }
        if (parsed.getRawFragment() != null && !parsed.getRawFragment().isEmpty()) {
            errors.add(FieldError.invalid(at, parsed.getFragment(), "fragments are not permitted in the URL"));
        }
        if (parsed.getRawQuery() != null && !parsed.getRawQuery().isEmpty()) {
            errors.add(FieldError.invalid(at, parsed.getRawQuery(), "query parameters are not permitted in the URL"));
        }
    }

    private static void checkService(JsonNode service, String at, List<FieldError> errors) {
        // The real server takes the one for the other here.
        for (String field : List.of("namespace", "name")) {
            if (Json.textOrEmpty(service, field).isEmpty()) {
                errors.add(FieldError.required(at + "." + (field.equals("name") ? "namespace" : "name"), ""));
            }
        }
        long port = Json.number(service, 443, "port");
        if (port < 1 || port > 65_535) {
            errors.add(FieldError.invalid(at + ".port", service.get("port"),
                    "port is not valid: must be between 1 and 65535, inclusive"));
        }
        checkPath(Json.textOrEmpty(service, "path"), at + ".path", errors);
    }

    private static void checkPath(String path, String at, List<FieldError> errors) {
        if (path.isEmpty() || path.equals("/")) {
            return;
        }
        if (path.equals("//")) {
            errors.add(FieldError.invalid(at, path, "segment[0] may not be empty"));
            return;
        }
        if (!path.startsWith("/")) {
            errors.add(FieldError.invalid(at, path, "must start with a '/'"));
        }
        String inside = path.substring(1);
        String[] steps = (inside.endsWith("/") ? inside.substring(0, inside.length() - 1) : inside).split("/", -1);
        for (int i = 0; i < steps.length; i++) {
            List<String> problems = new ArrayList<>();
            if (steps[i].isEmpty()) {
                problems.add("segment[" + i + "] may not be empty");
            } else {
                for (String problem : NameRules.subdomain(steps[i])) {
                    problems.add("segment[" + i + "]: " + problem);
                }
            }
            problems.forEach(problem -> errors.add(FieldError.invalid(at, path, problem)));
        }
    }

    private static void checkReviews(JsonNode versions, String at, List<FieldError> errors) {
        if (versions.isEmpty()) {
            errors.add(FieldError.required(at, ""));
            return;
        }
        Set<String> seen = new HashSet<>();
        int index = 0;
        for (JsonNode each : versions) {
            String version = each.stringValue("");
            String field = at + "[" + index++ + "]";
            if (!seen.add(version)) {
                errors.add(FieldError.invalid(field, version, "duplicate version"));
                continue;
            }
            NameRules.label1035(version).forEach(problem -> errors.add(FieldError.invalid(field, version, problem)));
        }
        if (REVIEWS.stream().noneMatch(seen::contains)) {
            errors.add(FieldError.invalid(at, versions,
                    "must include at least one of " + String.join(", ", REVIEWS)));
        }
    }
}
