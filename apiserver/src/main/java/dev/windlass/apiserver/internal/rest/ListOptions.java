package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The parameters of a list or watch, checked.
 *
 * @param version
 *            {@link #UNSET} when none was given
 * @param match
 *            "", Exact or NotOlderThan
 */
record ListOptions(long version, String match, long limit, String continueToken, boolean sendInitialEvents,
        boolean bookmarks, long timeoutSeconds) {
    static final long UNSET = -1;

    static ListOptions of(Call call, boolean watch) {
        String version = call.parameterOrEmpty("resourceVersion");
        String match = call.parameterOrEmpty("resourceVersionMatch");
        String token = call.parameterOrEmpty("continue");
        boolean initial = call.flag("sendInitialEvents");
        List<FieldError> errors = new ArrayList<>();
        if (watch) {
            checkWatch(call, match, token, errors);
        } else {
            checkList(call, match, version, token, errors);
        }
        if (!errors.isEmpty()) {
            throw ApiException.invalid("meta.k8s.io", "ListOptions", "", errors);
        }
        return new ListOptions(parse(version), match, call.number("limit", 0), token, initial,
                call.flag("allowWatchBookmarks"),
                call.number("timeoutSeconds", 0));
    }

    private static void checkList(Call call, String match, String version, String token, List<FieldError> errors) {
        if (!match.isEmpty()) {
            if (version.isEmpty()) {
                errors.add(FieldError.forbidden("resourceVersionMatch",
                        "resourceVersionMatch is forbidden unless resourceVersion is provided"));
            }
            if (!token.isEmpty()) {
                errors.add(FieldError.forbidden("resourceVersionMatch",
                        "resourceVersionMatch is forbidden when continue is provided"));
            }
            if (!match.equals("Exact") && !match.equals("NotOlderThan")) {
                errors.add(FieldError.notSupported("resourceVersionMatch", JsonNodeFactory.instance.stringNode(match),
                        List.of("Exact", "NotOlderThan", "")));
            }
            if (match.equals("Exact") && version.equals("0")) {
                errors.add(FieldError.forbidden("resourceVersionMatch",
                        "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
            }
        }
        if (call.parameter("sendInitialEvents") != null) {
            errors.add(FieldError.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
        }
    }

    private static void checkWatch(Call call, String match, String token, List<FieldError> errors) {
        if (call.parameter("sendInitialEvents") != null) {
            if (match.isEmpty()) {
                errors.add(FieldError.forbidden("resourceVersionMatch",
                        "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
            } else if (!match.equals("NotOlderThan")) {
                errors.add(FieldError.notSupported("resourceVersionMatch", JsonNodeFactory.instance.stringNode(match),
                        List.of("NotOlderThan")));
            }
        } else if (!match.isEmpty()) {
            errors.add(FieldError.forbidden("resourceVersionMatch",
                    "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
        }
        if (!token.isEmpty()) {
            errors.add(FieldError.forbidden("continue", "continue is forbidden for watch"));
        }
    }

    static long parse(String version) {
        if (version.isEmpty()) {
            return UNSET;
        }
        try {
            long parsed = Long.parseLong(version);
            if (parsed >= 0) {
                return parsed;
            }
        } catch (NumberFormatException _) {
            // told below
        }
        throw ApiException.badRequest(
                "Invalid value: \"" + version + "\": strconv.ParseUint: parsing \"" + version + "\": invalid syntax");
    }
}
