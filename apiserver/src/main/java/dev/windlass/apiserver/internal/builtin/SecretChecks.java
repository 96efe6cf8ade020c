package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.json.JsonSyntax;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What secrets allow, and what must be in those of a type that Kubernetes knows. Stateless. */
final class SecretChecks {
    static final String TLS = "kubernetes.io/tls";
    static final String CERTIFICATE = "tls.crt";
    static final String KEY = "tls.key";
    /** In bytes, of all values of a secret or config map. */
    static final int MAX_SIZE = 1 << 20;

    private SecretChecks() {
    }

    static void secret(Field secret) {
        Field data = secret.at("data");
        Checks.configKeys(data.value(), data.path(), data.errors());
        if (size(data) > MAX_SIZE) {
            data.tooLong(MAX_SIZE);
        }
        switch (secret.at("type").text()) {
            case "kubernetes.io/service-account-token" ->
                secret.at("metadata", "annotations").key("kubernetes.io/service-account.name").mustBeSet("");
            case "kubernetes.io/dockercfg" -> jsonObject(data, ".dockercfg");
            case "kubernetes.io/dockerconfigjson" -> jsonObject(data, ".dockerconfigjson");
            case "kubernetes.io/basic-auth" -> {
                if (!data.value().has("username") && !data.value().has("password")) {
                    mustHave(data, "username");
                    mustHave(data, "password");
                }
            }
            case "kubernetes.io/ssh-auth" -> data.key("ssh-privatekey").mustBeSet("");
            case TLS -> {
                mustHave(data, CERTIFICATE);
                mustHave(data, KEY);
            }
            default -> {
            }
        }
    }

    /** How many bytes are kept. */
    static long size(Field data) {
        return data.value().propertyStream().mapToLong(entry -> bytes(data.key(entry.getKey())).length).sum();
    }

    /** What is kept under a key, decoded. */
    static byte[] bytes(Field entry) {
        return Base64.getMimeDecoder().decode(entry.text());
    }

    /** Something must be there, though it may be empty. */
    private static boolean mustHave(Field data, String key) {
        boolean isThere = data.value().has(key);
        if (!isThere) {
            data.key(key).required("");
        }
        return isThere;
    }

    private static void jsonObject(Field data, String key) {
        if (mustHave(data, key)) {
            String problem = problem(bytes(data.key(key)));
            if (problem != null) {
                data.key(key).invalid("<secret contents redacted>", problem);
            }
        }
    }

    private static @Nullable String problem(byte[] json) {
        String problem = JsonSyntax.problem(json);
        if (problem != null) {
            return problem;
        }
        JsonNode value = Json.parse(json);
        return value.isObject() || value.isNull()
                ? null
                : "json: cannot unmarshal " + Json.goKind(value) + " into Go value of type map[string]interface {}";
    }
}
