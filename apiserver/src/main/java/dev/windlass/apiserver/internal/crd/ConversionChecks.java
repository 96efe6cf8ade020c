package dev.windlass.apiserver.internal.crd;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.net.TrustedBundle;
import dev.windlass.apiserver.internal.status.FieldError;
import dev.windlass.apiserver.internal.webhook.EndpointChecks;
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
            errors.add(FieldError.notSupported("spec.conversion.strategy", Json.textOrEmpty(conversion, "strategy"),
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
        EndpointChecks.check(client, at, errors);
        String bundle = Json.textOrEmpty(client, "caBundle");
        if (!bundle.isEmpty() && !anyBundle && !TrustedBundle.isReadable(bundle)) {
            errors.add(FieldError.invalid(at + ".caBundle", bundle,
                    "unable to load root certificates: unable to parse bytes as PEM block"));
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
