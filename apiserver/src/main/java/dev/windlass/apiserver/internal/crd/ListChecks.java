package dev.windlass.apiserver.internal.crd;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What is wrong with what a schema says of the items of a list, and of how maps and lists are merged. One use each. */
final class ListChecks {
    private static final String LIST_TYPE = "x-kubernetes-list-type";
    private static final String KEYS = "x-kubernetes-list-map-keys";
    private static final String MAP_TYPE = "x-kubernetes-map-type";

    private final JsonNode schema;
    private final String path;
    private final List<FieldError> errors;

    private ListChecks(JsonNode schema, String path, List<FieldError> errors) {
        this.schema = schema;
        this.path = path;
        this.errors = errors;
    }

    static void check(JsonNode schema, String path, List<FieldError> errors) {
        ListChecks checks = new ListChecks(schema, path, errors);
        checks.mapType();
        checks.listType();
        checks.keys();
        checks.itemsOfMap();
        checks.merging();
    }

    private void type(String wanted, String extension) {
        String type = Json.textOrEmpty(schema, "type");
        String detail = "must be " + wanted + " if " + extension + " is specified";
        errors.add(type.isEmpty()
                ? FieldError.required(path + ".type", detail)
                : FieldError.invalid(path + ".type", type, detail));
    }

    private void mapType() {
        String mapType = Json.text(schema, MAP_TYPE);
        if (mapType == null) {
            return;
        }
        if (!Json.textOrEmpty(schema, "type").equals("object")) {
            type("object", MAP_TYPE);
        }
        if (!mapType.equals("atomic") && !mapType.equals("granular")) {
            errors.add(FieldError.notSupported(path + "." + MAP_TYPE, mapType,
                    List.of("atomic", "granular")));
        }
    }

    private void listType() {
        String listType = Json.text(schema, LIST_TYPE);
        if (listType == null) {
            return;
        }
        JsonNode items = Json.find(schema, "items");
        if (!Json.textOrEmpty(schema, "type").equals("array")) {
            type("array", LIST_TYPE);
        } else if (listType.equals("set") && items != null) {
            String must = "must be atomic as item of a list with x-kubernetes-list-type=set";
            @Nullable
            JsonNode shown = items.get(LIST_TYPE);
            if (Json.textOrEmpty(items, "type").equals("array") && items.hasNonNull(LIST_TYPE)
                    && !Json.textOrEmpty(items, LIST_TYPE).equals("atomic")) {
                errors.add(FieldError.invalid(path + ".items." + LIST_TYPE, shown, must));
            }
            if (Json.textOrEmpty(items, "type").equals("object")
                    && !Json.textOrEmpty(items, MAP_TYPE).equals("atomic")) {
                errors.add(FieldError.invalid(path + ".items." + MAP_TYPE, shown, must));
            }
        }
        if (!List.of("atomic", "set", "map").contains(listType)) {
            errors.add(FieldError.notSupported(path + "." + LIST_TYPE, listType,
                    List.of("atomic", "set", "map")));
        }
    }

    private void keys() {
        if (schema.path(KEYS).isEmpty()) {
            return;
        }
        String listType = Json.text(schema, LIST_TYPE);
        String must = "must be map if x-kubernetes-list-map-keys is non-empty";
        if (listType == null) {
            errors.add(FieldError.required(path + "." + LIST_TYPE, must));
        } else if (!listType.equals("map")) {
            errors.add(FieldError.invalid(path + "." + LIST_TYPE, listType, must));
        }
    }

    private List<String> keyNames() {
        List<String> names = new ArrayList<>();
        schema.path(KEYS).forEach(each -> names.add(each.stringValue("")));
        return names;
    }

    private void itemsOfMap() {
        if (!Json.textOrEmpty(schema, LIST_TYPE).equals("map")) {
            return;
        }
        if (schema.path(KEYS).isEmpty()) {
            errors.add(FieldError.required(path + "." + KEYS, "must not be empty if x-kubernetes-list-type is map"));
        }
        JsonNode items = Json.find(schema, "items");
        if (items == null) {
            errors.add(FieldError.required(path + ".items", "must have a schema if x-kubernetes-list-type is map"));
            return;
        }
        String type = Json.textOrEmpty(items, "type");
        if (!type.equals("object")) {
            errors.add(FieldError.invalid(path + ".items.type", type,
                    "must be object if parent array's x-kubernetes-list-type is map"));
            return;
        }
        Set<String> seen = new HashSet<>();
        for (String key : keyNames()) {
            JsonNode property = items.path("properties").get(key);
            if (property == null) {
                errors.add(FieldError.invalid(path + "." + KEYS, schema.get(KEYS),
                        "entries must all be names of item properties"));
            } else if (List.of("array", "object").contains(Json.textOrEmpty(property, "type"))) {
                errors.add(FieldError.invalid(path + ".items.properties[" + key + "].type", type,
                        "must be a scalar type if parent array's x-kubernetes-list-type is map"));
            }
            if (!seen.add(key)) {
                errors.add(FieldError.invalid(path + "." + KEYS, schema.get(KEYS),
                        "must not contain duplicate entries"));
            }
        }
    }

    /** Items that are told apart by what they say must say it. */
    private void merging() {
        String listType = Json.textOrEmpty(schema, LIST_TYPE);
        JsonNode items = Json.find(schema, "items");
        if (items == null || !(listType.equals("set") || listType.equals("map"))) {
            return;
        }
        if (Json.flag(items, false, "nullable")) {
            errors.add(FieldError.forbidden(path + ".items.nullable",
                    "cannot be nullable when x-kubernetes-list-type is " + listType));
        }
        if (listType.equals("set")) {
            return;
        }
        Set<String> required = new HashSet<>();
        items.path("required").forEach(each -> required.add(each.stringValue("")));
        for (String key : keyNames()) {
            JsonNode property = items.path("properties").get(key);
            String at = path + ".items.properties[" + key + "]";
            if (property == null) {
                continue;
            }
            if (!required.contains(key) && !property.hasNonNull("default")) {
                errors.add(FieldError.required(at + ".default", "this property is in x-kubernetes-list-map-keys, so it"
                        + " must have a default or be a required property"));
            }
            if (Json.flag(property, false, "nullable")) {
                errors.add(FieldError.forbidden(at + ".nullable",
                        "this property is in x-kubernetes-list-map-keys, so it cannot be nullable"));
            }
        }
    }
}
