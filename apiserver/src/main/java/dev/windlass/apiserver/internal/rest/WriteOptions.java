package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;

/** The parameters that all writes have. Stateless. */
final class WriteOptions {
    private static final int LONGEST_MANAGER = 128;
    private static final List<String> VALIDATIONS = List.of("", "Ignore", "Strict", "Warn");

    private WriteOptions() {
    }

    /**
     * Checks them.
     *
     * @param kind
     *            what the parameters are called together: CreateOptions, UpdateOptions, PatchOptions
     * @throws ApiException
     *             422 with everything that is wrong
     */
    static void check(Call call, String kind) {
        List<FieldError> errors = new ArrayList<>();
        if (kind.equals("PatchOptions")) {
            boolean apply = Bodies.mediaType(call.contentType()).equals(Patches.APPLY);
            if (apply && call.parameterOrEmpty("fieldManager").isEmpty()) {
                errors.add(FieldError.required("fieldManager", "is required for apply patch"));
            }
            if (!apply && call.parameter("force") != null) {
                errors.add(FieldError.forbidden("force", "may not be specified for non-apply patch"));
            }
        }
        checkManager(call.parameterOrEmpty("fieldManager"), errors);
        checkDryRun(call.query().getOrDefault("dryRun", List.of()), errors);
        String validation = call.parameterOrEmpty("fieldValidation");
        if (!VALIDATIONS.contains(validation)) {
            errors.add(FieldError.notSupported("fieldValidation", validation, VALIDATIONS));
        }
        refuse(kind, errors);
    }

    /** Whether it is told what nobody knows in a body, and what comes twice. */
    static boolean checksFields(Call call) {
        return !call.parameterOrEmpty("fieldValidation").equals("Ignore");
    }

    static void refuse(String kind, List<FieldError> errors) {
        if (!errors.isEmpty()) {
            throw ApiException.invalid("meta.k8s.io", kind, "", errors);
        }
    }

    private static void checkManager(String manager, List<FieldError> errors) {
        if (GoText.length(manager) > LONGEST_MANAGER) {
            errors.add(FieldError.tooLong("fieldManager", LONGEST_MANAGER));
        }
        for (int i = 0; i < manager.length(); i = manager.offsetByCodePoints(i, 1)) {
            int point = manager.codePointAt(i);
            if (!GoText.isPrintable(point)) {
                errors.add(FieldError.invalid("fieldManager", manager,
                        "invalid character U+%04X (at position %d)".formatted(point,
                                GoText.length(manager.substring(0, i)))));
            }
        }
    }

    static void checkDryRun(List<String> values, List<FieldError> errors) {
        if (!values.stream().allMatch("All"::equals)) {
            ArrayNode given = Json.array();
            values.forEach(given::add);
            errors.add(FieldError.notSupported("dryRun", given, List.of("All")));
        }
    }
}
