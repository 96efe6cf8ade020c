package dev.windlass.apiserver.internal.policy;

import dev.windlass.apiserver.internal.cel.Conditions;
import dev.windlass.apiserver.internal.cel.RequestExpression;
import dev.windlass.apiserver.internal.cel.RequestExpression.Result;
import dev.windlass.apiserver.internal.cel.RequestExpressions;
import dev.windlass.apiserver.internal.cel.RequestFacts;
import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A policy that validates, compiled. Immutable once made; thread-safe. */
final class Validator {
    private static final String DEFAULT_REASON = "Invalid";
    private static final int LONGEST_MESSAGE = 5 * 1024;

    private final boolean failsOpen;
    private final RequestExpressions expressions;
    private final Conditions conditions;
    private final List<Validation> validations = new ArrayList<>();
    private final List<RequestExpression> annotations = new ArrayList<>();

    private record Validation(RequestExpression rule, String message, @Nullable RequestExpression messageExpression,
            String reason) {
    }

    /**
     * Why a request is to be refused.
     *
     * @param always
     *            whatever a binding makes of violations
     */
    record Violation(String message, String reason, boolean always) {
    }

    private Validator(JsonNode spec) {
        failsOpen = Json.textOrEmpty(spec, "failurePolicy").equals("Ignore");
        expressions = RequestExpressions.ofPolicy(spec);
        conditions = new Conditions(spec.path("matchConditions"), spec.path("paramKind").isObject());
        spec.path("validations").forEach(each -> validations.add(validation(each)));
        spec.path("auditAnnotations").forEach(each -> annotations
                .add(expressions.compile(Json.textOrEmpty(each, "valueExpression"), Result.TEXT_OR_NULL)));
    }

    /** @param spec of a policy */
    static Validator of(JsonNode spec) {
        return new Validator(spec);
    }

    private Validation validation(JsonNode described) {
        String message = Json.textOrEmpty(described, "messageExpression");
        String reason = Json.textOrEmpty(described, "reason");
        return new Validation(expressions.compile(Json.textOrEmpty(described, "expression"), Result.BOOL),
                GoText.trimmed(Json.textOrEmpty(described, "message")),
                message.isEmpty() ? null : expressions.compileMessage(message),
                reason.isEmpty() ? DEFAULT_REASON : reason);
    }

    /**
     * What is wrong with a request.
     *
     * @param facts
     *            with parameters
     * @param namespace
     *            in which it is; null when it is in none
     */
    List<Violation> judge(RequestFacts facts, @Nullable JsonNode namespace) {
        List<Violation> violations = new ArrayList<>();
        try {
            if (!conditions.hold(facts)) {
                return violations;
            }
        } catch (Conditions.UndecidedException e) {
            fail(violations, e, false);
            return violations;
        }
        RequestFacts all = expressions.withVariables(facts.inNamespace(namespace));
        for (Validation each : validations) {
            try {
                if (!Boolean.TRUE.equals(each.rule().evaluate(all))) {
                    violations.add(new Violation(message(each, facts, namespace), each.reason(), false));
                }
            } catch (RequestExpression.FailedException e) {
                fail(violations, e, false);
            }
        }
        for (RequestExpression each : annotations) {
            try {
                each.evaluate(all); // there is no audit log that would tell what it comes to
            } catch (RequestExpression.FailedException e) {
                fail(violations, e, true);
            }
        }
        return violations;
    }

    private void fail(List<Violation> violations, Exception problem, boolean always) {
        if (!failsOpen) {
            violations.add(new Violation(String.valueOf(problem.getMessage()), DEFAULT_REASON, always));
        }
    }

    private String message(Validation validation, RequestFacts facts, @Nullable JsonNode namespace) {
        RequestExpression expression = validation.messageExpression();
        if (expression != null) {
            try {
                RequestFacts fewer = expressions.withVariables(facts.inNamespace(namespace).withoutAuthorizer());
                String message = GoText.trimmed(String.valueOf(expression.evaluate(fewer)));
                if (!message.isEmpty() && message.length() <= LONGEST_MESSAGE && !message.contains("\n")) {
                    return message;
                }
            } catch (RequestExpression.FailedException _) {
                // what is written down says it as well
            }
        }
        return validation.message().isEmpty()
                ? "failed expression: " + GoText.trimmed(validation.rule().text())
                : validation.message();
    }
}
