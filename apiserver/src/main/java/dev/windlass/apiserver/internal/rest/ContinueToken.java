package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.json.JsonSyntax;
import dev.windlass.apiserver.internal.status.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Where a list goes on.
 *
 * @param version
 *            of the state that is listed; -1 for whatever is current
 * @param start
 *            key after which the rest begins
 */
public record ContinueToken(long version, String start) {
    private static final long CURRENT = -1;
    private static final String FORMAT = "meta.k8s.io/v1";
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /** @throws ApiException 400 when it is none */
    public static ContinueToken parse(String token) {
        for (int i = 0; i < token.length(); i++) {
            if (ALPHABET.indexOf(token.charAt(i)) < 0) {
                throw invalid(": illegal base64 data at input byte " + i);
            }
        }
        byte[] json;
        try {
            json = Base64.getUrlDecoder().decode(token);
        } catch (IllegalArgumentException _) {
            throw invalid(": illegal base64 data at input byte " + (token.length() - token.length() % 4));
        }
        String problem = JsonSyntax.problem(json);
        if (problem != null) {
            throw invalid(": " + problem);
        }
        JsonNode node = Json.parse(json);
        String format = Json.textOrEmpty(node, "v");
        if (!format.equals(FORMAT)) {
            throw invalid(": server does not recognize this encoded version " + format);
        }
        long version = Json.number(node, 0, "rv");
        if (version == 0) {
            throw invalid(": incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
        }
        String start = Json.textOrEmpty(node, "start");
        if (start.isEmpty()) {
            throw invalid(": encoded start key empty (version meta.k8s.io/v1)");
        }
        if (List.of(start.replaceFirst("^/", "").split("/", -1)).stream()
                .anyMatch(step -> step.isEmpty() || step.equals(".") || step.equals(".."))) {
            throw invalid(": " + start);
        }
        return new ContinueToken(version, start.replaceFirst("^/", "").replace("\u0000", ""));
    }

    private static ApiException invalid(String why) {
        return ApiException.badRequest("invalid continue token: continue key is not valid" + why);
    }

    /** Whether the state that it leads to can be forgotten: whatever is current never is. */
    public boolean canExpire() {
        return version != CURRENT;
    }

    /** What is told when that has happened: with it comes a token that leads to the rest as it is now. */
    public ApiException expired() {
        return ApiException.expiredList(new ContinueToken(CURRENT, start).encode());
    }

    String encode() {
        String json = Json
                .string(Json.object().put("v", FORMAT).put("rv", version).put("start", start + "\u0000"));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }
}
