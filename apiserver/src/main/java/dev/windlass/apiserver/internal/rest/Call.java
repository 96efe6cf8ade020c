package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.auth.RequestInfo;
import dev.windlass.apiserver.internal.auth.User;
import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request as it came: nothing in it depends on the HTTP server.
 *
 * @param path
 *            decoded, from the first slash
 * @param query
 *            decoded parameters
 * @param upgrade
 *            the protocol to which the connection should go over, "" for none
 * @param user
 *            who asks, or whom they act as
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; the body is handed on and not copied
public record Call(String method, String path, Map<String, List<String>> query, String accept, String contentType,
        String userAgent, String upgrade, User user,
        byte[] body) {

    /** The same request of somebody else. */
    public Call as(User other) {
        return new Call(method, path, query, accept, contentType, userAgent, upgrade, other, body);
    }

    public @Nullable String parameter(String name) {
        List<String> values = query.get(name);
        return values == null || values.isEmpty() ? null : values.getFirst();
    }

    public String parameterOrEmpty(String name) {
        String value = parameter(name);
        return value == null ? "" : value;
    }

    public boolean flag(String name) {
        return RequestInfo.isSet(query, name);
    }

    /**
     * A whole number, or the fall-back when the parameter is missing.
     *
     * @throws ApiException 400 when it is something else
     */
    public long number(String name, long fallback) {
        String value = parameter(name);
        if (value == null) {
            return fallback;
        }
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException _) {
            throw ApiException.badRequest("strconv.ParseInt: parsing " + GoText.quoted(value)
                    + (value.matches("[-+]?\\d+") ? ": value out of range" : ": invalid syntax"));
        }
    }

    public boolean dryRun() {
        return !query.getOrDefault("dryRun", List.of()).isEmpty();
    }

    /** The field manager, given or, as the real one does it, the first part of the user agent. */
    public String fieldManager() {
        String given = parameterOrEmpty("fieldManager");
        if (!given.isEmpty()) {
            return given;
        }
        int end = userAgent.indexOf('/');
        String first = end < 0 ? userAgent : userAgent.substring(0, end);
        return first.isEmpty() ? "unknown" : first;
    }
}
