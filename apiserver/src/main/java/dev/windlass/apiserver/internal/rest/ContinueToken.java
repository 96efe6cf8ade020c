package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.status.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import tools.jackson.core.JacksonException;
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

    /** @throws ApiException 400 when it is none */
    public static ContinueToken parse(String token) {
        try {
            JsonNode node = Json.parse(Base64.getUrlDecoder().decode(token));
            String start = Json.textOrEmpty(node, "start");
            if (Json.textOrEmpty(node, "v").equals("meta.k8s.io/v1") && !start.isEmpty()) {
                return new ContinueToken(Json.number(node, 0, "rv"), start.replace("\u0000", ""));
            }
        } catch (IllegalArgumentException | JacksonException _) {
            // told below
        }
        throw ApiException.badRequest("continue key is not valid: \"" + token + "\"");
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
                .string(Json.object().put("v", "meta.k8s.io/v1").put("rv", version).put("start", start + "\u0000"));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }
}
