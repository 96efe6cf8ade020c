package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Duplicates;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
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
        String validation = call.parameterOrEmpty("fieldValidation");
        Function<String, ApiException> refusal = refusal(object, type, call);
        List<String> unknown = shapes.admit(object, type, refusal);
        List<String> problems = new ArrayList<>();
        if (!validation.equals("Ignore")) {
            duplicates(call).forEach(path -> problems.add("duplicate field " + FieldError.quote(path)));
            unknown.forEach(path -> problems.add("unknown field " + FieldError.quote(path)));
        }
        if (validation.equals("Strict") && !problems.isEmpty()) {
            throw refusal.apply("strict decoding error: " + String.join(", ", problems));
        }
        shapes.shape(object, type);
        resources.ruleOf(type).fillDefaults(object);
        shapes.fillDefaults(object, type);
        shapes.shape(object, type);
        resources.ruleOf(type).warn(object, problems);
        return problems;
    }

    /** What is answered when the object cannot be read: of one that a patch has made, the whole of it is told. */
    private static Function<String, ApiException> refusal(ObjectNode object, ResourceType type, Call call) {
        if (!call.method().equals("PATCH")) {
            return why -> Shapes.unreadable(type, why);
        }
        String patched = Json.string(object);
        return why -> ApiException.invalid("", "", "", List.of(FieldError.invalid("patch", patched, why)));
    }

    private static List<String> duplicates(Call call) {
        boolean whole = (call.method().equals("POST") || call.method().equals("PUT"))
                && !Bodies.mediaType(call.contentType()).endsWith("yaml");
        return whole && Json.firstByte(call.body()) == '{' ? Duplicates.in(call.body()) : List.of();
    }

    /**
     * What is wrong for several reasons is told once, but of definitions and what they define.
     *
     * @throws ApiException
     *             422 with all that is wrong
     */
    void validate(ObjectNode object, @Nullable ObjectNode old, Reach reach, List<String> warnings) {
        ResourceType type = reach.type();
        List<FieldError> errors = new ArrayList<>(Metadata.validate(object, type));
        if (old != null) {
            errors.addAll(Metadata.validateUpdate(object, old));
        }
        errors.addAll(shapes.validate(object, old, type, warnings));
        reach.validate(object, old, errors);
        if (!errors.isEmpty()) {
            boolean everyTime = type.isCustom() || type.group().equals("apiextensions.k8s.io");
            throw ApiException.invalid(type.storedGroup(), type.kind(), Metadata.name(object),
                    everyTime ? errors : List.copyOf(new LinkedHashSet<>(errors)));
        }
        reach.rule().warnOfValid(object, old, warnings);
    }
}
