package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What the specification of a pod allows, by itself and in a template. Stateless. */
final class PodChecks {
    /** What each source of a volume must say; a source that is not here has nothing that it must. */
    private static final Map<String, List<String>> VOLUME_SOURCES = Map.of("hostPath", List.of("path"), "secret",
            List.of("secretName"), "configMap", List.of("name"), "persistentVolumeClaim", List.of("claimName"), "nfs",
            List.of("server", "path"), "csi", List.of("driver"), "flexVolume", List.of("driver"), "glusterfs",
            List.of("endpoints", "path"), "rbd", List.of("monitors", "image"));
    private static final List<String> ENV_SOURCES = List.of("fieldRef", "resourceFieldRef", "configMapKeyRef",
            "secretKeyRef", "fileKeyRef");
    private static final Set<String> CONTAINER_RESOURCES = Set.of("cpu", "memory", "ephemeral-storage");
    private static final String MAX_INT = Integer.toString(Integer.MAX_VALUE);

    private PodChecks() {
    }

    /** The template of a pod. */
    static void template(Field template) {
        template.at("metadata", "labels").as(template.path() + ".labels").labels();
        spec(template.at("spec"));
    }

    static void spec(Field spec) {
        Set<String> volumes = volumes(spec.at("volumes"));
        Field containers = spec.at("containers");
        if (containers.mustBeSet("")) {
            containers(containers, volumes);
        }
        containers(spec.at("initContainers"), volumes);
        Field restart = spec.at("restartPolicy");
        if (restart.mustBeSet("")) {
            restart.oneOf("Always", "OnFailure", "Never");
        }
        Field dns = spec.at("dnsPolicy");
        if (dns.mustBeSet("")) {
            dns.oneOf("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");
        }
        spec.at("nodeSelector").labels();
        named(spec.at("serviceAccountName"));
        named(spec.at("nodeName"));
        Field deadline = spec.at("activeDeadlineSeconds");
        if (deadline.isSet() && (deadline.number() < 1 || deadline.number() > Integer.MAX_VALUE)) {
            deadline.invalid("must be between 1 and " + MAX_INT + ", inclusive");
        }
        for (String name : List.of("hostname", "subdomain")) {
            if (!spec.at(name).isEmpty()) {
                spec.at(name).named(NameRules::label);
            }
        }
        spec.at("tolerations").items().forEach(PodChecks::toleration);
        named(spec.at("priorityClassName"));
        named(spec.at("runtimeClassName"));
        spec.at("preemptionPolicy").oneOfIfSet("PreemptLowerPriority", "Never");
    }

    private static void named(Field name) {
        if (!name.isEmpty()) {
            name.named(NameRules::subdomain);
        }
    }

    /** @return the names of those that are right */
    private static Set<String> volumes(Field volumes) {
        Set<String> names = new HashSet<>();
        for (Field volume : volumes.items()) {
            int before = volumes.errors().size();
            volumeSource(volume);
            Field name = volume.at("name");
            name.requiredName(NameRules::label);
            if (names.contains(name.text())) {
                name.duplicate();
            }
            if (volumes.errors().size() == before) {
                names.add(name.text());
            }
        }
        return names;
    }

    private static void volumeSource(Field volume) {
        List<String> sources = volume.value().properties().stream().filter(each -> !each.getKey().equals("name"))
                .map(Map.Entry::getKey).toList();
        if (sources.isEmpty()) {
            volume.required("must specify a volume type");
        }
        for (int i = 0; i < sources.size(); i++) {
            Field source = volume.at(sources.get(i));
            if (i > 0) {
                source.forbidden("may not specify more than 1 volume type");
            } else {
                VOLUME_SOURCES.getOrDefault(sources.get(i), List.of()).forEach(each -> source.at(each).mustBeSet(""));
            }
        }
    }

    private static void containers(Field containers, Set<String> volumes) {
        Set<String> names = new HashSet<>();
        for (Field container : containers.items()) {
            container(container, volumes);
            Field name = container.at("name");
            if (!names.add(name.text())) {
                name.duplicate();
            }
            for (String probe : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
                probe(container.at(probe), !probe.equals("readinessProbe"));
            }
        }
    }

    private static void container(Field container, Set<String> volumes) {
        container.at("name").requiredName(NameRules::label);
        container.at("image").mustBeSet("");
        container.at("terminationMessagePolicy").oneOf("File", "FallbackToLogsOnError");
        ports(container.at("ports"));
        container.at("env").items().forEach(PodChecks::variable);
        mounts(container.at("volumeMounts"), volumes);
        container.at("imagePullPolicy").oneOf("Always", "IfNotPresent", "Never");
        resources(container.at("resources"));
    }

    private static void ports(Field ports) {
        Set<String> names = new HashSet<>();
        for (Field port : ports.items()) {
            Field name = port.at("name");
            if (!name.isEmpty()) {
                int before = ports.errors().size();
                name.named(NameRules::portName);
                if (ports.errors().size() == before && !names.add(name.text())) {
                    name.duplicate();
                }
            }
            Field number = port.at("containerPort");
            if (number.number() == 0) {
                number.required("");
            } else {
                number.port();
            }
            if (port.at("hostPort").number() != 0) {
                port.at("hostPort").port();
            }
            port.at("protocol").oneOf("SCTP", "TCP", "UDP");
        }
    }

    private static void variable(Field variable) {
        Field name = variable.at("name");
        if (name.mustBeSet("") && name.text().contains("=")) {
            name.invalid(
                    "a valid environment variable name must consist only of printable ASCII characters other than '='");
        }
        Field from = variable.at("valueFrom");
        if (!from.isSet()) {
            return;
        }
        List<Field> sources = new ArrayList<>();
        ENV_SOURCES.stream().map(from::at).filter(Field::isSet).forEach(sources::add);
        sources.forEach(PodChecks::variableSource);
        if (sources.isEmpty()) {
            from.invalid("",
                    "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`");
        } else if (!variable.at("value").isEmpty()) {
            from.invalid("", "may not be specified when `value` is not empty");
        } else if (sources.size() > 1) {
            from.invalid("", "may not have more than one field specified at a time");
        }
    }

    private static void variableSource(Field source) {
        if (source.path().endsWith("KeyRef") && !source.path().endsWith("fileKeyRef")) {
            source.at("name").mustBeSet("");
            source.at("key").mustBeSet("");
        } else if (source.path().endsWith("fieldRef")) {
            source.at("fieldPath").mustBeSet("");
        } else if (source.path().endsWith("resourceFieldRef")) {
            source.at("resource").mustBeSet("");
        }
    }

    private static void mounts(Field mounts, Set<String> volumes) {
        Set<String> paths = new HashSet<>();
        for (Field mount : mounts.items()) {
            Field name = mount.at("name");
            name.mustBeSet("");
            if (!volumes.contains(name.text())) {
                name.notFound();
            }
            Field path = mount.at("mountPath");
            path.mustBeSet("");
            if (!paths.add(path.text())) {
                path.invalid("must be unique");
            }
        }
    }

    private static void probe(Field probe, boolean once) {
        if (!probe.isSet()) {
            return;
        }
        int handlers = 0;
        for (String name : List.of("exec", "httpGet", "tcpSocket", "grpc")) {
            Field handler = probe.at(name);
            if (handler.isSet() && handlers++ > 0) {
                handler.forbidden("may not specify more than 1 handler type");
            } else if (handler.isSet()) {
                handler(handler, name);
            }
        }
        if (handlers == 0) {
            probe.required("must specify a handler type");
        }
        for (String number : List.of("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold",
                "failureThreshold")) {
            probe.at(number).notNegative();
        }
        Field grace = probe.at("terminationGracePeriodSeconds");
        if (grace.isSet() && grace.number() <= 0) {
            grace.invalid("must be greater than 0");
        }
        if (once && probe.at("successThreshold").number() != 1) {
            probe.at("successThreshold").invalid("must be 1");
        }
    }

    private static void handler(Field handler, String name) {
        switch (name) {
            case "exec" -> handler.at("command").mustBeSet("");
            case "httpGet" -> {
                handler.at("path").mustBeSet("");
                portOrName(handler.at("port"));
                handler.at("scheme").oneOf("HTTP", "HTTPS");
            }
            default -> portOrName(handler.at("port"));
        }
    }

    static void portOrName(Field port) {
        if (port.value().isString()) {
            port.named(NameRules::portName);
        } else {
            port.port();
        }
    }

    private static void resources(Field resources) {
        Field limits = resources.at("limits");
        Field requests = resources.at("requests");
        amounts(limits);
        amounts(requests);
        for (Map.Entry<String, JsonNode> request : requests.value().properties()) {
            Field limit = limits.at(request.getKey());
            if (limit.isSet() && Amounts.of(request.getValue()).compareTo(Amounts.of(limit.value())) > 0) {
                requests.invalid(request.getValue(), "must be less than or equal to " + request.getKey() + " limit of "
                        + limit.text());
            }
        }
    }

    private static void amounts(Field amounts) {
        for (Map.Entry<String, JsonNode> amount : amounts.value().properties()) {
            Field field = amounts.key(amount.getKey());
            String name = amount.getKey();
            Amounts.resourceName(field, name);
            if (!name.contains("/") && !CONTAINER_RESOURCES.contains(name) && !name.startsWith("hugepages-")) {
                field.invalid(name, "must be a standard resource for containers");
            }
            Amounts.notNegative(field);
        }
    }

    private static void toleration(Field toleration) {
        Field key = toleration.at("key");
        Field operator = toleration.at("operator");
        if (key.isEmpty() && !operator.text().equals("Exists")) {
            operator.invalid(operator.text(),
                    "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
        }
        Field effect = toleration.at("effect");
        if (toleration.at("tolerationSeconds").isSet() && !effect.text().equals("NoExecute")) {
            effect.invalid(effect.text(), "effect must be 'NoExecute' when `tolerationSeconds` is set");
        }
        Field value = toleration.at("value");
        switch (operator.text()) {
            case "", "Equal" -> {
                List<String> problems = NameRules.labelValue(value.text());
                if (!problems.isEmpty()) {
                    operator.invalid(value.text(), String.join(";", problems));
                }
            }
            case "Exists" -> {
                if (!value.isEmpty()) {
                    operator.invalid(value.text(), "value must be empty when `operator` is 'Exists'");
                }
            }
            default -> operator.oneOf("Equal", "Exists");
        }
        if (!effect.isEmpty()) {
            effect.oneOf("NoSchedule", "PreferNoSchedule", "NoExecute");
        }
        if (!key.isEmpty()) {
            key.named(NameRules::qualifiedName);
        }
    }

    /** What is checked of a pod and not of a template. */
    static void pod(Field pod) {
        Field spec = pod.at("spec");
        spec(spec);
        spec.at("terminationGracePeriodSeconds").notNegative();
        for (String list : List.of("containers", "initContainers")) {
            spec.at(list).items().forEach(container -> trimmed(container.at("image")));
        }
    }

    private static void trimmed(Field image) {
        if (!image.text().strip().equals(image.text())) {
            image.invalid("must not have leading or trailing whitespace");
        }
    }

    /** What may be changed of a pod that is there. */
    static void update(Field spec, Field before) {
        for (String list : List.of("containers", "initContainers")) {
            if (spec.at(list).value().size() != before.at(list).value().size()) {
                spec.at(list).forbidden("pod updates may not add or remove containers");
                return;
            }
        }
        Field deadline = spec.at("activeDeadlineSeconds");
        Field oldDeadline = before.at("activeDeadlineSeconds");
        if (deadline.isSet() && oldDeadline.isSet() && deadline.number() > oldDeadline.number()) {
            deadline.invalid("must be less than or equal to previous value");
            return;
        }
        if (!deadline.isSet() && oldDeadline.isSet()) {
            deadline.invalid("must not update from a positive integer to nil value");
        }
        tolerationsStay(spec.at("tolerations"), before.at("tolerations"));
        if (!Json.same(unchangeable(spec, before), before.value())) {
            spec.errors().add(FieldError.forbidden(spec.path(),
                    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
                            + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
                            + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n"));
        }
    }

    private static void tolerationsStay(Field now, Field before) {
        for (JsonNode old : before.value()) {
            boolean kept = false;
            for (JsonNode each : now.value()) {
                kept |= Json.same(each, old);
            }
            if (!kept) {
                now.forbidden("existing toleration can not be modified except its tolerationSeconds");
                return;
            }
        }
    }

    /** The new specification with what may change as it was. */
    private static JsonNode unchangeable(Field spec, Field before) {
        ObjectNode copy = (ObjectNode) spec.value().deepCopy();
        for (String list : List.of("containers", "initContainers")) {
            for (int i = 0; i < copy.path(list).size(); i++) {
                ((ObjectNode) copy.path(list).get(i)).set("image",
                        before.value().path(list).get(i).path("image"));
            }
        }
        for (String free : List.of("activeDeadlineSeconds", "tolerations", "schedulingGates")) {
            JsonNode old = before.value().get(free);
            if (old == null) {
                copy.remove(free);
            } else {
                copy.set(free, old);
            }
        }
        return copy;
    }
}
