package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Environment variables of containers, and what they and volumes may take from the pod itself. Stateless. */
final class EnvironmentChecks {
    private static final List<String> FIELDS_OF_VARIABLES = List.of("metadata.name", "metadata.namespace",
            "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs",
            "status.podIP", "status.podIPs");
    /** Of all fields that have a name for this, those that only others may use. */
    private static final Set<String> OTHER_FIELDS = Set.of("metadata.annotations", "metadata.labels",
            "spec.restartPolicy", "spec.schedulerName", "status.phase");
    private static final Set<String> WITH_KEYS = Set.of("metadata.annotations", "metadata.labels");
    private static final List<String> RESOURCES = List.of("limits.cpu", "limits.ephemeral-storage", "limits.memory",
            "requests.cpu", "requests.ephemeral-storage", "requests.memory");
    private static final Set<String> BYTES = Set.of("1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti",
            "1Pi", "1Ei");
    private static final List<String> SOURCES = List.of("fieldRef", "resourceFieldRef", "configMapKeyRef",
            "secretKeyRef", "fileKeyRef");

    private EnvironmentChecks() {
    }

    static void variables(Field variables) {
        for (Field variable : variables.items()) {
            Field name = variable.at("name");
            if (name.mustBeSet("")) {
                variableName(name);
            }
            Field from = variable.at("valueFrom");
            if (from.isSet()) {
                valueFrom(from, variable.at("value"));
            }
        }
    }

    private static void variableName(Field name) {
        if (name.text().chars().anyMatch(each -> each < ' ' || each > '~' || each == '=')) {
            name.invalid(name.text(),
                    "a valid environment variable name must consist only of printable ASCII characters other than '='");
        }
    }

    private static void valueFrom(Field from, Field value) {
        List<Field> sources = SOURCES.stream().map(from::at).filter(Field::isSet).toList();
        sources.forEach(EnvironmentChecks::source);
        if (sources.isEmpty()) {
            from.invalid("",
                    "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`");
        } else if (!value.isEmpty()) {
            from.invalid("", "may not be specified when `value` is not empty");
        } else if (sources.size() > 1) {
            from.invalid("", "may not have more than one field specified at a time");
        }
    }

    private static void source(Field source) {
        switch (source.path().substring(source.path().lastIndexOf('.') + 1)) {
            case "fieldRef" -> field(source, FIELDS_OF_VARIABLES);
            case "resourceFieldRef" -> resource(source, false);
            case "fileKeyRef" -> file(source);
            default -> {
                source.at("name").named(NameRules::subdomain);
                if (source.at("key").mustBeSet("")) {
                    source.at("key").named(Checks::configKey);
                }
            }
        }
    }

    /** A field of the pod. */
    static void field(Field selector, List<String> allowed) {
        Field path = selector.at("fieldPath");
        if (!selector.at("apiVersion").mustBeSet("") || !path.mustBeSet("")) {
            return;
        }
        String text = path.text();
        if (!selector.at("apiVersion").text().equals("v1")) {
            path.invalid(text,
                    "error converting fieldPath: unsupported pod version: " + selector.at("apiVersion").text());
            return;
        }
        int bracket = text.indexOf("['");
        boolean keyed = text.endsWith("']") && bracket > 0;
        String name = keyed ? text.substring(0, bracket) : text.equals("spec.host") ? "spec.nodeName" : text;
        if (keyed && !WITH_KEYS.contains(name)) {
            path.invalid(text, "error converting fieldPath: field label does not support subscript: " + text);
        } else if (keyed) {
            String key = text.substring(bracket + 2, Math.max(bracket + 2, text.length() - 2));
            String told = name.equals("metadata.annotations") ? key.toLowerCase(Locale.ROOT) : key;
            NameRules.qualifiedName(told).forEach(problem -> selector.invalid(told, problem));
        } else if (!FIELDS_OF_VARIABLES.contains(name) && !OTHER_FIELDS.contains(name)) {
            path.invalid(text, "error converting fieldPath: field label not supported: " + text);
        } else if (!allowed.contains(name)) {
            path.errors().add(FieldError.notSupported(path.path(), name, allowed));
        }
    }

    /** A resource of a container. */
    static void resource(Field selector, boolean ofVolume) {
        Field resource = selector.at("resource");
        String name = resource.text();
        boolean huge = name.startsWith("limits.hugepages-") || name.startsWith("requests.hugepages-");
        if (ofVolume && selector.at("containerName").isEmpty()) {
            selector.at("containerName").required("");
        } else if (resource.mustBeSet("") && !RESOURCES.contains(name) && !huge) {
            resource.textOneOf(RESOURCES.toArray(String[]::new));
        }
        JsonNode divisor = selector.at("divisor").value();
        if (Amounts.of(divisor).signum() != 0) {
            divisor(selector.at("divisor"), name, divisor.asString(""), huge);
        }
    }

    private static void divisor(Field field, String resource, String divisor, boolean huge) {
        String kind = huge ? "hugepages" : resource.substring(resource.indexOf('.') + 1);
        String bytes = "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the ";
        switch (kind) {
            case "cpu" -> {
                if (!Set.of("1m", "1").contains(divisor)) {
                    field.invalid(resource, "only divisor's values 1m and 1 are supported with the cpu resource");
                }
            }
            case "memory", "ephemeral-storage", "hugepages" -> {
                if (!BYTES.contains(divisor)) {
                    field.invalid(resource, bytes + (kind.equals("ephemeral-storage")
                            ? "local ephemeral storage"
                            : kind) + " resource");
                }
            }
            default -> {
                // said of the resource
            }
        }
    }

    private static void file(Field source) {
        if (source.at("key").mustBeSet("")) {
            variableName(source.at("key"));
        }
        source.at("volumeName").requiredName(NameRules::label);
        if (source.at("path").mustBeSet("")) {
            PathChecks.noBacksteps(source.at("path"));
        }
    }

    /** Whole config maps and secrets. */
    static void sources(Field sources) {
        for (Field source : sources.items()) {
            if (!source.at("prefix").isEmpty()) {
                variableName(source.at("prefix"));
            }
            List<Field> given = List.of(source.at("configMapRef"), source.at("secretRef")).stream()
                    .filter(Field::isSet).toList();
            given.forEach(each -> each.at("name").requiredName(NameRules::subdomainPrefix));
            if (given.isEmpty()) {
                sources.invalid("", "must specify one of: `configMapRef` or `secretRef`");
            } else if (given.size() > 1) {
                sources.invalid("", "may not have more than one field specified at a time");
            }
        }
    }

    /** Files with variables lie in empty directories, which containers of the pod fill. */
    static void filesInEmptyDirectories(Field spec) {
        for (Field container : PodScope.containers(spec)) {
            for (Field variable : container.at("env").items()) {
                Field file = variable.at("valueFrom", "fileKeyRef");
                Field name = file.at("volumeName");
                if (!file.isSet()) {
                    continue;
                }
                List<Field> volumes = spec.at("volumes").items().stream()
                        .filter(each -> each.at("name").text().equals(name.text())).toList();
                if (volumes.isEmpty()) {
                    Field.textAt(name).notFound();
                } else if (!volumes.getLast().at("emptyDir").isSet()) {
                    name.invalid(name.text(), "referenced volume must be of type emptyDir");
                }
            }
        }
    }
}
