package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.kind.Traits.NameRule;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The part of every object that the server itself minds. Stateless. */
public final class Metadata {
    private static final Pattern GROUP_VERSION = Pattern.compile("[^/]*/?[^/]+");
    private static final int MAX_ANNOTATIONS = 256 * 1024;
    private static final List<String> EXCLUSIVE = List.of("orphan", "foregroundDeletion");
    private static final List<String> STANDARD = List.of("kubernetes", "orphan", "foregroundDeletion");
    private static final List<String> KEPT = List.of("creationTimestamp", "generation");
    private static final String DELETED = "deletionTimestamp";
    private static final String GRACE = "deletionGracePeriodSeconds";

    private Metadata() {
    }

    public static ObjectNode of(ObjectNode object) {
        return Json.child(object, "metadata");
    }

    public static String name(ObjectNode object) {
        return Json.textOrEmpty(object, "metadata", "name");
    }

    /** What admission calls an object that may have no name yet. */
    public static String toldName(@Nullable ObjectNode object) {
        String name = Json.textOrEmpty(object, "metadata", "name");
        String prefix = Json.textOrEmpty(object, "metadata", "generateName");
        return !name.isEmpty() ? name : prefix.isEmpty() ? "Unknown" : prefix;
    }

    public static String namespace(ObjectNode object) {
        return Json.textOrEmpty(object, "metadata", "namespace");
    }

    public static String uid(ObjectNode object) {
        return Json.textOrEmpty(object, "metadata", "uid");
    }

    static String version(ObjectNode object) {
        return Json.textOrEmpty(object, "metadata", "resourceVersion");
    }

    /** Whether something is wrong with one of the finalizers, at which some kinds look late, or not at all. */
    public static boolean isOfFinalizer(FieldError error) {
        return error.field().startsWith("metadata.finalizers[");
    }

    public static boolean deleting(ObjectNode object) {
        return Json.text(object, "metadata", "deletionTimestamp") != null;
    }

    public static List<String> finalizers(ObjectNode object) {
        ArrayNode finalizers = Json.arrayAt(object, "metadata", "finalizers");
        List<String> names = new ArrayList<>();
        if (finalizers != null) {
            finalizers.forEach(each -> names.add(each.stringValue("")));
        }
        return names;
    }

    public static void setFinalizers(ObjectNode object, List<String> finalizers) {
        ObjectNode metadata = of(object);
        if (finalizers.isEmpty()) {
            metadata.remove("finalizers");
        } else {
            ArrayNode array = metadata.putArray("finalizers");
            finalizers.forEach(array::add);
        }
    }

    static long generation(ObjectNode object) {
        return Json.number(object, 0, "metadata", "generation");
    }

    /** Takes out nulls and empties that Go would not write, so that an object reads back as the real server would show it. */
    static void tidy(ObjectNode object) {
        ObjectNode metadata = of(object);
        for (Map.Entry<String, JsonNode> field : new ArrayList<>(metadata.properties())) {
            JsonNode value = field.getValue();
            boolean resets = value.isArray() && field.getKey().equals("managedFields");
            if (value.isNull() || (value.isContainer() && value.isEmpty() && !resets)
                    || (value.isString() && value.stringValue().isEmpty())) {
                metadata.remove(field.getKey());
            }
        }
    }

    /** What nobody but the server sets stays as it is. */
    static void keepSystemFields(ObjectNode old, ObjectNode object) {
        ObjectNode from = of(old);
        ObjectNode to = of(object);
        KEPT.forEach(field -> Json.share(field, from, to));
        // Where there is no deletion, one that is sent is refused.
        if (from.has(DELETED)) {
            Json.share(DELETED, from, to);
        }
        if (!to.has(GRACE)) {
            Json.share(GRACE, from, to);
        }
        if (uid(object).isEmpty()) {
            to.put("uid", uid(old));
        }
        Json.share("namespace", from, to); // what belongs into none may be sent with one
    }

    /**
     * What is wrong with the metadata of an object as such.
     *
     * @param names
     *            what names are allowed
     */
    static List<FieldError> validate(ObjectNode object, Reach reach, NameRule names) {
        List<FieldError> errors = new ArrayList<>();
        ObjectNode metadata = of(object);
        String prefix = Json.textOrEmpty(metadata, "generateName");
        if (!prefix.isEmpty()) {
            // A generated name ends with letters, so that a trailing dash of the prefix is right.
            String asName = prefix.endsWith("-") ? prefix.substring(0, prefix.length() - 1) + "a" : prefix;
            NameRules.name(names, asName)
                    .forEach(problem -> errors.add(FieldError.invalid("metadata.generateName", prefix, problem)));
        }
        String name = name(object);
        if (name.isEmpty()) {
            errors.add(FieldError.required("metadata.name", "name or generateName is required"));
        } else {
            NameRules.name(names, name)
                    .forEach(problem -> errors.add(FieldError.invalid("metadata.name", name, problem)));
        }
        validateLabels(metadata, errors);
        validateAnnotations(metadata, errors);
        validateOwners(metadata, errors);
        validateFinalizers(object, reach.anyFinalizer(), errors);
        return errors;
    }

    private static void validateLabels(ObjectNode metadata, List<FieldError> errors) {
        for (Map.Entry<String, JsonNode> label : metadata.path("labels").properties()) {
            for (String problem : NameRules.qualifiedName(label.getKey())) {
                errors.add(FieldError.invalid("metadata.labels", label.getKey(), problem));
            }
            String value = label.getValue().stringValue("");
            for (String problem : NameRules.labelValue(value)) {
                errors.add(FieldError.invalid("metadata.labels", value, problem));
            }
        }
    }

    private static void validateAnnotations(ObjectNode metadata, List<FieldError> errors) {
        long size = 0;
        for (Map.Entry<String, JsonNode> annotation : metadata.path("annotations").properties()) {
            for (String problem : NameRules.qualifiedName(annotation.getKey().toLowerCase(java.util.Locale.ROOT))) {
                errors.add(FieldError.invalid("metadata.annotations", annotation.getKey(), problem));
            }
            size += annotation.getKey().length() + annotation.getValue().stringValue("").length();
        }
        if (size > MAX_ANNOTATIONS) {
            errors.add(FieldError.tooLong("metadata.annotations", MAX_ANNOTATIONS));
        }
    }

    private static void validateOwners(ObjectNode metadata, List<FieldError> errors) {
        String controller = "";
        int index = 0;
        for (JsonNode owner : metadata.path("ownerReferences")) {
            validateOwner(owner, "metadata.ownerReferences[" + index++ + "]", errors);
            if (Json.flag(owner, false, "controller")) {
                String name = Json.textOrEmpty(owner, "kind") + "/" + Json.textOrEmpty(owner, "name");
                if (!controller.isEmpty()) {
                    errors.add(FieldError.invalid("metadata.ownerReferences", metadata.get("ownerReferences"),
                            "Only one reference can have Controller set to true. Found \"true\" in references for "
                                    + controller + " and " + name));
                }
                controller = name;
            }
        }
    }

    private static void validateOwner(JsonNode owner, String at, List<FieldError> errors) {
        for (String field : List.of("apiVersion", "kind", "name", "uid")) {
            String value = Json.textOrEmpty(owner, field);
            if (value.isEmpty()) {
                errors.add(FieldError.required(at + "." + field, "must not be empty"));
            } else if (field.equals("apiVersion") && !GROUP_VERSION.matcher(value).matches()) {
                errors.add(FieldError.invalid(at + ".apiVersion", value, "must be <group>/<version> or <version>"));
            }
        }
        if (Json.textOrEmpty(owner, "kind").equals("Event")
                && List.of("v1", "/v1").contains(Json.textOrEmpty(owner, "apiVersion"))) {
            errors.add(FieldError.invalid(at, owner, "/v1, Kind=Event is disallowed from being an owner"));
        }
    }

    /**
     * Takes out owners that are told twice alike.
     *
     * @return the uids of what has been taken out
     */
    static List<String> dropRepeatedOwners(ObjectNode object) {
        List<String> repeated = new ArrayList<>();
        ArrayNode owners = Json.arrayAt(object, "metadata", "ownerReferences");
        if (owners == null || owners.size() < 2) {
            return repeated;
        }
        ArrayNode kept = Json.array();
        for (JsonNode owner : owners) {
            if (kept.valueStream().anyMatch(each -> Json.same(each, owner))) {
                repeated.add(Json.textOrEmpty(owner, "uid"));
            } else {
                kept.add(owner);
            }
        }
        of(object).set("ownerReferences", kept);
        return repeated;
    }

    private static void validateFinalizers(ObjectNode object, boolean any, List<FieldError> errors) {
        List<String> finalizers = finalizers(object);
        for (String name : finalizers) {
            for (String problem : NameRules.qualifiedName(name)) {
                errors.add(FieldError.invalid("metadata.finalizers", name, problem));
            }
        }
        if (finalizers.containsAll(EXCLUSIVE)) {
            errors.add(FieldError.invalid("metadata.finalizers", of(object).get("finalizers"),
                    "finalizer orphan and foregroundDeletion cannot be both set"));
        }
        if (!any) {
            for (int i = 0; i < finalizers.size(); i++) {
                validateStandard(finalizers.get(i), "metadata.finalizers[" + i + "]", errors);
            }
        }
    }

    private static void validateStandard(String finalizer, String path, List<FieldError> errors) {
        if (!finalizer.contains("/") && !STANDARD.contains(finalizer)) {
            errors.add(FieldError.invalid(path, finalizer,
                    "name is neither a standard finalizer name nor is it fully qualified"));
        }
    }

    /** A finalizer that stands elsewhere than in metadata. */
    static void validateFinalizer(String finalizer, String path, List<FieldError> errors) {
        NameRules.qualifiedName(finalizer)
                .forEach(problem -> errors.add(FieldError.invalid(path, finalizer, problem)));
        validateStandard(finalizer, path, errors);
    }

    /** What is wrong with a change, and once more what is wrong with the metadata as such. */
    public static List<FieldError> validateUpdate(ObjectNode object, ObjectNode old) {
        List<FieldError> errors = validateChange(object, old);
        validateLabels(of(object), errors);
        validateAnnotations(of(object), errors);
        validateOwners(of(object), errors);
        return errors;
    }

    /** What is odd about finalizers that a custom resource has not had before. */
    static List<String> finalizerWarnings(ObjectNode object, @Nullable ObjectNode old) {
        List<String> before = old == null ? List.of() : finalizers(old);
        return new TreeSet<>(finalizers(object)).stream()
                .filter(each -> !before.contains(each) && !each.contains("/") && !STANDARD.contains(each))
                .map(each -> "metadata.finalizers: " + GoText.quoted(each)
                        + ": prefer a domain-qualified finalizer name "
                        + (each.contains(".") ? "including a path (/) " : "")
                        + "to avoid accidental conflicts with other finalizer writers")
                .toList();
    }

    /** What is wrong with a change. */
    static List<FieldError> validateChange(ObjectNode object, ObjectNode old) {
        List<FieldError> errors = new ArrayList<>();
        if (deleting(old)) {
            List<String> fresh = new ArrayList<>(finalizers(object));
            fresh.removeAll(finalizers(old));
            if (!fresh.isEmpty()) {
                String list = String.join(", ", fresh.stream().distinct().sorted().map(GoText::quoted).toList());
                errors.add(FieldError.forbidden("metadata.finalizers",
                        "no new finalizers can be added if the object is being deleted, found new finalizers []string{"
                                + list + "}"));
            }
        }
        if (!name(object).equals(name(old))) {
            errors.add(FieldError.invalid("metadata.name", name(object), "field is immutable"));
        }
        if (!uid(object).equals(uid(old))) {
            errors.add(FieldError.invalid("metadata.uid", uid(object), "field is immutable"));
        }
        for (String field : List.of(DELETED, GRACE)) {
            JsonNode value = of(object).get(field);
            if (value != null && !Json.same(value, of(old).get(field))) {
                errors.add(FieldError.invalid("metadata." + field, value, "field is immutable"));
            }
        }
        return errors;
    }

    static @Nullable String versionOrNull(ObjectNode object) {
        String version = version(object);
        return version.chars().allMatch(each -> each == '0') ? null : version;
    }
}
