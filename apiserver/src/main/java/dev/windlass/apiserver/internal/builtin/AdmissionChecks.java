package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.cel.Conditions;
import dev.windlass.apiserver.internal.cel.Names;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.status.FieldError;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the kinds of admissionregistration.k8s.io allow. Stateless. */
final class AdmissionChecks {
    private static final String STATIC = ".static.k8s.io";
    private static final List<String> REVIEWS = List.of("v1", "v1beta1");
    private static final String[] OPERATIONS = {"*", "CONNECT", "CREATE", "DELETE", "UPDATE"};
    private static final String[] MUTATED_OPERATIONS = {"*", "CONNECT", "CREATE", "UPDATE"};
    private static final String URL_FORM = "; desired format: https://host[/path]";
    private static final int MAX_TIMEOUT = 30;
    private static final int MAX_CONDITIONS = 64;
    private static final int MAX_AUDIT_ANNOTATIONS = 20;
    private static final Pattern IDENTIFIER = Pattern.compile("[_a-zA-Z][_a-zA-Z0-9]*");

    private AdmissionChecks() {
    }

    static void validatingWebhooks(Field now, @SuppressWarnings("unused") Field before) {
        webhooks(now, false);
    }

    static void mutatingWebhooks(Field now, @SuppressWarnings("unused") Field before) {
        webhooks(now, true);
    }

    private static void webhooks(Field now, boolean mutating) {
        Set<String> names = new HashSet<>();
        for (Field hook : now.at("webhooks").items()) {
            webhook(hook, mutating);
            reviews(hook.at("admissionReviewVersions"));
            Field name = hook.at("name");
            if (!name.isEmpty() && !names.add(name.text())) {
                name.duplicate();
            }
        }
        name(now);
    }

    private static void name(Field now) {
        Field name = now.at("metadata", "name");
        if (name.text().endsWith(STATIC)) {
            name.invalid("names ending with \"" + STATIC
                    + "\" are reserved for static manifest-based configurations and cannot be managed via the API");
        }
    }

    private static void webhook(Field hook, boolean mutating) {
        fullyQualified(hook.at("name"));
        hook.at("rules").items().forEach(rule -> rule(rule, OPERATIONS));
        hook.at("failurePolicy").oneOfIfSet("Fail", "Ignore");
        hook.at("matchPolicy").oneOfIfSet("Equivalent", "Exact");
        Field effects = hook.at("sideEffects");
        if (effects.isSet()) {
            effects.oneOf("None", "NoneOnDryRun");
        } else {
            effects.required("must specify one of None, NoneOnDryRun");
        }
        Field timeout = hook.at("timeoutSeconds");
        if (timeout.isSet() && (timeout.number() < 1 || timeout.number() > MAX_TIMEOUT)) {
            timeout.invalid("the timeout value must be between 1 and 30 seconds");
        }
        hook.at("namespaceSelector").labelSelector();
        hook.at("objectSelector").labelSelector();
        if (mutating) {
            hook.at("reinvocationPolicy").oneOfIfSet("IfNeeded", "Never");
        }
        client(hook.at("clientConfig"));
        conditions(hook.at("matchConditions"), true);
    }

    private static void fullyQualified(Field name) {
        if (!name.mustBeSet("")) {
            return;
        }
        List<String> problems = NameRules.subdomain(name.text());
        if (!problems.isEmpty()) {
            name.invalid(String.join(",", problems));
        } else if (name.text().split("\\.", -1).length < 3) {
            name.invalid("should be a domain with at least three segments separated by dots");
        }
    }

    private static void reviews(Field versions) {
        if (!versions.mustBeSet("must specify one of v1, v1beta1")) {
            return;
        }
        Set<String> seen = new HashSet<>();
        for (Field version : versions.items()) {
            if (seen.add(version.text())) {
                version.named(NameRules::label1035);
            } else {
                version.invalid("duplicate version");
            }
        }
        if (seen.stream().noneMatch(REVIEWS::contains)) {
            versions.invalid("must include at least one of v1, v1beta1");
        }
    }

    private static void client(Field client) {
        Field url = client.at("url");
        Field service = client.at("service");
        if (url.isSet() == service.isSet()) {
            client.required("exactly one of url or service is required");
        } else if (url.isSet()) {
            url(url);
        } else {
            service(service);
        }
    }

    private static void url(Field field) {
        URI url;
        try {
            url = new URI(field.text());
        } catch (URISyntaxException e) {
            field.required("url must be a valid URL: parse " + FieldError.quote(field.text()) + ": " + e.getReason()
                    + URL_FORM);
            return;
        }
        if (!"https".equals(url.getScheme())) {
            field.invalid(orEmpty(url.getScheme()), "'https' is the only allowed URL scheme" + URL_FORM);
        }
        if (orEmpty(url.getRawAuthority()).isEmpty()) {
            field.invalid("", "host must be specified" + URL_FORM);
        }
        if (url.getRawUserInfo() != null) {
            field.invalid(url.getRawUserInfo(), "user information is not permitted in the URL");
        }
        if (!orEmpty(url.getRawFragment()).isEmpty()) {
            field.invalid(orEmpty(url.getFragment()), "fragments are not permitted in the URL");
        }
        if (!orEmpty(url.getRawQuery()).isEmpty()) {
            field.invalid(orEmpty(url.getRawQuery()), "query parameters are not permitted in the URL");
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static void service(Field service) {
        // The real server takes the one for the other.
        if (service.at("namespace").isEmpty()) {
            service.at("name").required("");
        }
        if (service.at("name").isEmpty()) {
            service.at("namespace").required("");
        }
        Field port = service.at("port");
        if (port.number() < 1 || port.number() > 65_535) {
            port.invalid("port is not valid: must be between 1 and 65535, inclusive");
        }
        Field path = service.at("path");
        String text = path.text();
        if (text.isEmpty() || text.equals("/")) {
            return;
        }
        if (text.equals("//")) {
            path.invalid("segment[0] may not be empty");
            return;
        }
        if (!text.startsWith("/")) {
            path.invalid("must start with a '/'");
        }
        String rest = text.substring(1);
        String[] segments = (rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            String at = "segment[" + i + "]";
            if (segments[i].isEmpty()) {
                path.invalid(at + " may not be empty");
            } else {
                NameRules.subdomain(segments[i]).forEach(problem -> path.invalid(at + ": " + problem));
            }
        }
    }

    private static void rule(Field rule, String[] supported) {
        Field operations = rule.at("operations");
        operations.mustBeSet("");
        wildcard(operations, "operations");
        operations.items().forEach(operation -> operation.oneOf(supported));
        rule.at("apiGroups").mustBeSet("");
        wildcard(rule.at("apiGroups"), "API groups");
        Field versions = rule.at("apiVersions");
        versions.mustBeSet("");
        wildcard(versions, "API versions");
        versions.items().forEach(version -> version.mustBeSet(""));
        resources(rule.at("resources"));
        rule.at("scope").oneOfIfSet("*", "Cluster", "Namespaced");
    }

    private static void wildcard(Field list, String what) {
        if (list.value().size() > 1 && list.texts().contains("*")) {
            list.invalid("if '*' is present, must not specify other " + what);
        }
    }

    private static void resources(Field resources) {
        resources.mustBeSet("");
        Set<String> wholes = new HashSet<>();
        Set<String> parts = new HashSet<>();
        boolean single = false;
        for (Field resource : resources.items()) {
            if (!resource.mustBeSet("")) {
                continue;
            }
            String[] path = resource.text().split("/", 2);
            if (path.length == 1) {
                single = !resource.text().equals("*");
                continue;
            }
            if (wholes.contains(path[0])) {
                resource.invalid("if '" + path[0] + "/*' is present, must not specify " + resource.text());
            }
            if (parts.contains(path[1])) {
                resource.invalid("if '*/" + path[1] + "' is present, must not specify " + resource.text());
            }
            if (path[1].equals("*")) {
                wholes.add(path[0]);
            }
            if (path[0].equals("*")) {
                parts.add(path[1]);
            }
        }
        if (resources.value().size() > 1 && resources.texts().contains("*/*")) {
            resources.invalid("if '*/*' is present, must not specify other resources");
        }
        if (single && resources.texts().contains("*")) {
            resources.invalid("if '*' is present, must not specify other resources without subresources");
        }
    }

    /** @param compiled whether their expressions are compiled */
    private static void conditions(Field conditions, boolean compiled) {
        if (conditions.value().size() > MAX_CONDITIONS) {
            conditions.errors().add(FieldError.tooMany(conditions.path(), conditions.value().size(), MAX_CONDITIONS));
        }
        Set<String> names = new HashSet<>();
        for (Field condition : conditions.items()) {
            Field expression = condition.at("expression");
            expression(expression, "");
            String problem = compiled && !expression.text().isBlank()
                    ? Conditions.problem(expression.text().strip(), false)
                    : null;
            if (problem != null) {
                expression.invalid(expression.text().strip(), problem);
            }
            condition.at("name").requiredName(NameRules::qualifiedName);
            if (!condition.at("name").isEmpty() && !names.add(condition.at("name").text())) {
                condition.at("name").duplicate();
            }
        }
    }

    private static void expression(Field expression, String problem) {
        if (expression.text().isBlank()) {
            expression.required(problem);
        }
    }

    static void validatingPolicy(Field now, @SuppressWarnings("unused") Field before) {
        Field spec = now.at("spec");
        policy(spec, OPERATIONS);
        variables(spec.at("variables"));
        Field validations = spec.at("validations");
        Field annotations = spec.at("auditAnnotations");
        if (validations.isEmpty() && annotations.isEmpty()) {
            validations.required("validations or auditAnnotations must contain at least one item");
            annotations.required("validations or auditAnnotations must contain at least one item");
        }
        validations.items().forEach(AdmissionChecks::validation);
        auditAnnotations(now, annotations);
        name(now);
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
        conditions(spec.at("matchConditions"), false);
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
                rule(rule, OPERATIONS);
            }
        }
        if (Arrays.equals(operations, MUTATED_OPERATIONS)) {
            for (Field rule : resources.at("resourceRules").items()) {
                for (Field operation : rule.at("operations").items()) {
                    new Field(operation.value(), resources.path() + ".resourceRules.operations", operation.errors())
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

    private static void variables(Field variables) {
        for (Field variable : variables.items()) {
            Field name = variable.at("name");
            if (name.text().isBlank()) {
                name.required("name is not specified");
            } else if (!IDENTIFIER.matcher(name.text()).matches() || Names.isReserved(name.text())) {
                name.invalid("must be a valid CEL identifier");
            }
            expression(variable.at("expression"), "expression is not specified");
        }
    }

    private static void validation(Field validation) {
        expression(validation.at("expression"), "expression is not specified");
        for (String field : List.of("messageExpression", "message")) {
            Field text = validation.at(field);
            if (!text.isEmpty() && text.text().isBlank()) {
                text.invalid("must be non-empty if specified");
            }
        }
        Field message = validation.at("message");
        if (message.text().strip().contains("\n") || message.text().strip().contains("\r")) {
            message.invalid("must not contain line breaks");
        }
        validation.at("reason").oneOfIfSet("Forbidden", "Invalid", "RequestEntityTooLarge");
    }

    private static void auditAnnotations(Field now, Field annotations) {
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
            expression(annotation.at("valueExpression"), "valueExpression is not specified");
            if (!keys.add(key.text())) {
                key.duplicate();
            }
        }
    }

    static void mutatingPolicy(Field now, @SuppressWarnings("unused") Field before) {
        Field spec = now.at("spec");
        policy(spec, MUTATED_OPERATIONS);
        variables(spec.at("variables"));
        spec.at("mutations").mustBeSet("mutations must contain at least one item");
        spec.at("mutations").items().forEach(AdmissionChecks::mutation);
        if (spec.at("reinvocationPolicy").mustBeSet("")) {
            spec.at("reinvocationPolicy").oneOf("IfNeeded", "Never");
        }
        name(now);
    }

    private static void mutation(Field mutation) {
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
            expression(mutation.at(wanted, "expression"), "");
        } else {
            mutation.at(wanted).required("must be specified when patchType is " + type.text());
        }
        if (mutation.at(other).isSet()) {
            mutation.at(other).invalid("{" + other + "}", "must not be specified when patchType is " + type.text());
        }
    }

    static void validatingBinding(Field now, @SuppressWarnings("unused") Field before) {
        Field spec = now.at("spec");
        binding(spec, OPERATIONS);
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
        name(now);
        spec.at("policyName").mustBeSet("");
        actions.mustBeSet("");
    }

    static void mutatingBinding(Field now, @SuppressWarnings("unused") Field before) {
        now.at("spec", "policyName").mustBeSet("");
        binding(now.at("spec"), MUTATED_OPERATIONS);
        name(now);
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
