package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.kind.NameRules;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/** What projected volumes show of certificates: bundles of those to trust, and the pod's own. Stateless. */
final class CertificateProjectionChecks {
    private static final long LEAST_SECONDS = 3_600;
    private static final long MOST_SECONDS = 91 * 24 * 3_600;
    private static final long MOST_SECONDS_OF_KUBERNETES = 24 * 3_600;
    private static final int MAX_DOMAIN = 253;
    private static final int MAX_SIGNER = MAX_DOMAIN + 1 + 63 + 1 + 253;
    private static final int MAX_ANNOTATIONS = 256 * 1024;

    private CertificateProjectionChecks() {
    }

    static void trustBundle(Field source) {
        Field name = source.at("name");
        Field signer = source.at("signerName");
        Field selector = source.at("labelSelector");
        if (name.isSet() && signer.isSet()) {
            source.invalid("only one of name and signerName may be used");
        } else if (name.isSet()) {
            name.mustBeSet("must be a valid object name");
            bundleName(name.text())
                    .forEach(problem -> name.invalid(name.text(), "not a valid clustertrustbundlename: " + problem));
            if (selector.isSet()) {
                selector.invalid("labelSelector must be unset if name is specified");
            }
        } else if (signer.isSet()) {
            signer.mustBeSet("must be a valid signer name");
            signerName(signer);
            selector.labelSelector();
        } else {
            source.required("either name or signerName must be specified");
        }
        source.at("path").mustBeSet("");
        PathChecks.unreserved(source.at("path"));
    }

    /** What is in front of the last colon is the signer, its slash written as a colon. */
    private static List<String> bundleName(String name) {
        int colon = name.lastIndexOf(':');
        String signer = name.substring(0, Math.max(0, colon)).replace(':', '/');
        if (signer.isEmpty()) {
            return colon < 0
                    ? NameRules.subdomain(name)
                    : List.of("ClusterTrustBundle without signer name must not have \":\" in its name");
        }
        return NameRules.subdomain(name.substring(colon + 1));
    }

    /** All but the paths. */
    static void podCertificate(Field source) {
        Field signer = source.at("signerName");
        signerName(signer);
        userAnnotations(source.at("userAnnotations"));
        source.at("keyType").textOneOf("RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519");
        Field expiration = source.at("maxExpirationSeconds");
        if (expiration.isSet()) {
            if (expiration.number() < LEAST_SECONDS) {
                expiration.invalid("if provided, maxExpirationSeconds must be >= " + LEAST_SECONDS);
            }
            long most = ofKubernetes(signer.text()) ? MOST_SECONDS_OF_KUBERNETES : MOST_SECONDS;
            if (expiration.number() > most) {
                expiration.invalid("if provided, maxExpirationSeconds must be <= " + most);
            }
        }
    }

    private static boolean ofKubernetes(String signer) {
        String host = signer.split("/", 2)[0];
        return host.equals("kubernetes.io") || host.endsWith(".kubernetes.io");
    }

    private static void userAnnotations(Field annotations) {
        long size = 0;
        for (Map.Entry<String, JsonNode> each : annotations.value().properties()) {
            size += GoText.length(each.getKey()) + GoText.length(each.getValue().asString(""));
            String key = each.getKey().toLowerCase(Locale.ROOT);
            if (key.isEmpty()) {
                annotations.required("");
                continue;
            }
            List<String> problems = NameRules.qualifiedName(key);
            problems.forEach(problem -> annotations.invalid(key, problem));
            if (problems.isEmpty() && key.indexOf('/') < 0) {
                annotations.invalid(key, "must be a domain-prefixed key (such as \"acme.io/foo\")");
            }
        }
        if (size > MAX_ANNOTATIONS) {
            annotations.tooLong(MAX_ANNOTATIONS);
        }
    }

    private static void signerName(Field signer) {
        if (!signer.mustBeSet("")) {
            return;
        }
        String[] parts = signer.text().split("/", -1);
        if (parts.length != 2) {
            signer.invalid("must be a fully qualified domain and path of the form 'example.com/signer-name'");
            return;
        }
        if (parts[0].length() > MAX_DOMAIN) {
            signer.tooLong(MAX_DOMAIN);
        }
        labels(signer, parts[0], NameRules::label);
        if (parts[0].indexOf('.') < 0) {
            signer.invalid(parts[0], "should be a domain with at least two segments separated by dots");
        }
        labels(signer, parts[1], NameRules::subdomain);
        if (signer.text().length() > MAX_SIGNER) {
            signer.tooLong(MAX_SIGNER);
        }
    }

    /** The first that is wrong says enough. */
    private static void labels(Field signer, String part, Function<String, List<String>> rule) {
        for (String label : part.split("\\.", -1)) {
            List<String> problems = rule.apply(label);
            problems.forEach(
                    problem -> signer.invalid(part, "validating label " + GoText.quoted(label) + ": " + problem));
            if (!problems.isEmpty()) {
                return;
            }
        }
    }
}
