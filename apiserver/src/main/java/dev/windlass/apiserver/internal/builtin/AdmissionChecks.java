package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.cel.Conditions;
import dev.windlass.apiserver.internal.cel.RequestExpression;
import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.status.FieldError;
import dev.windlass.apiserver.internal.webhook.EndpointChecks;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What configurations of webhooks allow, and what policies have in common with them. Stateless. */
final class AdmissionChecks {
    private static final String STATIC = ".static.k8s.io";
    private static final List<String> REVIEWS = List.of("v1", "v1beta1");
    static final String[] OPERATIONS = {"*", "CONNECT", "CREATE", "DELETE", "UPDATE"};
    private static final int MAX_TIMEOUT = 30;
    private static final int MAX_CONDITIONS = 64;

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

    static void name(Field now) {
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
        Field client = hook.at("clientConfig");
        EndpointChecks.check(client.value(), client.path(), client.errors());
        conditions(hook.at("matchConditions"), false);
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

    static void rule(Field rule, String[] supported) {
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

    /** @param params whether there may be parameters to speak of */
    static void conditions(Field conditions, boolean params) {
        conditions.atMost(MAX_CONDITIONS);
        Set<String> names = new HashSet<>();
        for (Field condition : conditions.items()) {
            Field expression = condition.at("expression");
            expression(expression, "");
            if (!GoText.isBlank(expression.text())) {
                compiled(expression, Conditions.compile(GoText.trimmed(expression.text()), params));
            }
            condition.at("name").requiredName(NameRules::qualifiedName);
            if (!condition.at("name").isEmpty() && !names.add(condition.at("name").text())) {
                condition.at("name").duplicate();
            }
        }
    }

    /** Says what is wrong with an expression that has been compiled. */
    static void compiled(Field expression, RequestExpression compiled) {
        compiled(expression, compiled.text(), compiled);
    }

    static void compiled(Field expression, String shown, RequestExpression compiled) {
        FieldError error = compiled.error(expression.path(), shown);
        if (error != null) {
            expression.errors().add(error);
        }
    }

    static void expression(Field expression, String problem) {
        if (GoText.isBlank(expression.text())) {
            expression.required(problem);
        }
    }
}
