package dev.windlass.apiserver.internal.crd;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.schema.FieldPaths;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What is wrong with a custom resource definition, in the real server's words and order. One use each. */
final class DefinitionChecks {
    private static final String COLUMN_TYPES = "boolean,date,integer,number,string";
    private static final String COLUMN_FORMATS = "byte,date,date-time,double,float,int32,int64,password";
    private static final int MOST_SELECTABLE = 8;
    private static final int LONGEST_WARNING = 256;

    private final List<FieldError> errors;
    private final DefinitionSpec spec;
    private final boolean structural;

    private DefinitionChecks(DefinitionSpec spec, boolean structural, List<FieldError> errors) {
        this.spec = spec;
        this.structural = structural;
        this.errors = errors;
    }

    static void check(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        DefinitionSpec spec = DefinitionSpec.of(object);
        if (old == null) {
            checkName(object, errors);
        } else {
            errors.addAll(Metadata.validateUpdate(object, old)); // as if it had not been done for every kind
        }
        new DefinitionChecks(spec, old == null || isStructural(DefinitionSpec.of(old)), errors)
                .checkSpec(old == null || !DefinitionStatus.isTrue(old, DefinitionStatus.ESTABLISHED)
                        || ConversionChecks.hasUnreadableBundle(old));
        if (old != null) {
            checkChange(object, old, errors);
        }
        checkStatus(object, errors);
        checkStoredVersions(object, errors);
        checkApproval(object, old, errors);
        if (spec.preservesUnknown() && !(old != null && Json.flag(old, false, "spec", "preserveUnknownFields"))) {
            errors.add(FieldError.invalid("spec.preserveUnknownFields", object.booleanNode(true),
                    "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"));
        }
    }

    /** A schema that once was accepted without being structural need not become so. */
    private static boolean isStructural(DefinitionSpec old) {
        return old.schemas().stream().allMatch(schema -> StructuralChecks.check(schema, "").isEmpty());
    }

    /** What is checked also when only the status is changed. */
    static void checkStatus(ObjectNode object, List<FieldError> errors) {
        names(object.path("status").path("acceptedNames"), "status.acceptedNames", errors);
    }

    private static void checkName(ObjectNode object, List<FieldError> errors) {
        String expected = Json.textOrEmpty(object, "spec", "names", "plural") + "."
                + Json.textOrEmpty(object, "spec", "group");
        if (!Metadata.name(object).isEmpty() && !Metadata.name(object).equals(expected)) {
            errors.add(FieldError.invalid("metadata.name", Metadata.name(object),
                    "must be spec.names.plural+\".\"+spec.group"));
        }
    }

    private static void checkChange(ObjectNode object, ObjectNode old, List<FieldError> errors) {
        if (DefinitionStatus.isTrue(old, DefinitionStatus.ESTABLISHED)) {
            immutable(object, old, errors, "spec", "scope");
            immutable(object, old, errors, "spec", "names", "kind");
        }
        immutable(object, old, errors, "spec", "group");
        immutable(object, old, errors, "spec", "names", "plural");
    }

    private static void immutable(ObjectNode object, ObjectNode old, List<FieldError> errors, String... path) {
        String now = Json.textOrEmpty(object, path);
        if (!now.equals(Json.textOrEmpty(old, path))) {
            errors.add(FieldError.invalid(String.join(".", path), now, "field is immutable"));
        }
    }

    private void checkSpec(boolean anyBundle) {
        JsonNode node = spec.spec();
        checkGroup(Json.textOrEmpty(node, "group"));
        String scope = Json.textOrEmpty(node, "scope");
        if (scope.isEmpty()) {
            required("spec.scope");
        } else if (!scope.equals("Namespaced") && !scope.equals("Cluster")) {
            errors.add(FieldError.notSupported("spec.scope", Json.textOrEmpty(node, "scope"),
                    List.of("Cluster", "Namespaced")));
        }
        if (spec.openApi() == null) {
            for (int i = 0; i < spec.versions().size(); i++) {
                if (spec.versions().get(i).openApi() == null) {
                    required("spec.versions[" + i + "].schema.openAPIV3Schema");
                }
            }
        }
        if (spec.preservesUnknown()
                && spec.schemas().stream().anyMatch(each -> Schemas.any(each, one -> one.hasNonNull("default")))) {
            errors.add(FieldError.invalid("spec.preserveUnknownFields", Json.object().booleanNode(true),
                    "must be false in order to use defaults in the schema"));
        }
        checkVersions();
        String first = spec.versions().isEmpty() ? "" : spec.versions().getFirst().name();
        if (!first.isEmpty()) {
            labelOrEmpty(first, "spec.version", errors);
        }
        for (String name : List.of("plural", "singular", "kind", "listKind")) {
            if (Json.textOrEmpty(node, "names", name).isEmpty()) {
                required("spec.names." + name);
            }
        }
        names(node.path("names"), "spec.names", errors);
        checkSchema(spec.validation(), spec.anyHasStatus(), "spec.validation");
        checkSubresources(spec.subresources(), "spec.subresources");
        checkColumns(spec.columns(), "spec.additionalPrinterColumns");
        if (!spec.selectable().isEmpty()) {
            if (spec.validation() == null) {
                errors.add(FieldError.invalid("spec.selectableFields", "",
                        "may only be set when validations.schema is included"));
            } else {
                checkSelectable(spec.selectable(), spec.openApi(), "spec.selectableFields");
            }
        }
        if (spec.preservesUnknown() && !Json.textOrEmpty(node, "conversion", "strategy").equals("None")) {
            errors.add(FieldError.invalid("spec.conversion.strategy", Json.textOrEmpty(node, "conversion", "strategy"),
                    "must be None if spec.preserveUnknownFields is true"));
        }
        ConversionChecks.check(node.path("conversion"), anyBundle, errors);
    }

    private void checkGroup(String group) {
        List<String> problems = group.isEmpty() ? List.of() : NameRules.subdomain(group);
        if (group.isEmpty()) {
            required("spec.group");
        } else if (!problems.isEmpty()) {
            errors.add(FieldError.invalid("spec.group", group, String.join(",", problems)));
        } else if (!group.contains(".")) {
            errors.add(FieldError.invalid("spec.group", group, "should be a domain with at least one dot"));
        }
    }

    private void required(String field) {
        errors.add(FieldError.required(field, ""));
    }

    private void checkVersions() {
        int stored = 0;
        Set<String> seen = new HashSet<>();
        boolean unique = true;
        int index = 0;
        for (DefinitionSpec.Version version : spec.versions()) {
            String at = "spec.versions[" + index++ + "]";
            stored += Json.flag(version.node(), false, "storage") ? 1 : 0;
            unique &= seen.add(version.name());
            List<String> problems = NameRules.label1035(version.name());
            if (!problems.isEmpty()) {
                errors.add(FieldError.invalid(at + ".name", version.name(), String.join(",", problems)));
            }
            checkDeprecation(version.node(), at);
            checkSchema(version.schema(), spec.hasStatus(version), at + ".schema");
            checkSubresources(version.subresources(), at + ".subresources");
            checkColumns(version.columns(), at + ".additionalPrinterColumns");
            if (!version.selectable().isEmpty()) {
                if (version.openApi() == null) {
                    errors.add(FieldError.invalid(at + ".selectableFields", "",
                            "may only be set when `version.schema.openAPIV3Schema` is not included"));
                } else {
                    checkSelectable(version.selectable(), version.openApi(), at + ".selectableFields");
                }
            }
        }
        if (!unique) {
            errors.add(
                    FieldError.invalid("spec.versions", shownVersions(), "must contain unique version names"));
        }
        if (stored != 1) {
            errors.add(FieldError.invalid("spec.versions", shownVersions(),
                    "must have exactly one version marked as storage version"));
        }
    }

    /** An empty list is another thing than none. */
    private @Nullable JsonNode shownVersions() {
        JsonNode shown = GoPrint.versions(spec);
        return shown == null ? Json.arrayAt(spec.spec(), "versions") : shown;
    }

    private void checkDeprecation(JsonNode version, String at) {
        String warning = Json.text(version, "deprecationWarning");
        if (warning == null) {
            return;
        }
        List<String> problems = new ArrayList<>();
        if (!Json.flag(version, false, "deprecated")) {
            problems.add("can only be set for deprecated versions");
        } else {
            if (warning.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > LONGEST_WARNING) {
                problems.add("must be <= 256 characters long");
            }
            if (warning.isEmpty()) {
                problems.add("must not be an empty string");
            }
            for (int i = 0; i < warning.length(); i++) {
                if (Character.isISOControl(warning.charAt(i))) {
                    problems.add(
                            "must only contain printable UTF-8 characters; non-printable character found at index "
                                    + i);
                    break;
                }
            }
        }
        problems.forEach(problem -> errors.add(FieldError.invalid(at + ".deprecationWarning", warning, problem)));
    }

    private void checkSchema(@Nullable ObjectNode validation, boolean status, String at) {
        ObjectNode schema = Json.objectAt(validation, "openAPIV3Schema");
        if (schema != null) {
            errors.addAll(SchemaChecks.check(schema, status, structural || !spec.preservesUnknown(), at));
        }
    }

    private void checkSubresources(@Nullable ObjectNode subresources, String at) {
        ObjectNode scale = Json.objectAt(subresources, "scale");
        if (scale == null) {
            return;
        }
        checkScalePath(scale, "specReplicasPath", ".spec.", at);
        checkScalePath(scale, "statusReplicasPath", ".status.", at);
        String selector = Json.textOrEmpty(scale, "labelSelectorPath");
        String field = at + ".scale.labelSelectorPath";
        if (!selector.isEmpty() && simplePath(selector, field) && !selector.startsWith(".spec.")
                && !selector.startsWith(".status.")) {
            errors.add(
                    FieldError.invalid(field, selector, "should be a json path under either .spec or .status"));
        }
    }

    private void checkScalePath(ObjectNode scale, String name, String prefix, String at) {
        String path = Json.textOrEmpty(scale, name);
        String field = at + ".scale." + name;
        if (path.isEmpty()) {
            required(field);
        } else if (simplePath(path, field) && !path.startsWith(prefix)) {
            errors.add(FieldError.invalid(field, path,
                    "should be a json path under " + prefix.substring(0, prefix.length() - 1)));
        }
    }

    private boolean simplePath(String path, String field) {
        if (path.startsWith(".")) {
            return true;
        }
        errors.add(FieldError.invalid(field, path, "must be a simple json path starting with ."));
        return false;
    }

    private void checkColumns(List<ObjectNode> columns, String at) {
        for (int i = 0; i < columns.size(); i++) {
            ObjectNode column = columns.get(i);
            String field = at + "[" + i + "]";
            if (Json.textOrEmpty(column, "name").isEmpty()) {
                required(field + ".name");
            }
            String type = Json.textOrEmpty(column, "type");
            if (type.isEmpty()) {
                errors.add(FieldError.required(field + ".type", "must be one of " + COLUMN_TYPES));
            } else if (!List.of(COLUMN_TYPES.split(",", -1)).contains(type)) {
                errors.add(FieldError.invalid(field + ".type", type, "must be one of " + COLUMN_TYPES));
            }
            String format = Json.textOrEmpty(column, "format");
            if (!format.isEmpty() && !List.of(COLUMN_FORMATS.split(",", -1)).contains(format)) {
                errors.add(FieldError.invalid(field + ".format", format, "must be one of " + COLUMN_FORMATS));
            }
            String path = Json.textOrEmpty(column, "jsonPath");
            if (path.isEmpty()) {
                required(field + ".JSONPath");
            } else {
                simplePath(path, field + ".JSONPath");
            }
        }
    }

    private void checkSelectable(List<ObjectNode> fields, @Nullable ObjectNode schema, String at) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < fields.size(); i++) {
            String path = Json.textOrEmpty(fields.get(i), "jsonPath");
            String field = at + "[" + i + "].jsonPath";
            if (path.isEmpty()) {
                required(field);
                continue;
            }
            FieldPaths.Found found;
            try {
                found = FieldPaths.follow(path, schema == null ? Json.object() : schema, false);
            } catch (IllegalArgumentException e) {
                errors.add(FieldError.invalid(field, path, "is an invalid path: " + e.getMessage()));
                continue;
            }
            if (found.steps().getFirst().equals("metadata")) {
                errors.add(FieldError.invalid(field, path, "must not point to fields in metadata"));
            }
            if (!List.of("string", "boolean", "integer").contains(Json.textOrEmpty(found.schema(), "type"))) {
                errors.add(FieldError.invalid(field, path, "must point to a field of type string, boolean or integer."
                        + " Enum string fields and strings with formats are allowed."));
            }
            if (!seen.add(found.path())) {
                errors.add(FieldError.duplicate(field, fields.get(i).path("jsonPath")));
            }
        }
        if (seen.size() > MOST_SELECTABLE) {
            errors.add(FieldError.tooMany(at, seen.size(), MOST_SELECTABLE));
        }
    }

    private static void names(JsonNode names, String at, List<FieldError> errors) {
        label(Json.textOrEmpty(names, "plural"), at + ".plural", errors);
        label(Json.textOrEmpty(names, "singular"), at + ".singular", errors);
        String kind = Json.textOrEmpty(names, "kind");
        String listKind = Json.textOrEmpty(names, "listKind");
        mixedCase(kind, at + ".kind", errors);
        mixedCase(listKind, at + ".listKind", errors);
        int index = 0;
        for (JsonNode name : names.path("shortNames")) {
            labelOrEmpty(name.stringValue(""), at + ".shortNames[" + index++ + "]", errors);
        }
        if (!kind.isEmpty() && kind.equals(listKind)) {
            errors.add(FieldError.invalid(at + ".listKind", listKind, "kind and listKind may not be the same"));
        }
        index = 0;
        for (JsonNode category : names.path("categories")) {
            labelOrEmpty(category.stringValue(""), at + ".categories[" + index++ + "]", errors);
        }
    }

    private static void label(String name, String field, List<FieldError> errors) {
        if (!name.isEmpty()) {
            labelOrEmpty(name, field, errors);
        }
    }

    private static void labelOrEmpty(String name, String field, List<FieldError> errors) {
        List<String> problems = NameRules.label1035(name);
        if (!problems.isEmpty()) {
            errors.add(FieldError.invalid(field, name, String.join(",", problems)));
        }
    }

    private static void mixedCase(String name, String field, List<FieldError> errors) {
        List<String> problems = name.isEmpty() ? List.of() : NameRules.label1035(name.toLowerCase(Locale.ROOT));
        if (!problems.isEmpty()) {
            errors.add(FieldError.invalid(field, name,
                    "may have mixed case, but should otherwise match: " + String.join(",", problems)));
        }
    }

    private static void checkStoredVersions(ObjectNode object, List<FieldError> errors) {
        JsonNode stored = object.path("status").path("storedVersions");
        String field = "status.storedVersions";
        if (stored.isEmpty()) {
            errors.add(FieldError.invalid(field, Json.arrayAt(object, "status", "storedVersions"),
                    "must have at least one stored version"));
            return;
        }
        Set<String> known = new HashSet<>();
        List<String> names = new ArrayList<>();
        stored.forEach(each -> names.add(each.stringValue("")));
        for (JsonNode version : object.path("spec").path("versions")) {
            String name = Json.textOrEmpty(version, "name");
            boolean again = !known.add(name); // the first of a name takes what is stored, so that a second one lacks it
            if (Json.flag(version, false, "storage") && (again || !names.contains(name))) {
                errors.add(FieldError.invalid(field, stored, "must have the storage version " + name));
            }
        }
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (!known.contains(name)) {
                errors.add(FieldError.invalid(field + "[" + i + "]", name, "missing from spec.versions; " + name
                        + " was previously a storage version, and must remain in spec.versions until a storage migration"
                        + " ensures no data remains persisted in " + name + " and removes " + name
                        + " from status.storedVersions"));
            }
        }
    }

    /** The community's own groups take definitions only with a link to who has agreed to them. */
    private static void checkApproval(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        Approval approval = Approval.of(object);
        Approval before = old == null ? null : Approval.of(old);
        if (approval == null || (before != null && before.state() == approval.state())) {
            return;
        }
        String field = "metadata.annotations[" + Approval.ANNOTATION + "]";
        switch (approval.state()) {
            case MISSING -> errors.add(FieldError.required(field, approval.why()));
            case INVALID -> errors.add(FieldError.invalid(field, Approval.text(object), approval.why()));
            case BYPASSED, APPROVED -> {
                // somebody has said why
            }
        }
    }
}
