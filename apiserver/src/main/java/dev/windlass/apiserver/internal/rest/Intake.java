package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Duplicates;
import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.GoYaml;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.GroupVersion;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.kind.Traits;
import dev.windlass.apiserver.internal.kind.Traits.NameRule;
import dev.windlass.apiserver.internal.schema.TypeCheck;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What every object goes through that is written: it is read, as its type has it, and at last found valid. Thread-safe. */
final class Intake {
    private final Resources resources;
    private final Shapes shapes;

    Intake(Resources resources) {
        this.resources = resources;
        this.shapes = resources.shapes();
    }

    /**
     * Unknown fields out, defaults in.
     *
     * @return warnings
     */
    List<String> admit(ObjectNode object, ResourceType type, Call call) {
        return admit(Writer.Desired.of(object), type, call);
    }

    List<String> admit(Writer.Desired desired, ResourceType type, Call call) {
        ObjectNode object = desired.object();
        if (type.isCustom() && Json.find(object, "metadata", "managedFields") instanceof ArrayNode managed
                && managed.isEmpty()) {
            Metadata.of(object).remove("managedFields"); // only of built-in kinds does it say anything
        }
        Function<String, ApiException> refusal = refusal(desired, type, call);
        boolean merged = desired.patch() != null;
        boolean jsonMerged = call.method().equals("PATCH")
                && Bodies.mediaType(call.contentType()).equals(Patches.MERGE);
        if (jsonMerged && !type.isCustom()) {
            Json.become(object, (ObjectNode) Json.sorted(object)); // in which order it is read, decides what is told first
        }
        boolean converted = merged || Bodies.mediaType(call.contentType()).equals(Patches.APPLY);
        ResourceType spoken = spoken(object, type);
        if (merged && spoken != type) {
            object.put("apiVersion", type.apiVersion()); // what is merged is of the type that it is merged into
            spoken = type;
        }
        boolean versionless = !merged && call.method().equals("PATCH") && !type.isCustom()
                && Json.textOrEmpty(object, "apiVersion").isEmpty();
        List<String> unknown = versionless
                ? forget(object)
                : shapes.admit(object, spoken, converted ? TypeCheck.ofConversion() : new TypeCheck(), refusal);
        List<String> problems = new ArrayList<>();
        if (WriteOptions.checksFields(call)) {
            boolean strict = call.parameterOrEmpty("fieldValidation").equals("Strict");
            problems.addAll(oddities(call, strict));
            Stream<String> told = unknown.stream().map(path -> "unknown field " + GoText.quoted(path));
            (merged || spoken != type ? told.sorted() : told).forEach(problems::add);
            if (strict && !problems.isEmpty()) {
                throw refusal.apply("strict decoding error: " + String.join(", ", problems));
            }
        }
        fillDefaults(object, spoken);
        if (spoken != type) {
            Json.become(object, Face.convert(object, spoken, type));
            shapes.shape(object, type);
        }
        resources.ruleOf(type).warn(object, problems);
        return problems;
    }

    /** What a patch has left without a version is read as what the real server has inside, which has other names for everything. */
    private static List<String> forget(ObjectNode object) {
        List<String> unknown = object.propertyNames().stream()
                .filter(name -> !name.equals("kind") && !name.equals("apiVersion")).sorted().toList();
        object.remove(unknown);
        return unknown;
    }

    private void fillDefaults(ObjectNode object, ResourceType type) {
        shapes.shape(object, type);
        resources.ruleOf(type).fillDefaults(object);
        shapes.fillDefaults(object, type);
        shapes.shape(object, type);
    }

    /** The version of a built-in kind that a patch has made of an object, when it is shaped otherwise; it is read as that. */
    private ResourceType spoken(ObjectNode object, ResourceType type) {
        String version = Json.textOrEmpty(object, "apiVersion");
        if (type.isCustom() || version.equals(type.apiVersion())) {
            return type;
        }
        ResourceType named = resources.catalog().ofKind(version, type.kind());
        boolean other = named != null && named.storageId().equals(type.storageId())
                && !Objects.equals(Face.of(named), Face.of(type));
        return named != null && other ? named : type;
    }

    /** What is answered when the object cannot be read: of one that a patch has made, the whole of it is told, or the patch. */
    private static Function<String, ApiException> refusal(Writer.Desired desired, ResourceType type, Call call) {
        if (!call.method().equals("PATCH")) {
            return why -> Shapes.unreadable(type, why);
        }
        String patch = desired.patch();
        String told = patch == null ? Json.string(desired.object()) : patch;
        return why -> ApiException.invalid("", "", "", List.of(FieldError.invalid("patch", told, why)));
    }

    /**
     * What comes twice in a body of YAML.
     *
     * @param asOne
     *            whether it is told in one sentence
     * @throws ApiException
     *             when it is, and not of a whole object
     */
    private static List<String> yamlOddities(Call call, boolean asOne) {
        List<String> found = isUniqueJson(call.body())
                ? List.of()
                : GoYaml.duplicates(new String(call.body(), StandardCharsets.UTF_8));
        if (found.isEmpty() || !asOne) {
            return found;
        }
        String all = "yaml: unmarshal errors:\n  " + String.join("\n  ", found);
        if (call.method().equals("PATCH")) {
            throw ApiException.badRequest("error strict decoding patch: error converting YAML to JSON: " + all);
        }
        return List.of(all);
    }

    /** Most of what is sent as YAML is JSON, which is read much faster. */
    private static boolean isUniqueJson(byte[] body) {
        try {
            return Json.firstByte(body) == '{' && Duplicates.in(body).isEmpty();
        } catch (JacksonException _) {
            return false; // braces begin YAML as well
        }
    }

    /** What a strict reader of the body itself finds odd, in Go's words. */
    private static List<String> oddities(Call call, boolean strict) {
        byte[] body = call.body();
        String media = Bodies.mediaType(call.contentType());
        if (media.endsWith("yaml")) {
            return yamlOddities(call, strict);
        }
        boolean patch = call.method().equals("PATCH");
        if (patch && media.equals(Patches.JSON)) {
            return JsonPatch.oddities(body);
        }
        boolean whole = patch
                ? media.equals(Patches.MERGE) || media.equals(Patches.STRATEGIC)
                : call.method().equals("POST") || call.method().equals("PUT");
        return whole && Json.firstByte(body) == '{'
                ? Duplicates.in(body).stream().map(path -> "duplicate field " + GoText.quoted(path)).toList()
                : List.of();
    }

    /**
     * What is wrong for several reasons is told once, but of definitions and what they define.
     *
     * @throws ApiException
     *             422 with all that is wrong
     */
    void validate(ObjectNode object, @Nullable ObjectNode old, Reach reach, List<String> warnings) {
        ResourceType type = reach.type();
        if (type.isCustom()) {
            checkTyped(object, type);
        }
        Traits traits = type.traits();
        List<FieldError> errors = new ArrayList<>(
                Metadata.validate(object, reach, old == null ? traits.names() : NameRule.PATH_SEGMENT));
        if (old != null) {
            // What is right as such is right the second time.
            List<FieldError> change = errors.isEmpty()
                    ? Metadata.validateChange(object, old)
                    : Metadata.validateUpdate(object, old);
            errors.addAll(change);
            if (type.isCustom()) {
                errors.addAll(change);
            }
            if (reach.isStatus() ? traits.namesAgainInStatus() : traits.namesAgain()) {
                errors.addAll(Metadata.validate(object, reach, traits.names()));
            }
        }
        errors.addAll(shapes.validate(object, old, List.copyOf(errors), reach, warnings));
        reach.validate(object, old, errors);
        if (!errors.isEmpty()) {
            shapes.inMemory(errors, type);
            boolean everyTime = type.isCustom() || type.group().equals("apiextensions.k8s.io");
            throw ApiException.invalid(type.storedGroup(), type.kind(), Metadata.name(object),
                    everyTime ? errors : List.copyOf(new LinkedHashSet<>(errors)));
        }
        if (type.isCustom() && !reach.isStatus()) {
            warnings.addAll(Metadata.finalizerWarnings(object, old));
        }
        reach.warn(object, old, warnings);
    }

    /** A custom resource of another kind is refused as one of that. */
    private static void checkTyped(ObjectNode object, ResourceType type) {
        String kind = Json.textOrEmpty(object, "kind");
        String apiVersion = Json.textOrEmpty(object, "apiVersion");
        List<FieldError> errors = new ArrayList<>();
        if (!kind.equals(type.kind())) {
            errors.add(FieldError.invalid("kind", kind, "must be " + type.kind()));
        }
        if (!apiVersion.equals(type.apiVersion())) {
            errors.add(FieldError.invalid("apiVersion", apiVersion, "must be " + type.apiVersion()));
        }
        if (!errors.isEmpty()) {
            throw ApiException.invalid(GroupVersion.of(apiVersion).group(), kind, Metadata.name(object), errors);
        }
    }
}
