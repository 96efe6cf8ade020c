package dev.windlass.apiserver.internal.table;

import dev.windlass.apiserver.internal.json.Json;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.ObjectNode;

import static dev.windlass.apiserver.internal.table.Cells.age;
import static dev.windlass.apiserver.internal.table.Cells.count;
import static dev.windlass.apiserver.internal.table.Cells.field;
import static dev.windlass.apiserver.internal.table.Cells.flag;
import static dev.windlass.apiserver.internal.table.Cells.items;
import static dev.windlass.apiserver.internal.table.Cells.name;
import static dev.windlass.apiserver.internal.table.Cells.number;
import static dev.windlass.apiserver.internal.table.Cells.size;
import static dev.windlass.apiserver.internal.table.Cells.string;

/** The columns of storage, scheduling, runtimes, policies, admission and the addresses of services. */
final class PolicyColumns {
    private static final String ADMISSION = "admissionregistration.k8s.io/";

    private PolicyColumns() {
    }

    static final Map<String, List<Column>> BY_KIND = Map.ofEntries(
            Map.entry("policy/poddisruptionbudgets",
                    List.of(name(), string("Min Available", object -> bound(object, "minAvailable")),
                            string("Max Unavailable", object -> bound(object, "maxUnavailable")),
                            count("Allowed Disruptions", "integer",
                                    object -> number(object, "status", "disruptionsAllowed")),
                            age())),
            Map.entry("scheduling.k8s.io/priorityclasses",
                    List.of(name(), count("Value", "integer", object -> number(object, "value")),
                            flag("Global-Default", false, "globalDefault"), age(),
                            field("PreemptionPolicy", "preemptionPolicy"))),
            Map.entry("node.k8s.io/runtimeclasses", List.of(name(), field("Handler", "handler"), age())),
            Map.entry("storage.k8s.io/storageclasses",
                    List.of(name(), field("Provisioner", "provisioner"),
                            string("ReclaimPolicy", object -> textOr("Delete", object, "reclaimPolicy")),
                            string("VolumeBindingMode", object -> textOr("Immediate", object, "volumeBindingMode")),

                            new Column("AllowVolumeExpansion", "string", "", 0,
                                    (object, _) -> BooleanNode.valueOf(
                                            Json.flag(object, false, "allowVolumeExpansion"))),
                            age())),
            Map.entry("storage.k8s.io/volumeattributesclasses",
                    List.of(name(), field("DriverName", "driverName"), age())),
            Map.entry("storage.k8s.io/volumeattachments",
                    List.of(name(),
                            new Column("Attacher", "string", "name", 0,
                                    (object, _) -> Cells.text(Json.textOrEmpty(object, "spec", "attacher"))),
                            field("PV", "spec", "source", "persistentVolumeName"), field("Node", "spec", "nodeName"),
                            flag("Attached", false, "status", "attached"), age())),
            Map.entry("storage.k8s.io/csinodes", List.of(name(), size("Drivers", "spec", "drivers"), age())),
            Map.entry("storage.k8s.io/csidrivers", drivers()),
            Map.entry("networking.k8s.io/servicecidrs",
                    List.of(name(), string("CIDRs", object -> texts(object.path("spec").path("cidrs"))), age())),
            Map.entry("networking.k8s.io/ipaddresses",
                    List.of(name(), string("ParentRef", PolicyColumns::parent),
                            new Column("", "", "", 0, age().cell()))),
            Map.entry(ADMISSION + "mutatingwebhookconfigurations",
                    List.of(name(), size("Webhooks", "webhooks"), age())),
            Map.entry(ADMISSION + "validatingwebhookconfigurations",
                    List.of(name(), size("Webhooks", "webhooks"), age())),
            Map.entry(ADMISSION + "validatingadmissionpolicies",
                    List.of(name(), size("Validations", "spec", "validations"),
                            string("ParamKind", PolicyColumns::paramKind), age())),
            Map.entry(ADMISSION + "mutatingadmissionpolicies",
                    List.of(name(), size("Mutations", "spec", "mutations"),
                            string("ParamKind", PolicyColumns::paramKind), age())),
            Map.entry(ADMISSION + "validatingadmissionpolicybindings", bindings()),
            Map.entry(ADMISSION + "mutatingadmissionpolicybindings", bindings()));

    private static String texts(JsonNode list) {
        return items(list).stream().map(each -> each.asString("")).collect(Collectors.joining(","));
    }

    private static String bound(ObjectNode budget, String field) {
        JsonNode value = Json.find(budget, "spec", field);
        return value == null ? "N/A" : value.asString();
    }

    private static List<Column> drivers() {
        return List.of(name(), flag("AttachRequired", true, "spec", "attachRequired"),
                flag("PodInfoOnMount", false, "spec", "podInfoOnMount"),
                flag("StorageCapacity", false, "spec", "storageCapacity"),
                string("TokenRequests", object -> {
                    JsonNode requests = object.path("spec").path("tokenRequests");
                    return requests.isEmpty() ? "<unset>" : Cells.names(items(requests), "audience");
                }), flag("RequiresRepublish", false, "spec", "requiresRepublish"),
                string("Modes", object -> Cells.orNone(texts(object.path("spec").path("volumeLifecycleModes")))),
                age());
    }

    private static String textOr(String missing, ObjectNode object, String field) {
        String text = Json.textOrEmpty(object, field);
        return text.isEmpty() ? missing : text;
    }

    private static String parent(ObjectNode address) {
        JsonNode parent = address.path("spec").path("parentRef");
        if (parent.isMissingNode()) {
            return Cells.NONE;
        }
        String group = Json.textOrEmpty(parent, "group");
        String namespace = Json.textOrEmpty(parent, "namespace");
        String resource = Json.textOrEmpty(parent, "resource") + (group.isEmpty() ? "" : "." + group);
        return resource.toLowerCase(Locale.ROOT) + (namespace.isEmpty() ? "" : "/" + namespace) + "/"
                + Json.textOrEmpty(parent, "name");
    }

    private static String paramKind(ObjectNode policy) {
        JsonNode kind = Json.find(policy, "spec", "paramKind");
        return kind == null
                ? "<unset>"
                : Json.textOrEmpty(kind, "apiVersion") + "/" + Json.textOrEmpty(kind, "kind");
    }

    private static List<Column> bindings() {
        return List.of(name(), field("PolicyName", "spec", "policyName"), string("ParamRef", binding -> {
            JsonNode reference = binding.path("spec").path("paramRef");
            String name = Json.textOrEmpty(reference, "name");
            String namespace = Json.textOrEmpty(reference, "namespace");
            if (!name.isEmpty()) {
                return (namespace.isEmpty() ? "*" : namespace) + "/" + name;
            }
            return reference.has("selector") ? selector(reference.path("selector")) : "<unset>";
        }), age());
    }

    /** As Go prints the struct. */
    private static String selector(JsonNode selector) {
        StringBuilder labels = new StringBuilder();
        selector.path("matchLabels").properties().stream().sorted(Map.Entry.comparingByKey())
                .forEach(each -> labels.append(each.getKey()).append(": ").append(each.getValue().asString(""))
                        .append(','));
        StringBuilder expressions = new StringBuilder();
        for (JsonNode each : selector.path("matchExpressions")) {
            expressions.append("LabelSelectorRequirement{Key:").append(Json.textOrEmpty(each, "key"))
                    .append(",Operator:").append(Json.textOrEmpty(each, "operator")).append(",Values:[")
                    .append(texts(each.path("values")).replace(',', ' ')).append("],},");
        }
        return "&LabelSelector{MatchLabels:map[string]string{" + labels
                + "},MatchExpressions:[]LabelSelectorRequirement{" + expressions + "},}";
    }
}
