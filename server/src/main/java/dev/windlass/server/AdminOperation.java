package dev.windlass.server;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * All that the admin API can be asked: requests are routed and their options checked by this list, and the OpenAPI document is made
 * of it.
 */
enum AdminOperation {
    LIST_UNITS("GET", "/api/v1/units", "All units, and what hangs of those that were succeeded or removed.",
            UnitViews.UnitList.class),
    DESCRIBE_UNIT("GET", "/api/v1/units/{name}", "One unit with all that is known of it.", UnitViews.Description.class),
    DUMP_THREADS("GET", "/api/v1/units/{name}:threads",
            "Where each thread of a unit stands now, also of generations that did not end in time, and of a name that was removed "
                    + "while something of it hangs.",
            ThreadViews.Dump.class),
    START("POST", "/api/v1/units/{name}:start", "Starts a unit: a new generation, unless one runs.",
            UnitViews.Started.class, Option.WAIT),
    STOP("POST", "/api/v1/units/{name}:stop", "Stops a unit. Its name, specification and carried-over work stay.",
            UnitViews.Stopped.class, Option.MODE, Option.TIMEOUT, Option.CASCADE, Option.WAIT),
    RESTART("POST", "/api/v1/units/{name}:restart", "Stops a unit and starts it again.", UnitViews.Started.class,
            Option.MODE, Option.TIMEOUT, Option.CASCADE, Option.WAIT),
    REPLACE("POST", "/api/v1/units/{name}:replace",
            "Replaces the running generation by a new one of the same description, which gets warm beside it where it can, and is "
                    + "on probation.",
            UnitViews.Replaced.class, Option.WARM_UP, Option.PROBATION, Option.CASCADE, Option.WAIT),
    RECONFIGURE("POST", "/api/v1/units/{name}:reconfigure",
            "Changes settings that need no restart; those that are not named stay.", UnitViews.Started.class,
            Option.SETTINGS, Option.WAIT),
    REMOVE("POST", "/api/v1/units/{name}:remove", "Stops a unit and frees its name.", UnitViews.Stopped.class,
            Option.MODE, Option.TIMEOUT, Option.CASCADE, Option.WAIT),
    PAUSE("POST", "/api/v1/units/{name}:pause", "Nothing is dispatched any more, watches stay; also after a restart.",
            UnitViews.Started.class, Option.WAIT),
    RESUME("POST", "/api/v1/units/{name}:resume", "Ends a pause.", UnitViews.Started.class, Option.WAIT),
    CORDON("POST", "/api/v1/units/{name}:cordon",
            "Nothing new comes in any more, connections stay; also after a restart.", UnitViews.Started.class,
            Option.WAIT),
    UNCORDON("POST", "/api/v1/units/{name}:uncordon", "Ends a cordon.", UnitViews.Started.class, Option.WAIT),
    FOLLOW_EVENTS("GET", "/api/v1/events",
            "One JSON object a line: the current states, then each transition until the client goes; empty lines keep the stream "
                    + "alive.",
            UnitViews.Event.class, Option.UNIT),
    DESCRIBE_MANAGER("GET", "/api/v1/manager",
            "The manager as a whole: its units by state, its worst-case stop, who leads and since when.",
            ManagerViews.Description.class),
    SHOW_QUOTA("GET", "/api/v1/quota", "Limits, what is used, by whom, and who waits.", QuotaViews.Status.class),
    FORESEE_QUOTA("GET", "/api/v1/quota:what-if", "What limits would lead to; does nothing.", QuotaViews.Plan.class,
            Option.LIMITS, Option.SCOPE),
    SET_QUOTA("POST", "/api/v1/quota:set", "Sets limits; a dimension that is not named stays as it is.",
            QuotaViews.Plan.class, Option.LIMITS, Option.SCOPE, Option.WAIT),
    SHOW_API("GET", "/openapi.json", "This document.", Map.class);

    private static final String NAME = "{name}";
    private static final String UNITS = "/api/v1/units/";

    private final String method;
    private final String path;
    private final String summary;
    private final Class<?> answer;
    @SuppressWarnings("ImmutableEnumChecker") // List.of
    private final List<Option> options;

    /** What may follow the question mark; durations are written like {@code 20s}. */
    enum Option {
        WAIT("wait", "true, or for how long: the answer comes when it is done; otherwise at once."),
        MODE("mode", "How to stop: drain, handoff or abort; as the unit's specification has it by default."),
        TIMEOUT("timeout", "The total budget of the stop."),
        CASCADE("cascade",
                "true also stops what depends on the unit; without it such a stop, or a replace that needs one, is refused."),
        WARM_UP("warmUp", "How long the new generation may take to get warm."),
        PROBATION("probation", "How long the new generation is watched after it took over."),
        SETTINGS("settings", "The settings by name, such as workers=8, priority=batch or label.team=shop."),
        UNIT("unit", "Only of this unit."),
        LIMITS("limits", "Limits by dimension, such as watches=40,concurrency=none."),
        SCOPE("scope", "The unit whose limits are meant; the manager's by default.");

        private final String key;
        private final String meaning;

        Option(String key, String meaning) {
            this.key = key;
            this.meaning = meaning;
        }

        String key() {
            return key;
        }

        String meaning() {
            return meaning;
        }

        boolean required() {
            return this == LIMITS;
        }
    }

    AdminOperation(String method, String path, String summary, Class<?> answer, Option... options) {
        this.method = method;
        this.path = path;
        this.summary = summary;
        this.answer = answer;
        this.options = List.of(options);
    }

    /** An operation, and the unit that it is about; empty when it is about none. */
    record Route(AdminOperation operation, String unit) {
    }

    /**
     * What a path leads to.
     *
     * @param path as it was sent: only a colon that the client did not encode separates the action
     * @throws ApiError when there is no such path or action
     */
    static Route find(String path) {
        boolean aboutAUnit = path.startsWith(UNITS);
        int colon = aboutAUnit ? path.lastIndexOf(':') : path.indexOf(':');
        String subject = colon < 0 ? path : path.substring(0, colon);
        String action = path.substring(subject.length());
        String template = aboutAUnit ? UNITS + NAME : subject;
        AdminOperation operation = at(template + action).orElseThrow(() -> unknown(path, template, action));
        return new Route(operation, aboutAUnit ? subject.substring(UNITS.length()) : "");
    }

    private static Optional<AdminOperation> at(String path) {
        return Arrays.stream(values()).filter(operation -> operation.path.equals(path)).findFirst();
    }

    private static ApiError unknown(String path, String template, String action) {
        List<String> actions = Arrays.stream(values()).map(AdminOperation::path)
                .filter(known -> known.startsWith(template + ":"))
                .map(known -> known.substring(template.length() + 1)).toList();
        if (actions.isEmpty() || action.isEmpty()) {
            return ApiError.notFound("no such path \"%s\": use %s".formatted(path, Arrays.stream(values())
                    .map(AdminOperation::path).filter(known -> known.indexOf(':') < 0)
                    .map(known -> known.replace(NAME, "NAME")).collect(Collectors.joining(", "))));
        }
        return ApiError.notFound("no action \"%s\" of %s: use %s or %s".formatted(action.substring(1),
                template.equals(UNITS + NAME) ? "a unit" : "a quota",
                String.join(", ", actions.subList(0, actions.size() - 1)), actions.getLast()));
    }

    /** The part of the path after the colon; empty when there is none. */
    String action() {
        return path.substring(path.indexOf(':') + 1);
    }

    String method() {
        return method;
    }

    String path() {
        return path;
    }

    String summary() {
        return summary;
    }

    /** What the answer of what is done looks like. */
    Class<?> answer() {
        return answer;
    }

    List<Option> options() {
        return options;
    }

    boolean isAboutAUnit() {
        return path.contains(NAME);
    }

    /** Whether the answer can come before what was asked for is done. */
    boolean waits() {
        return options.contains(Option.WAIT);
    }

    /** The names that may follow the question mark; any when there are settings among them. */
    Set<String> optionKeys() {
        return options.stream().map(Option::key).collect(Collectors.toSet());
    }

    /** All operations by path and then by method, as they are declared. */
    static Map<String, Map<String, AdminOperation>> byPath() {
        Map<String, Map<String, AdminOperation>> paths = new LinkedHashMap<>();
        for (AdminOperation operation : values()) {
            paths.computeIfAbsent(operation.path, _ -> new LinkedHashMap<>()).put(operation.method, operation);
        }
        return paths;
    }
}
