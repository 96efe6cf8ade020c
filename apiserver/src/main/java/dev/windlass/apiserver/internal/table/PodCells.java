package dev.windlass.apiserver.internal.table;

import dev.windlass.apiserver.internal.json.Json;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The columns of pods, whose status is put together from many places. */
final class PodCells {
    private PodCells() {
    }

    static List<Column> columns() {
        return List.of(Cells.name(), Cells.string("Ready", PodCells::ready), Cells.string("Status", PodCells::status),
                Cells.timed("Restarts", 0, PodCells::restarts), Cells.age(),
                Cells.wide("IP", pod -> Cells.orNone(Json.textOrEmpty(pod, "status", "podIP"))),
                Cells.wide("Node", pod -> Cells.orNone(Json.textOrEmpty(pod, "spec", "nodeName"))),
                Cells.wide("Nominated Node", pod -> Cells.orNone(Json.textOrEmpty(pod, "status", "nominatedNodeName"))),
                Cells.wide("Readiness Gates", PodCells::gates));
    }

    private static List<JsonNode> statuses(ObjectNode pod) {
        return Cells.items(Json.find(pod, "status", "containerStatuses"));
    }

    private static String ready(ObjectNode pod) {
        long ready = statuses(pod).stream().filter(each -> Json.flag(each, false, "ready")).count();
        return ready + "/" + Cells.items(Json.find(pod, "spec", "containers")).size();
    }

    private static String restarts(ObjectNode pod, Ages ages) {
        long count = 0;
        String last = "";
        for (JsonNode each : statuses(pod)) {
            count += Json.number(each, 0, "restartCount");
            String finished = Json.textOrEmpty(each, "lastState", "terminated", "finishedAt");
            last = finished.compareTo(last) > 0 ? finished : last;
        }
        return count == 0 || last.isEmpty() ? Long.toString(count) : count + " (" + ages.since(last) + " ago)";
    }

    private static String status(ObjectNode pod) {
        String reason = Json.textOrEmpty(pod, "status", "reason");
        if (reason.isEmpty()) {
            reason = Json.textOrEmpty(pod, "status", "phase");
        }
        for (JsonNode each : statuses(pod).reversed()) {
            String waiting = Json.textOrEmpty(each, "state", "waiting", "reason");
            String ended = Json.textOrEmpty(each, "state", "terminated", "reason");
            if (!waiting.isEmpty()) {
                reason = waiting;
            } else if (!ended.isEmpty()) {
                reason = ended;
            }
        }
        return Json.text(pod, "metadata", "deletionTimestamp") != null ? "Terminating" : reason;
    }

    private static String gates(ObjectNode pod) {
        List<JsonNode> gates = Cells.items(Json.find(pod, "spec", "readinessGates"));
        if (gates.isEmpty()) {
            return Cells.NONE;
        }
        long passed = gates.stream().filter(gate -> {
            for (JsonNode condition : Cells.items(Json.find(pod, "status", "conditions"))) {
                if (Json.textOrEmpty(condition, "type").equals(Json.textOrEmpty(gate, "conditionType"))) {
                    return Json.textOrEmpty(condition, "status").equals("True");
                }
            }
            return false;
        }).count();
        return passed + "/" + gates.size();
    }
}
