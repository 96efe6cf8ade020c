package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import java.util.List;
import java.util.regex.Pattern;

/** Probes of containers and what happens when these start and stop. Stateless. */
final class ProbeChecks {
    private static final Pattern HEADER = Pattern.compile("[-A-Za-z0-9]+");
    private static final List<String> OF_PROBES = List.of("exec", "httpGet", "tcpSocket", "grpc");
    private static final List<String> OF_HOOKS = List.of("exec", "httpGet", "tcpSocket", "sleep");

    private ProbeChecks() {
    }

    /** All of one container. */
    static void container(Field container, long gracePeriod) {
        for (String hook : List.of("postStart", "preStop")) {
            Field handler = container.at("lifecycle", hook);
            if (handler.isSet()) {
                handler(handler, OF_HOOKS, gracePeriod);
            }
        }
        for (String kind : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
            Field probe = container.at(kind);
            if (probe.isSet()) {
                probe(probe, gracePeriod);
                if (!kind.equals("readinessProbe")) {
                    once(probe.at("successThreshold"));
                } else if (probe.at("terminationGracePeriodSeconds").isSet()) {
                    probe.at("terminationGracePeriodSeconds").invalid("must not be set for readinessProbes");
                }
            }
        }
    }

    private static void once(Field threshold) {
        if (threshold.number() != 1) {
            threshold.invalid("must be 1");
        }
    }

    private static void probe(Field probe, long gracePeriod) {
        handler(probe, OF_PROBES, gracePeriod);
        for (String number : List.of("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold",
                "failureThreshold")) {
            probe.at(number).notNegative();
        }
        Field grace = probe.at("terminationGracePeriodSeconds");
        if (grace.isSet() && grace.number() <= 0) {
            grace.invalid("must be greater than 0");
        }
    }

    private static void handler(Field handler, List<String> kinds, long gracePeriod) {
        List<String> given = kinds.stream().filter(kind -> handler.at(kind).isSet()).toList();
        if (given.isEmpty()) {
            handler.required("must specify a handler type");
            return;
        }
        action(handler.at(given.getFirst()), given.getFirst(), gracePeriod);
        given.stream().skip(1)
                .forEach(kind -> handler.at(kind).forbidden("may not specify more than 1 handler type"));
    }

    private static void action(Field action, String kind, long gracePeriod) {
        switch (kind) {
            case "exec" -> action.at("command").mustBeSet("");
            case "httpGet" -> {
                action.at("path").mustBeSet("");
                PodChecks.portOrName(action.at("port"));
                action.at("scheme").oneOf("HTTP", "HTTPS");
                action.at("httpHeaders").items().forEach(header -> headerName(action.at("httpHeaders"), header));
            }
            case "sleep" -> {
                long seconds = action.at("seconds").number();
                if (seconds < 0 || seconds > gracePeriod) {
                    action.invalid(Json.object().numberNode(seconds),
                            "must be non-negative and less than terminationGracePeriodSeconds (" + gracePeriod + ")");
                }
            }
            default -> PodChecks.portOrName(action.at("port"));
        }
    }

    private static void headerName(Field headers, Field header) {
        String name = header.at("name").text();
        if (!HEADER.matcher(name).matches()) {
            headers.invalid(name, "a valid HTTP header must consist of alphanumeric characters or '-'"
                    + " (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')");
        }
    }
}
