package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.cel.Names;
import dev.windlass.apiserver.internal.cel.RequestExpression;
import dev.windlass.apiserver.internal.cel.RequestExpressions;
import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.kind.NameRules;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What admission policies and their bindings allow. Stateless. */
final class AdmissionPolicyChecks {
    private static final String[] MUTATED_OPERATIONS = {"*", "CONNECT", "CREATE", "UPDATE"};
    private static final int MAX_AUDIT_ANNOTATIONS = 20;
    private static final int LONGEST_ANNOTATION = 5 * 1024;
    private static final Pattern IDENTIFIER = Pattern.compile("[_a-zA-Z][_a-zA-Z0-9]*");

    private AdmissionPolicyChecks() {
    }

    static void validatingPolicy(Field now, @SuppressWarnings("unused") Field before) {
        Field spec = now.at("spec");
        policy(spec, AdmissionChecks.OPERATIONS);
        RequestExpressions expressions = variables(spec);
        Field validations = spec.at("validations");
        Field annotations = spec.at("auditAnnotations");
        if (validations.isEmpty() && annotations.isEmpty()) {
            validations.required("validations or auditAnnotations must contain at least one item");
            annotations.required("validations or auditAnnotations must contain at least one item");
        }
        validations.items().forEach(each -> validation(each, expressions));
        auditAnnotations(now, annotations, expressions);
        AdmissionChecks.name(now);
    }

    private static void policy(Field spec, String[] operations) {
        spec.at("failurePolicy").oneOf("Fail", "Ignore");
        if (spec.at("paramKind").isSet()) {
            paramKind(spec.at("paramKind"));
        }
        Field matched = spec.at("matchConstraints");
        if (matched.isSet()) {
            matched(matched, operations);
            matched.at("resourceRules").mustBeSet("");
        } else {
            matched.required("");
        }
        AdmissionChecks.conditions(spec.at("matchConditions"), spec.at("paramKind").isSet());
    }

    private static void paramKind(Field kind) {
        Field apiVersion = kind.at("apiVersion");
        if (apiVersion.mustBeSet("")) {
            String[] parts = apiVersion.text().split("/", -1);
            String group = parts.length == 1 ? "" : parts[0];
            String version = parts[parts.length - 1];
            if (parts.length > 2) {
                apiVersion.invalid("unexpected GroupVersion string: " + apiVersion.text());
                return;
            }
            if (!group.isEmpty() && !NameRules.subdomain(group).isEmpty()) {
                apiVersion.invalid(group, String.join(",", NameRules.subdomain(group)));
            }
            if (version.isEmpty()) {
                apiVersion.invalid("version must be specified");
            } else if (!NameRules.label1035(version).isEmpty()) {
                apiVersion.invalid(version, String.join(",", NameRules.label1035(version)));
            }
        }
        Field name = kind.at("kind");
        if (name.mustBeSet("")) {
            List<String> problems = NameRules.label1035(name.text().toLowerCase(Locale.ROOT));
            if (!problems.isEmpty()) {
                name.invalid("may have mixed case, but should otherwise match: " + String.join(",", problems));
            }
        }
    }

    private static void matched(Field resources, String[] operations) {
        resources.at("matchPolicy").oneOf("Equivalent", "Exact");
        resources.at("namespaceSelector").labelSelector();
        resources.at("objectSelector").labelSelector();
        for (String list : List.of("resourceRules", "excludeResourceRules")) {
            for (Field rule : resources.at(list).items()) {
                resourceNames(rule.at("resourceNames"));
                AdmissionChecks.rule(rule, AdmissionChecks.OPERATIONS);
            }
        }
        if (Arrays.equals(operations, MUTATED_OPERATIONS)) {
            for (Field rule : resources.at("resourceRules").items()) {
                for (Field operation : rule.at("operations").items()) {
                    operation.as(resources.path() + ".resourceRules.operations")
                            .oneOf(operations);
                }
            }
        }
    }

    private static void resourceNames(Field names) {
        Set<String> seen = new HashSet<>();
        for (Field name : names.items()) {
            name.named(NameRules::pathSegment);
            if (!seen.add(name.text())) {
                name.duplicate();
            }
        }
    }

    /** Declares the variables for the expressions that come after them. */
    private static RequestExpressions variables(Field spec) {
        RequestExpressions expressions = new RequestExpressions(spec.at("paramKind").isSet(),
                !spec.at("variables").isEmpty());
        for (Field variable : spec.at("variables").items()) {
            Field name = variable.at("name");
            if (GoText.isBlank(name.text())) {
                name.required("name is not specified");
            } else if (!IDENTIFIER.matcher(name.text()).matches() || Names.isReserved(name.text())) {
                name.invalid("must be a valid CEL identifier");
            }
            Field expression = variable.at("expression");
            AdmissionChecks.expression(expression, "expression is not specified");
            if (!GoText.isBlank(expression.text())) {
                AdmissionChecks.compiled(expression, expressions.declare(name.text(), expression.text()));
            }
        }
        return expressions;
    }

    private static void validation(Field validation, RequestExpressions expressions) {
        Field expression = validation.at("expression");
        AdmissionChecks.expression(expression, "expression is not specified");
        if (!GoText.isBlank(expression.text())) {
            AdmissionChecks.compiled(expression, expressions.compile(expression.text(), RequestExpression.Result.BOOL));
        }
        Field messageExpression = validation.at("messageExpression");
        notBlank(messageExpression);
        if (!GoText.isBlank(messageExpression.text())) {
            AdmissionChecks.compiled(messageExpression, expressions.compileMessage(messageExpression.text()));
        }
        Field message = validation.at("message");
        notBlank(message);
        if (GoText.trimmed(message.text()).contains("\n") || GoText.trimmed(message.text()).contains("\r")) {
            message.invalid("must not contain line breaks");
        }
        validation.at("reason").oneOfIfSet("Forbidden", "Invalid", "RequestEntityTooLarge");
    }

    private static void notBlank(Field text) {
        if (!text.isEmpty() && GoText.isBlank(text.text())) {
            text.invalid("must be non-empty if specified");
        }
    }

    private static void auditAnnotations(Field now, Field annotations, RequestExpressions expressions) {
        if (annotations.value().size() > MAX_AUDIT_ANNOTATIONS) {
            annotations.invalid("must not have more than " + MAX_AUDIT_ANNOTATIONS + " auditAnnotations");
        }
        Set<String> keys = new HashSet<>();
        for (Field annotation : annotations.items()) {
            Field key = annotation.at("key");
            String name = now.at("metadata", "name").text();
            if (name.isEmpty()) {
                key.invalid(key.text(), "requires metadata.name be non-empty");
            } else {
                NameRules.qualifiedName(name + "/" + key.text())
                        .forEach(problem -> key.invalid(name + "/" + key.text(), problem));
            }
            Field value = annotation.at("valueExpression");
            AdmissionChecks.expression(value, "valueExpression is not specified");
            if (GoText.trimmed(value.text()).length() > LONGEST_ANNOTATION) {
                value.required("must not exceed " + LONGEST_ANNOTATION + " bytes in length");
            } else if (!GoText.isBlank(value.text())) {
                AdmissionChecks.compiled(value, value.text(),
                        expressions.compile(GoText.trimmed(value.text()), RequestExpression.Result.TEXT_OR_NULL));
            }
            if (!keys.add(key.text())) {
                key.duplicate();
            }
        }
    }

    static void mutatingPolicy(Field now, @SuppressWarnings("unused") Field before) {
        Field spec = now.at("spec");
        policy(spec, MUTATED_OPERATIONS);
        RequestExpressions expressions = variables(spec);
        spec.at("mutations").mustBeSet("mutations must contain at least one item");
        spec.at("mutations").items().forEach(each -> mutation(each, expressions));
        if (spec.at("reinvocationPolicy").mustBeSet("")) {
            spec.at("reinvocationPolicy").oneOf("IfNeeded", "Never");
        }
        AdmissionChecks.name(now);
    }

    private static void mutation(Field mutation, RequestExpressions expressions) {
        Field type = mutation.at("patchType");
        if (!type.mustBeSet("")) {
            return;
        }
        String wanted = type.text().equals("JSONPatch") ? "jsonPatch" : "applyConfiguration";
        String other = type.text().equals("JSONPatch") ? "applyConfiguration" : "jsonPatch";
        if (!List.of("ApplyConfiguration", "JSONPatch").contains(type.text())) {
            type.oneOf("ApplyConfiguration", "JSONPatch");
            return;
        }
        if (mutation.at(wanted).isSet()) {
            Field expression = mutation.at(wanted, "expression");
            AdmissionChecks.expression(expression, "");
            String text = GoText.trimmed(expression.text());
            if (!text.isEmpty()) {
                AdmissionChecks.compiled(expression, wanted.equals("jsonPatch")
                        ? expressions.compilePatch(text)
                        : expressions.compileConfiguration(text));
            }
        } else {
            mutation.at(wanted).required("must be specified when patchType is " + type.text());
        }
        if (mutation.at(other).isSet()) {
            mutation.at(other).invalid("{" + other + "}", "must not be specified when patchType is " + type.text());
        }
    }

    static void validatingBinding(Field now, @SuppressWarnings("unused") Field before) {
        Field spec = now.at("spec");
        binding(spec, AdmissionChecks.OPERATIONS);
        Field actions = spec.at("validationActions");
        Set<String> seen = new HashSet<>();
        for (Field action : actions.items()) {
            action.oneOf("Audit", "Deny", "Warn");
            if (!seen.add(action.text())) {
                action.duplicate();
            }
        }
        if (seen.containsAll(List.of("Deny", "Warn"))) {
            actions.invalid(
                    "must not contain both Deny and Warn (repeating the same validation failure information in the"
                            + " API response and headers serves no purpose)");
        }
        AdmissionChecks.name(now);
        spec.at("policyName").mustBeSet("");
        actions.mustBeSet("");
    }

    static void mutatingBinding(Field now, @SuppressWarnings("unused") Field before) {
        now.at("spec", "policyName").mustBeSet("");
        binding(now.at("spec"), MUTATED_OPERATIONS);
        AdmissionChecks.name(now);
    }

    private static void binding(Field spec, String[] operations) {
        if (!spec.at("policyName").isEmpty()) {
            spec.at("policyName").named(NameRules::subdomain);
        }
        if (spec.at("paramRef").isSet()) {
            paramRef(spec.at("paramRef"));
        }
        if (spec.at("matchResources").isSet()) {
            matched(spec.at("matchResources"), operations);
        }
    }

    private static void paramRef(Field reference) {
        Field name = reference.at("name");
        Field selector = reference.at("selector");
        boolean both = !name.isEmpty() && selector.isSet();
        if (!name.isEmpty()) {
            name.named(NameRules::pathSegment);
        }
        if (both) {
            name.forbidden("name and selector are mutually exclusive");
        }
        selector.labelSelector();
        if (both) {
            selector.forbidden("name and selector are mutually exclusive");
        }
        if (name.isEmpty() && !selector.isSet()) {
            reference.required("one of name or selector must be specified");
        }
        if (reference.at("parameterNotFoundAction").mustBeSet("")) {
            reference.at("parameterNotFoundAction").oneOf("Deny", "Allow");
        }
    }
}
