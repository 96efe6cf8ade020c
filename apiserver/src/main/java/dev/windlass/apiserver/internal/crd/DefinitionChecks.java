package dev.windlass.apiserver.internal.crd;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What is wrong with a custom resource definition. */
final class DefinitionChecks {
    private DefinitionChecks() {
    }

    static void check(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        JsonNode spec = object.path("spec");
        String group = Json.textOrEmpty(spec, "group");
        String plural = Json.textOrEmpty(spec, "names", "plural");
        String expected = plural + "." + group;
        if (!Metadata.name(object).equals(expected)) {
            errors.add(FieldError.invalid("metadata.name", Metadata.name(object),
                    "must be spec.names.plural+\".\"+spec.group"));
        }
        required("spec.group", group, errors);
        for (String problem : group.isEmpty() ? List.<String>of() : NameRules.subdomain(group)) {
            errors.add(FieldError.invalid("spec.group", group, problem));
        }
        if (!group.isEmpty() && !group.contains(".")) {
            errors.add(FieldError.invalid("spec.group", group, "should be a domain with at least one dot"));
        }
        required("spec.names.plural", plural, errors);
        required("spec.names.kind", Json.textOrEmpty(spec, "names", "kind"), errors);
        String scope = Json.textOrEmpty(spec, "scope");
        if (scope.isEmpty()) {
            errors.add(FieldError.required("spec.scope", ""));
        } else if (!scope.equals("Namespaced") && !scope.equals("Cluster")) {
            errors.add(FieldError.notSupported("spec.scope", spec.get("scope"), List.of("Cluster", "Namespaced")));
        }
        checkVersions(spec.path("versions"), errors);
        if (old != null) {
            immutable("spec.group", Json.find(spec, "group"), Json.find(old, "spec", "group"), errors);
            immutable("spec.names.plural", Json.find(spec, "names", "plural"),
                    Json.find(old, "spec", "names", "plural"), errors);
            immutable("spec.scope", Json.find(spec, "scope"), Json.find(old, "spec", "scope"), errors);
        }
    }

    private static void required(String field, String value, List<FieldError> errors) {
        if (value.isEmpty()) {
            errors.add(FieldError.required(field, ""));
        }
    }

    private static void immutable(String field, @Nullable JsonNode now, @Nullable JsonNode before,
            List<FieldError> errors) {
        if (!Json.same(now, before)) {
            errors.add(FieldError.invalid(field, now, "field is immutable"));
        }
    }

    private static void checkVersions(JsonNode versions, List<FieldError> errors) {
        int storage = 0;
        int index = 0;
        for (JsonNode version : versions) {
            String at = "spec.versions[" + index++ + "]";
            if (Json.flag(version, false, "storage")) {
                storage++;
            }
            for (String problem : NameRules.label1035(Json.textOrEmpty(version, "name"))) {
                errors.add(FieldError.invalid(at + ".name", Json.textOrEmpty(version, "name"), problem));
            }
            JsonNode schema = Json.find(version, "schema", "openAPIV3Schema");
            if (schema == null) {
                errors.add(FieldError.required(at + ".schema.openAPIV3Schema", "schemas are required"));
            } else if (!Json.textOrEmpty(schema, "type").equals("object")) {
                String type = Json.textOrEmpty(schema, "type");
                errors.add(type.isEmpty()
                        ? FieldError.required(at + ".schema.openAPIV3Schema.type", "must not be empty at the root")
                        : FieldError.invalid(at + ".schema.openAPIV3Schema.type", type, "must be object at the root"));
            }
        }
        if (storage != 1) {
            errors.add(FieldError.invalid("spec.versions", versions,
                    "must have exactly one version marked as storage version"));
        }
    }
}
