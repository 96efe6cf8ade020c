package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The values that field selectors compare with. */
final class FieldValues {
    private FieldValues() {
    }

    static String of(ObjectNode object, String field) {
        if (field.equals("source")) {
            String component = Json.textOrEmpty(object, "source", "component");
            return component.isEmpty() ? Json.textOrEmpty(object, "reportingComponent") : component;
        }
        if (field.equals("status.podIPs")) {
            StringBuilder all = new StringBuilder();
            for (JsonNode ip : object.path("status").path("podIPs")) {
                all.append(all.isEmpty() ? "" : ",").append(Json.textOrEmpty(ip, "ip"));
            }
            return all.toString();
        }
        JsonNode value = Json.find(object, field.split("\\.", -1));
        if (value == null) {
            return switch (field) {
                case "spec.hostNetwork", "spec.unschedulable" -> "false";
                case "status.replicas", "status.successful" -> "0";
                default -> "";
            };
        }
        return value.isContainer() ? "" : value.asString();
    }
}
