package dev.windlass.apiserver.internal.table;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.GroupVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import static dev.windlass.apiserver.internal.table.Cells.age;
import static dev.windlass.apiserver.internal.table.Cells.containers;
import static dev.windlass.apiserver.internal.table.Cells.count;
import static dev.windlass.apiserver.internal.table.Cells.created;
import static dev.windlass.apiserver.internal.table.Cells.items;
import static dev.windlass.apiserver.internal.table.Cells.labels;
import static dev.windlass.apiserver.internal.table.Cells.name;
import static dev.windlass.apiserver.internal.table.Cells.names;
import static dev.windlass.apiserver.internal.table.Cells.number;
import static dev.windlass.apiserver.internal.table.Cells.orNone;
import static dev.windlass.apiserver.internal.table.Cells.selector;
import static dev.windlass.apiserver.internal.table.Cells.string;
import static dev.windlass.apiserver.internal.table.Cells.timed;
import static dev.windlass.apiserver.internal.table.Cells.wide;

/** The columns of built-in kinds, by their storage id. Kinds that are not here have their name and creation time. */
final class BuiltInColumns {
    private static final List<Column> CONTAINERS = List.of(
            wide("Containers", object -> names(containers(object), "name")),
            wide("Images", object -> names(containers(object), "image")));
    private static final Column SELECTOR = wide("Selector", object -> selector(Json.find(object, "spec", "selector")));
    private static final Column MAP_SELECTOR = wide("Selector",
            object -> labels(Json.find(object, "spec", "selector")));

    private static final Map<String, List<Column>> BY_KIND = Map.ofEntries(
            Map.entry("/namespaces",
                    List.of(name(), string("Status", object -> Json.textOrEmpty(object, "status", "phase")), age())),
            Map.entry("/configmaps", List.of(name(),
                    count("Data", "string", object -> size(object, "data") + size(object, "binaryData")), age())),
            Map.entry("/secrets",
                    List.of(name(), string("Type", object -> Json.textOrEmpty(object, "type")),
                            count("Data", "string", object -> size(object, "data")), age())),
            Map.entry("/serviceaccounts", List.of(name(), age())), Map.entry("/services", services()),
            Map.entry("/pods", PodCells.columns()),
            Map.entry("/nodes", nodes()),
            Map.entry("/componentstatuses", components()),
            Map.entry("/endpoints", List.of(name(), string("Endpoints", BuiltInColumns::endpoints), age())),
            Map.entry("/events", events()), Map.entry("/persistentvolumes", volumes()),
            Map.entry("/persistentvolumeclaims", claims()),
            Map.entry("/resourcequotas",
                    List.of(name(), string("Request", object -> quota(object, false)),
                            string("Limit", object -> quota(object, true)), age())),
            Map.entry("/podtemplates", templates()),
            Map.entry("/replicationcontrollers", join(replicas(), CONTAINERS, List.of(MAP_SELECTOR))),
            Map.entry("autoscaling/scales", List.of(new Column("Name", "string", "", 0, name().cell()),
                    count("Desired", "integer", object -> number(object, "spec", "replicas")),
                    count("Available", "integer", object -> number(object, "status", "replicas")), age())),
            Map.entry("apps/replicasets", join(replicas(), CONTAINERS, List.of(SELECTOR))),
            Map.entry("apps/deployments", join(deployments(), CONTAINERS, List.of(
                    wide("Selector", object -> Json.find(object, "spec", "selector") == null
                            ? ""
                            : selector(Json.find(object, "spec", "selector")))))),
            Map.entry("apps/statefulsets",
                    join(List.of(name(), string("Ready", object -> ready(object)), age()), CONTAINERS)),
            Map.entry("apps/daemonsets", join(daemons(), CONTAINERS, List.of(SELECTOR))),
            Map.entry("apps/controllerrevisions", revisions()),
            Map.entry("batch/jobs", join(jobs(), CONTAINERS, List.of(SELECTOR))),
            Map.entry("batch/cronjobs", cronJobs()),
            Map.entry("autoscaling/horizontalpodautoscalers", AutoscalerCells.columns()),
            Map.entry("discovery.k8s.io/endpointslices", slices()),
            Map.entry("networking.k8s.io/ingresses", ingresses()),
            Map.entry("networking.k8s.io/ingressclasses",
                    List.of(new Column("Name", "string", "name", 0, (object, _) -> Cells.text(ingressClass(object))),
                            string("Controller", object -> Json.textOrEmpty(object, "spec", "controller")),
                            string("Parameters", BuiltInColumns::parameters),
                            age())),
            Map.entry("networking.k8s.io/networkpolicies",
                    List.of(name(),
                            string("Pod-Selector", object -> selector(Json.find(object, "spec", "podSelector"))),
                            age())),
            Map.entry("rbac.authorization.k8s.io/rolebindings", bindings()),
            Map.entry("rbac.authorization.k8s.io/clusterrolebindings", bindings()),
            Map.entry("apiextensions.k8s.io/customresourcedefinitions", definitions()),
            Map.entry("coordination.k8s.io/leases",
                    List.of(name(), string("Holder", object -> Json.textOrEmpty(object, "spec", "holderIdentity")),
                            age())));

    private static final int MAX_HOSTS = 3;

    private BuiltInColumns() {
    }

    static @Nullable List<Column> of(String storageId) {
        List<Column> columns = BY_KIND.get(storageId);
        return columns == null ? PolicyColumns.BY_KIND.get(storageId) : columns;
    }

    @SafeVarargs
    private static List<Column> join(List<Column>... lists) {
        List<Column> all = new ArrayList<>();
        for (List<Column> list : lists) {
            all.addAll(list);
        }
        return List.copyOf(all);
    }

    private static List<Column> definitions() {
        return List.of(name(), string("Scope", object -> Json.textOrEmpty(object, "spec", "scope")),
                string("Versions",
                        object -> items(Json.find(object, "spec", "versions")).stream()
                                .filter(each -> Json.flag(each, false, "served"))
                                .map(each -> Json.textOrEmpty(each, "name")
                                        + (Json.flag(each, false, "storage") ? "(storage)" : ""))
                                .sorted().collect(Collectors.joining(","))),
                created(),
                wide("Group", object -> Json.textOrEmpty(object, "spec", "group")),
                wide("Kind", object -> Json.textOrEmpty(object, "spec", "names", "kind")),
                wide("ShortNames",
                        object -> items(Json.find(object, "spec", "names", "shortNames")).stream()
                                .map(each -> each.stringValue("")).collect(Collectors.joining(","))),
                new Column("Established", "boolean", "", 1, (object, _) -> Cells.flag(isEstablished(object))));
    }

    private static boolean isEstablished(ObjectNode definition) {
        return items(Json.find(definition, "status", "conditions")).stream()
                .anyMatch(each -> Json.textOrEmpty(each, "type").equals("Established")
                        && Json.textOrEmpty(each, "status").equals("True"));
    }

    private static long size(ObjectNode object, String field) {
        return object.path(field).size();
    }

    private static List<Column> services() {
        return List.of(name(), string("Type", object -> Json.textOrEmpty(object, "spec", "type")),
                string("Cluster-IP", object -> orNone(Json.textOrEmpty(object, "spec", "clusterIP"))),
                string("External-IP", BuiltInColumns::externalIp),
                string("Port(s)", BuiltInColumns::ports), age(), MAP_SELECTOR);
    }

    private static String externalIp(ObjectNode service) {
        String external = items(Json.find(service, "spec", "externalIPs")).stream().map(ip -> ip.stringValue(""))
                .collect(Collectors.joining(","));
        return switch (Json.textOrEmpty(service, "spec", "type")) {
            case "LoadBalancer" -> {
                String ingress = items(Json.find(service, "status", "loadBalancer", "ingress")).stream()
                        .map(each -> Json.textOrEmpty(each, "ip").isEmpty()
                                ? Json.textOrEmpty(each, "hostname")
                                : Json.textOrEmpty(each, "ip"))
                        .collect(Collectors.joining(","));
                String all = ingress + (ingress.isEmpty() || external.isEmpty() ? "" : ",") + external;
                yield all.isEmpty() ? "<pending>" : all;
            }
            case "ExternalName" -> Json.textOrEmpty(service, "spec", "externalName");
            case "" -> "<unknown>";
            default -> orNone(external);
        };
    }

    private static String ports(ObjectNode service) {
        return orNone(items(Json.find(service, "spec", "ports")).stream().map(port -> {
            long node = Json.number(port, 0, "nodePort");
            return Json.number(port, 0, "port") + (node > 0 ? ":" + node : "") + "/"
                    + Json.textOrEmpty(port, "protocol");
        }).collect(Collectors.joining(",")));
    }

    private static List<Column> components() {
        return List.of(name(),
                string("Status", object -> health(object, "status").equals("True") ? "Healthy" : "Unhealthy"),
                string("Message", object -> health(object, "message")),
                string("Error", object -> health(object, "error")));
    }

    /** What the only condition says. */
    private static String health(ObjectNode component, String field) {
        return component.path("conditions").path(0).path(field).stringValue("");
    }

    private static List<Column> nodes() {
        return List.of(name(), string("Status", BuiltInColumns::nodeStatus), string("Roles", BuiltInColumns::roles),
                age(),
                string("Version", object -> Json.textOrEmpty(object, "status", "nodeInfo", "kubeletVersion")),
                wide("Internal-IP", object -> address(object, "InternalIP")),
                wide("External-IP", object -> address(object, "ExternalIP")),
                wide("OS-Image", object -> info(object, "osImage")),
                wide("Kernel-Version", object -> info(object, "kernelVersion")),
                wide("Container-Runtime", object -> info(object, "containerRuntimeVersion")));
    }

    private static String nodeStatus(ObjectNode node) {
        String ready = "Unknown";
        for (JsonNode condition : items(Json.find(node, "status", "conditions"))) {
            if (Json.textOrEmpty(condition, "type").equals("Ready")) {
                ready = Json.textOrEmpty(condition, "status").equals("True") ? "Ready" : "NotReady";
            }
        }
        return Json.flag(node, false, "spec", "unschedulable") ? ready + ",SchedulingDisabled" : ready;
    }

    private static String roles(ObjectNode node) {
        return orNone(node.path("metadata").path("labels").propertyNames().stream()
                .filter(label -> label.startsWith("node-role.kubernetes.io/"))
                .map(label -> label.substring(label.indexOf('/') + 1)).sorted().collect(Collectors.joining(",")));
    }

    private static String address(ObjectNode node, String type) {
        for (JsonNode each : items(Json.find(node, "status", "addresses"))) {
            if (Json.textOrEmpty(each, "type").equals(type)) {
                return Json.textOrEmpty(each, "address");
            }
        }
        return Cells.NONE;
    }

    private static String info(ObjectNode node, String field) {
        String value = Json.textOrEmpty(node, "status", "nodeInfo", field);
        return value.isEmpty() ? "<unknown>" : value;
    }

    private static String endpoints(ObjectNode endpoints) {
        List<String> all = new ArrayList<>();
        for (JsonNode subset : endpoints.path("subsets")) {
            for (JsonNode address : subset.path("addresses")) {
                String ip = Json.textOrEmpty(address, "ip");
                List<JsonNode> ports = items(subset.get("ports"));
                if (ports.isEmpty()) {
                    all.add(ip);
                }
                ports.forEach(port -> all.add(ip + ":" + Json.number(port, 0, "port")));
            }
        }
        if (all.isEmpty()) {
            return Cells.NONE;
        }
        return all.size() <= 3
                ? String.join(",", all)
                : String.join(",", all.subList(0, 3)) + " + " + (all.size() - 3) + " more...";
    }

    private static List<Column> slices() {
        return List.of(name(), string("AddressType", object -> Json.textOrEmpty(object, "addressType")),
                string("Ports", object -> few(items(object.get("ports")).stream().map(BuiltInColumns::port).toList())),
                string("Endpoints",
                        object -> few(items(object.get("endpoints")).stream()
                                .flatMap(each -> items(each.get("addresses")).stream())
                                .map(address -> address.stringValue("")).toList())),
                age());
    }

    private static String port(JsonNode port) {
        JsonNode number = Json.find(port, "port");
        JsonNode name = Json.find(port, "name");
        return number != null ? number.asString() : name != null ? name.stringValue("") : "*";
    }

    /** The first three of many. */
    private static String few(List<String> all) {
        if (all.isEmpty()) {
            return "<unset>";
        }
        return all.size() <= 3
                ? String.join(",", all)
                : String.join(",", all.subList(0, 3)) + " + " + (all.size() - 3) + " more...";
    }

    private static List<Column> events() {
        return List.of(timed("Last Seen", 0, (object, ages) -> ages.since(lastSeen(object))),
                string("Type", object -> Json.textOrEmpty(object, "type")),
                string("Reason", object -> Json.textOrEmpty(object, "reason")),
                string("Object", object -> involved(object)),
                wide("Subobject", object -> Json.textOrEmpty(object, "involvedObject", "fieldPath")),
                wide("Source", BuiltInColumns::source),
                string("Message", object -> Json.textOrEmpty(object, "message").strip()),
                timed("First Seen", 1, (object, ages) -> ages.since(firstSeen(object))),
                new Column("Count", "string", "", 1, (object, _) -> Cells.number(occurrences(object))),
                nameLast());
    }

    private static long occurrences(ObjectNode event) {
        return event.has("series")
                ? number(event, "series", "count")
                : Math.max(1, number(event, "count"));
    }

    private static Column nameLast() {
        return new Column("Name", "string", "name", 1,
                (object, _) -> Cells.text(Json.textOrEmpty(object, "metadata", "name")));
    }

    private static String involved(ObjectNode event) {
        String kind = Json.textOrEmpty(event, "involvedObject", "kind").toLowerCase(java.util.Locale.ROOT);
        String name = Json.textOrEmpty(event, "involvedObject", "name");
        return name.isEmpty() ? kind : kind + "/" + name;
    }

    private static String source(ObjectNode event) {
        String component = Json.textOrEmpty(event, "source", "component");
        String host = Json.textOrEmpty(event, "source", "host");
        if (component.isEmpty()) {
            component = Json.textOrEmpty(event, "reportingComponent");
            host = Json.textOrEmpty(event, "reportingInstance");
        }
        return host.isEmpty() ? component : component + ", " + host;
    }

    private static String lastSeen(ObjectNode event) {
        for (String[] path : List.of(new String[]{"series", "lastObservedTime"}, new String[]{"lastTimestamp"},
                new String[]{"eventTime"})) {
            String time = Json.textOrEmpty(event, path);
            if (!time.isEmpty()) {
                return time;
            }
        }
        return "";
    }

    private static String firstSeen(ObjectNode event) {
        String first = Json.textOrEmpty(event, "firstTimestamp");
        return first.isEmpty() ? Json.textOrEmpty(event, "eventTime") : first;
    }

    private static List<Column> volumes() {
        return List.of(name(), string("Capacity", object -> quantity(object, "0", "spec", "capacity", "storage")),
                string("Access Modes", object -> modes(Json.find(object, "spec", "accessModes"))),
                string("Reclaim Policy", object -> Json.textOrEmpty(object, "spec", "persistentVolumeReclaimPolicy")),
                string("Status", BuiltInColumns::phase),
                string("Claim", object -> claim(Json.find(object, "spec", "claimRef"))),
                string("StorageClass", object -> Json.textOrEmpty(object, "spec", "storageClassName")),
                string("VolumeAttributesClass",
                        object -> unset(Json.textOrEmpty(object, "spec", "volumeAttributesClassName"))),
                string("Reason", object -> Json.textOrEmpty(object, "status", "reason")), age(),
                wide("VolumeMode", object -> unset(Json.textOrEmpty(object, "spec", "volumeMode"))));
    }

    private static List<Column> claims() {
        return List.of(name(), string("Status", BuiltInColumns::phase),
                string("Volume", object -> Json.textOrEmpty(object, "spec", "volumeName")),
                string("Capacity", object -> quantity(object, "", "status", "capacity", "storage")),
                string("Access Modes", object -> modes(Json.find(object, "status", "accessModes"))),
                string("StorageClass", object -> Json.textOrEmpty(object, "spec", "storageClassName")),
                string("VolumeAttributesClass",
                        object -> unset(Json.textOrEmpty(object, "spec", "volumeAttributesClassName"))),
                age(),
                wide("VolumeMode", object -> unset(Json.textOrEmpty(object, "spec", "volumeMode"))));
    }

    private static String unset(String value) {
        return value.isEmpty() ? "<unset>" : value;
    }

    private static String phase(ObjectNode object) {
        return Json.text(object, "metadata", "deletionTimestamp") != null
                ? "Terminating"
                : Json.textOrEmpty(object, "status", "phase");
    }

    private static String quantity(ObjectNode object, String missing, String... path) {
        JsonNode value = Json.find(object, path);
        return value == null ? missing : value.asString();
    }

    private static String modes(@Nullable JsonNode modes) {
        return items(modes).stream().map(mode -> switch (mode.stringValue("")) {
            case "ReadWriteOnce" -> "RWO";
            case "ReadOnlyMany" -> "ROX";
            case "ReadWriteMany" -> "RWX";
            case "ReadWriteOncePod" -> "RWOP";
            default -> mode.stringValue("");
        }).distinct().collect(Collectors.joining(","));
    }

    private static String claim(@Nullable JsonNode reference) {
        return reference == null
                ? ""
                : Json.textOrEmpty(reference, "namespace") + "/" + Json.textOrEmpty(reference, "name");
    }

    private static String quota(ObjectNode quota, boolean limits) {
        JsonNode hard = quota.path("status").path("hard");
        JsonNode used = quota.path("status").path("used");
        return hard.properties().stream().filter(each -> each.getKey().startsWith("limits.") == limits)
                .sorted(Map.Entry.comparingByKey())
                .map(each -> each.getKey() + ": " + used.path(each.getKey()).asString("0") + "/"
                        + each.getValue().asString())
                .collect(Collectors.joining(", "));
    }

    private static List<Column> templates() {
        return List.of(name(),
                string("Containers",
                        object -> names(items(Json.find(object, "template", "spec", "containers")), "name")),
                string("Images", object -> names(items(Json.find(object, "template", "spec", "containers")), "image")),
                string("Pod Labels", object -> labels(Json.find(object, "template", "metadata", "labels"))));
    }

    private static List<Column> replicas() {
        return List.of(name(), count("Desired", "integer", object -> number(object, "spec", "replicas")),
                count("Current", "integer", object -> number(object, "status", "replicas")),
                count("Ready", "integer", object -> number(object, "status", "readyReplicas")), age());
    }

    private static String ready(ObjectNode object) {
        return number(object, "status", "readyReplicas") + "/" + number(object, "spec", "replicas");
    }

    private static List<Column> deployments() {
        return List.of(name(), string("Ready", BuiltInColumns::ready),
                count("Up-to-date", "string", object -> number(object, "status", "updatedReplicas")),
                count("Available", "string", object -> number(object, "status", "availableReplicas")), age());
    }

    private static List<Column> daemons() {
        return List
                .of(name(), count("Desired", "integer", object -> number(object, "status", "desiredNumberScheduled")),
                        count("Current", "integer", object -> number(object, "status", "currentNumberScheduled")),
                        count("Ready", "integer", object -> number(object, "status", "numberReady")),
                        count("Up-to-date", "integer", object -> number(object, "status", "updatedNumberScheduled")),
                        count("Available", "integer", object -> number(object, "status", "numberAvailable")),
                        string("Node Selector",
                                object -> labels(Json.find(object, "spec", "template", "spec", "nodeSelector"))),
                        age());
    }

    private static List<Column> revisions() {
        return List.of(name(), string("Controller", object -> {
            for (JsonNode owner : object.path("metadata").path("ownerReferences")) {
                if (Json.flag(owner, false, "controller")) {
                    return reference(owner);
                }
            }
            return Cells.NONE;
        }), count("Revision", "string", object -> number(object, "revision")), age());
    }

    private static String reference(@Nullable JsonNode reference) {
        if (reference == null) {
            return "";
        }
        String group = Json.textOrEmpty(reference, "apiGroup");
        if (group.isEmpty()) {
            group = GroupVersion.of(Json.textOrEmpty(reference, "apiVersion")).group();
        }
        String kind = Json.textOrEmpty(reference, "kind").toLowerCase(java.util.Locale.ROOT);
        return kind + (group.isEmpty() ? "" : "." + group) + "/" + Json.textOrEmpty(reference, "name");
    }

    private static List<Column> jobs() {
        return List.of(name(), string("Status", BuiltInColumns::jobStatus), string("Completions", object -> {
            long wanted = Json.number(object, -1, "spec", "completions");
            long done = number(object, "status", "succeeded");
            long parallel = Json.number(object, 0, "spec", "parallelism");
            return wanted >= 0 ? done + "/" + wanted : done + "/1" + (parallel > 1 ? " of " + parallel : "");
        }), timed("Duration", 0, BuiltInColumns::jobDuration), age());
    }

    private static String jobStatus(ObjectNode job) {
        for (String type : List.of("Complete", "Failed", "Suspended", "FailureTarget", "SuccessCriteriaMet")) {
            for (JsonNode condition : items(Json.find(job, "status", "conditions"))) {
                if (Json.textOrEmpty(condition, "type").equals(type)
                        && Json.textOrEmpty(condition, "status").equals("True")) {
                    return type;
                }
            }
        }
        return Json.text(job, "metadata", "deletionTimestamp") != null ? "Terminating" : "Running";
    }

    private static String jobDuration(ObjectNode job, Ages ages) {
        String start = Json.textOrEmpty(job, "status", "startTime");
        String end = Json.textOrEmpty(job, "status", "completionTime");
        if (start.isEmpty()) {
            return "";
        }
        return end.isEmpty()
                ? ages.since(start)
                : Ages.human(Duration.between(Instant.parse(start), Instant.parse(end)));
    }

    private static List<Column> cronJobs() {
        List<Column> first = List.of(name(), string("Schedule", object -> Json.textOrEmpty(object, "spec", "schedule")),
                string("Timezone", object -> {
                    String zone = Json.textOrEmpty(object, "spec", "timeZone");
                    return orNone(zone);
                }), new Column("Suspend", "boolean", "", 0,
                        (object, _) -> Cells.text(Json.find(object, "spec", "suspend") == null
                                ? "<unset>"
                                : Json.flag(object, false, "spec", "suspend") ? "True" : "False")),
                count("Active", "integer", object -> (long) object.path("status").path("active").size()),
                timed("Last Schedule", 0, (object, ages) -> {
                    String last = Json.textOrEmpty(object, "status", "lastScheduleTime");
                    return last.isEmpty() ? Cells.NONE : ages.since(last);
                }), age());
        return join(first, List.of(
                wide("Containers",
                        object -> names(items(
                                Json.find(object, "spec", "jobTemplate", "spec", "template", "spec", "containers")),
                                "name")),
                wide("Images",
                        object -> names(items(
                                Json.find(object, "spec", "jobTemplate", "spec", "template", "spec", "containers")),
                                "image")),
                wide("Selector", object -> selector(Json.find(object, "spec", "jobTemplate", "spec", "selector")))));
    }

    private static List<Column> ingresses() {
        return List.of(name(), string("Class", object -> orNone(Json.textOrEmpty(object, "spec", "ingressClassName"))),
                string("Hosts", BuiltInColumns::hosts), string("Address", BuiltInColumns::balancers),
                string("Ports", object -> items(Json.find(object, "spec", "tls")).isEmpty() ? "80" : "80, 443"), age());
    }

    private static String ingressClass(ObjectNode object) {
        boolean isDefault = Json.textOrEmpty(object, "metadata", "annotations",
                "ingressclass.kubernetes.io/is-default-class").equals("true");
        return Json.textOrEmpty(object, "metadata", "name") + (isDefault ? " (default)" : "");
    }

    private static String parameters(ObjectNode ingressClass) {
        JsonNode parameters = Json.find(ingressClass, "spec", "parameters");
        if (parameters == null) {
            return Cells.NONE;
        }
        return Json.textOrEmpty(parameters, "kind")
                + (parameters.has("apiGroup") ? "." + Json.textOrEmpty(parameters, "apiGroup") : "") + "/"
                + Json.textOrEmpty(parameters, "name");
    }

    private static String hosts(ObjectNode ingress) {
        List<JsonNode> rules = items(Json.find(ingress, "spec", "rules"));
        List<String> hosts = new ArrayList<>();
        boolean more = false;
        for (JsonNode rule : rules) {
            more |= hosts.size() == MAX_HOSTS;
            if (!more && !Json.textOrEmpty(rule, "host").isEmpty()) {
                hosts.add(Json.textOrEmpty(rule, "host"));
            }
        }
        String all = hosts.isEmpty() ? "*" : String.join(",", hosts);
        return more ? all + " + " + (rules.size() - MAX_HOSTS) + " more..." : all;
    }

    private static String balancers(ObjectNode ingress) {
        return items(Json.find(ingress, "status", "loadBalancer", "ingress")).stream()
                .map(each -> Json.textOrEmpty(each, "ip").isEmpty()
                        ? Json.textOrEmpty(each, "hostname")
                        : Json.textOrEmpty(each, "ip"))
                .filter(each -> !each.isEmpty()).distinct().sorted().collect(Collectors.joining(","));
    }

    private static List<Column> bindings() {
        return List.of(name(),
                string("Role",
                        object -> Json.textOrEmpty(object, "roleRef", "kind") + "/"
                                + Json.textOrEmpty(object, "roleRef", "name")),
                age(),
                wide("Users", object -> subjects(object, "User")), wide("Groups", object -> subjects(object, "Group")),
                wide("ServiceAccounts", object -> subjects(object, "ServiceAccount")));
    }

    private static String subjects(ObjectNode binding, String kind) {
        return items(binding.get("subjects")).stream().filter(each -> Json.textOrEmpty(each, "kind").equals(kind))
                .map(each -> kind.equals("ServiceAccount")
                        ? Json.textOrEmpty(each, "namespace") + "/" + Json.textOrEmpty(each, "name")
                        : Json.textOrEmpty(each, "name"))
                .collect(Collectors.joining(", "));
    }
}
