package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.kind.FieldSelector;
import dev.windlass.apiserver.internal.kind.LabelSelector;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The parameters of a list or watch, checked but for the version, which only the store looks at.
 *
 * @param version
 *            as it is given
 * @param match
 *            "", Exact or NotOlderThan
 */
record ListOptions(Selection selection, String version, String match, long limit, String continueToken,
        boolean sendInitialEvents, boolean bookmarks, long timeoutSeconds) {
    static final long UNSET = -1;

    /** The same with a limit, where there is none. */
    ListOptions atMost(long most) {
        return limit > 0
                ? this
                : new ListOptions(selection, version, match, most, continueToken, sendInitialEvents, bookmarks,
                        timeoutSeconds);
    }

    private static void refuse(List<FieldError> errors) {
        if (!errors.isEmpty()) {
            throw ApiException.invalid("meta.k8s.io", "ListOptions", "", errors);
        }
    }

    /** Reads all of them before it holds them against each other, as the real server does. */
    static ListOptions of(Call call, Target target, boolean watch) {
        long timeoutSeconds = call.number("timeoutSeconds", 0);
        long limit = call.number("limit", 0);
        LabelSelector labels = LabelSelector.parse(call.parameter("labelSelector"));
        FieldSelector fields = FieldSelector.parse(call.parameter("fieldSelector"));
        String version = call.parameterOrEmpty("resourceVersion");
        String match = call.parameterOrEmpty("resourceVersionMatch");
        String token = call.parameterOrEmpty("continue");
        boolean initialGiven = call.parameter("sendInitialEvents") != null;
        boolean initial = call.flag("sendInitialEvents");
        boolean fromNow = version.isEmpty() || version.equals("0");
        if (watch && !initialGiven && match.isEmpty() && fromNow) {
            // What has no beginning begins with what is there.
            initialGiven = true;
            initial = true;
            match = "NotOlderThan";
        }
        List<FieldError> errors = new ArrayList<>();
        if (watch) {
            checkWatch(initialGiven, match, token, errors);
        } else {
            checkList(call, match, version, token, errors);
        }
        refuse(errors);
        return new ListOptions(Selection.of(target, labels, fields.of(target.type())), version, match, limit, token,
                initial, call.flag("allowWatchBookmarks"), timeoutSeconds);
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

    private static void checkWatch(boolean initialGiven, String match, String token, List<FieldError> errors) {
        if (initialGiven && !match.equals("NotOlderThan")) {
            errors.add(FieldError.forbidden("resourceVersionMatch",
                    "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
        }
        if (match.isEmpty()) {
            return;
        }
        if (!initialGiven) {
            errors.add(FieldError.forbidden("resourceVersionMatch",
                    "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
        }
        if (!match.equals("NotOlderThan")) {
            errors.add(FieldError.notSupported("resourceVersionMatch", JsonNodeFactory.instance.stringNode(match),
                    List.of("NotOlderThan")));
        }
        if (!token.isEmpty()) {
            errors.add(FieldError.forbidden("resourceVersionMatch",
                    "resourceVersionMatch is forbidden when continue is provided"));
        }
    }

    /** @throws ApiException 504 when it is a version that there has not been yet, for which only the real server's cache would wait */
    static void refuseFuture(long version, ResourceType type, Resources resources) {
        if (version > resources.store().version()) {
            throw ApiException.tooLargeVersion(version, resources.store().version(), type.traits().cached());
        }
    }

    /**
     * A resource version, {@link #UNSET} when there is none.
     *
     * @throws ApiException when it is no whole number; the real server's cache does not call that a bad request
     */
    static long parse(String version, boolean stored) {
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
        String problem = "resourceVersion: Invalid value: " + GoText.quoted(version)
                + ": strconv.ParseUint: parsing " + GoText.quoted(version)
                + (version.matches("\\d+") ? ": value out of range" : ": invalid syntax");
        throw stored
                ? ApiException.badRequest("invalid resource version: " + problem)
                : ApiException.of(500, "", problem);
    }
}
