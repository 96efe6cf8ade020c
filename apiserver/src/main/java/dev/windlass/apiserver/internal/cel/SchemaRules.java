package dev.windlass.apiserver.internal.cel;

import dev.cel.common.types.CelType;
import dev.cel.common.types.OptionalType;
import dev.cel.common.types.SimpleType;
import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.schema.Correlation;
import dev.windlass.apiserver.internal.schema.FieldPaths;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The rules of a schema, {@code x-kubernetes-validations}, and of all schemas in it, compiled. Immutable once made; thread-safe.
 */
public final class SchemaRules {
    private final JsonNode schema;
    private final boolean resource;
    private final List<Rule> rules = new ArrayList<>();
    private final Map<String, SchemaRules> properties = new LinkedHashMap<>();
    private @Nullable SchemaRules items;
    private @Nullable SchemaRules additional;

    /** One rule. {@code problem} says why it could not be compiled. */
    private record Rule(JsonNode node, Expressions.@Nullable Compiled rule, Expressions.@Nullable Compiled message,
            String problem, String messageProblem, String fieldPath) {
        boolean optionalOld() {
            return Json.flag(node, false, "optionalOldSelf");
        }

        String text() {
            String message = Json.textOrEmpty(node, "message").strip();
            return message.isEmpty() ? Json.textOrEmpty(node, "rule").strip() : message;
        }
    }

    private SchemaRules(JsonNode schema, boolean resource) {
        this.schema = schema;
        this.resource = resource;
    }

    /**
     * Compiles the rules.
     *
     * @return null when there are none
     */
    public static @Nullable SchemaRules of(JsonNode schema, boolean resource) {
        SchemaRules rules = new SchemaRules(schema, resource);
        rules.compile();
        JsonNode inside = schema.get("items");
        if (inside != null && inside.isObject()) {
            rules.items = of(inside, isEmbedded(inside));
        }
        JsonNode values = schema.get("additionalProperties");
        if (values != null && values.isObject()) {
            rules.additional = of(values, isEmbedded(values));
        }
        schema.path("properties").properties().forEach(each -> {
            SchemaRules property = of(each.getValue(), isEmbedded(each.getValue()));
            if (property != null) {
                rules.properties.put(each.getKey(), property);
            }
        });
        boolean none = rules.rules.isEmpty() && rules.items == null && rules.additional == null
                && rules.properties.isEmpty();
        return none ? null : rules;
    }

    private static boolean isEmbedded(JsonNode schema) {
        return Json.flag(schema, false, "x-kubernetes-embedded-resource");
    }

    private void compile() {
        if (schema.path("x-kubernetes-validations").isEmpty()) {
            return;
        }
        SchemaTypes types = new SchemaTypes();
        CelType self = types.of(schema, resource);
        if (self == null) {
            return; // of values of which nothing is known nothing can be said
        }
        Expressions plain = new Expressions(types, Map.of("self", self, "oldSelf", self));
        Expressions optional = new Expressions(types, Map.of("self", self, "oldSelf", OptionalType.create(self)));
        for (JsonNode rule : schema.path("x-kubernetes-validations")) {
            rules.add(compile(rule, Json.flag(rule, false, "optionalOldSelf") ? optional : plain));
        }
    }

    private Rule compile(JsonNode rule, Expressions expressions) {
        Expressions.Compiled compiled = null;
        String problem = "";
        try {
            compiled = expressions.compile(Json.textOrEmpty(rule, "rule"));
            if (!compiled.type().equals(SimpleType.BOOL)) {
                problem = "cel expression must evaluate to a bool";
            } else if (!compiled.problem().isEmpty()) {
                problem = "program instantiation failed: " + compiled.problem();
            }
        } catch (Expressions.CompilationException e) {
            problem = "compilation failed: " + e.getMessage();
        }
        String messageText = Json.textOrEmpty(rule, "messageExpression");
        Expressions.Compiled message = null;
        String messageProblem = "";
        if (problem.isEmpty() && !messageText.isEmpty()) {
            try {
                message = expressions.compile(messageText);
                if (!message.type().equals(SimpleType.STRING)) {
                    messageProblem = "messageExpression must evaluate to a string";
                } else if (!message.problem().isEmpty()) {
                    messageProblem = "messageExpression instantiation failed: " + message.problem();
                }
            } catch (Expressions.CompilationException e) {
                messageProblem = "messageExpression compilation failed: " + e.getMessage();
            }
        }
        return new Rule(rule, problem.isEmpty() ? compiled : null, messageProblem.isEmpty() ? message : null, problem,
                messageProblem, fieldPath(rule));
    }

    private String fieldPath(JsonNode rule) {
        String path = Json.textOrEmpty(rule, "fieldPath");
        if (path.isEmpty()) {
            return "";
        }
        try {
            return FieldPaths.follow(path, schema, true).path();
        } catch (IllegalArgumentException _) {
            return "";
        }
    }

    /**
     * What one rule of a definition is like.
     *
     * @param cost
     *            of evaluating it once, at most
     * @param messageCost
     *            of its {@code messageExpression}
     * @param mostInRequest
     *            how many values that it is about fit into a request
     */
    public record Finding(int index, String problem, String messageProblem, boolean usesOldSelf, long cost,
            long messageCost, long mostInRequest) {
    }

    public JsonNode schema() {
        return schema;
    }

    public @Nullable SchemaRules items() {
        return items;
    }

    public @Nullable SchemaRules additional() {
        return additional;
    }

    /** Those of fields that have any, by name. */
    public Map<String, SchemaRules> properties() {
        return Collections.unmodifiableMap(properties);
    }

    /** What compiling the rules of this very schema has shown. */
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        SchemaSizes sizes = SchemaSizes.of(schema, resource);
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            Expressions.Compiled compiled = rule.rule();
            findings.add(new Finding(i, rule.problem(), rule.messageProblem(),
                    compiled != null && compiled.usesOldSelf(), cost(compiled, sizes), cost(rule.message(), sizes),
                    sizes == null ? 0 : sizes.mostInRequest()));
        }
        return findings;
    }

    private static long cost(Expressions.@Nullable Compiled expression, @Nullable SchemaSizes self) {
        return expression == null || self == null ? 0 : Cost.most(expression.tree(), self);
    }

    /**
     * Checks a value.
     *
     * @param path
     *            to it
     * @param old
     *            what it was; null when there was nothing, or nothing that is known to be the same
     * @param warnings
     *            gets what would be wrong had it not been so before
     */
    public List<FieldError> check(String path, JsonNode value, @Nullable JsonNode old, List<String> warnings) {
        Round round = new Round(warnings);
        check(path, value, old, old != null && Json.same(value, old), round);
        return round.errors;
    }

    /** What has been found while one object is checked, and what may be spent on going on. */
    private static final class Round {
        private static final long BUDGET = 10_000_000;

        private final List<FieldError> errors = new ArrayList<>();
        private final List<String> warnings;
        private long left = BUDGET;

        Round(List<String> warnings) {
            this.warnings = warnings;
        }

        /** @return whether there was enough left */
        boolean spend(long cost) {
            left = cost > left ? -1 : left - cost;
            return !isOver();
        }

        void end() {
            left = -1;
        }

        boolean isOver() {
            return left < 0;
        }
    }

    private void check(String path, JsonNode value, @Nullable JsonNode old, boolean unchanged, Round round) {
        if (value.isNull() || round.isOver()) {
            return;
        }
        boolean same = unchanged || (old != null && Json.same(value, old));
        if (!rules.isEmpty()) {
            evaluate(path, value, old == null || old.isNull() ? null : old, same, round);
        }
        if (value instanceof ArrayNode array && items != null) {
            for (int i = 0; i < array.size(); i++) {
                items.check(path + "[" + i + "]", array.get(i), Correlation.item(array.get(i), old, schema), same,
                        round);
            }
        } else if (value instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> each : object.properties()) {
                SchemaRules inside = properties.getOrDefault(each.getKey(), additional);
                if (inside != null) {
                    JsonNode before = old == null ? null : old.get(each.getKey());
                    inside.check(child(path, each.getKey()), each.getValue(), before, same, round);
                }
            }
        }
    }

    private String child(String path, String name) {
        if (additional != null && !properties.containsKey(name)) {
            return path + "[" + name + "]";
        }
        return path.isEmpty() ? name : path + "." + name;
    }

    private void evaluate(String path, JsonNode value, @Nullable JsonNode old, boolean same, Round round) {
        if (round.left == 0) {
            round.end();
            round.errors.add(outOfBudget(path));
            return;
        }
        Object self = SchemaValues.of(value, schema);
        Object oldSelf = old == null ? null : SchemaValues.of(old, schema);
        for (Rule rule : rules) {
            if (round.isOver()) {
                return;
            }
            Expressions.Compiled compiled = rule.rule();
            if (compiled == null) {
                round.errors.add(FieldError.invalid(shown(path), Json.textOrEmpty(schema, "type"),
                        "rule compile error: " + rule.problem()));
                continue;
            }
            if (compiled.usesOldSelf() && oldSelf == null && !rule.optionalOld()) {
                continue;
            }
            Map<String, Object> variables = new HashMap<>();
            variables.put("self", self);
            if (rule.optionalOld()) {
                variables.put("oldSelf", Optional.ofNullable(oldSelf));
            } else if (oldSelf != null) {
                variables.put("oldSelf", oldSelf);
            }
            FieldError error = evaluate(path, value, rule, compiled, variables, round);
            if (error != null && same && !compiled.usesOldSelf() && !error.reason().isEmpty()) {
                round.warnings.add(error.message());
            } else if (error != null) {
                round.errors.add(error);
            }
        }
    }

    private FieldError outOfBudget(String path) {
        return FieldError.invalid(shown(path), Json.textOrEmpty(schema, "type"),
                "validation failed due to running out of cost budget, no further validation rules will be run");
    }

    private static String failed(Rule rule, String why, Round round) {
        if (why.equals(Spending.OVER)) {
            round.end();
            return "'" + why + "': no further validation rules will be run due to call cost exceeds limit for rule: "
                    + rule.text();
        }
        return why.startsWith("no such overload")
                ? "'" + why
                        + "': call arguments did not match a supported operator, function or macro signature for rule: "
                        + rule.text()
                : why + " evaluating rule: " + rule.text();
    }

    private @Nullable FieldError evaluate(String path, JsonNode value, Rule rule, Expressions.Compiled compiled,
            Map<String, Object> variables, Round round) {
        String type = Json.textOrEmpty(schema, "type");
        Expressions.Outcome outcome = compiled.run(variables);
        if (!round.spend(outcome.cost())) {
            return outOfBudget(path);
        }
        if (outcome.problem() != null) {
            return FieldError.invalid(shown(path), type, failed(rule, Failures.of(outcome.problem()), round));
        }
        if (Boolean.TRUE.equals(outcome.value())) {
            return null;
        }
        String at = rule.fieldPath().isEmpty()
                ? path
                : path.isEmpty() ? rule.fieldPath() : path + "." + rule.fieldPath();
        String detail = message(rule, variables, round);
        if (round.isOver()) {
            return FieldError.invalid(shown(at), type, detail);
        }
        return switch (Json.textOrEmpty(rule.node(), "reason")) {
            case "FieldValueForbidden" -> FieldError.forbidden(shown(at), detail);
            case "FieldValueRequired" -> FieldError.required(shown(at), detail);
            case "FieldValueDuplicate" -> type.equals("object") || type.equals("array")
                    ? new FieldError("FieldValueDuplicate", shown(at), "Duplicate value")
                    : FieldError.duplicate(shown(at), value);
            default -> type.equals("object") || type.equals("array")
                    ? new FieldError("FieldValueInvalid", shown(at), "Invalid value: " + detail)
                    : FieldError.invalid(shown(at), value, detail);
        };
    }

    private static String shown(String path) {
        return path.isEmpty() ? "<nil>" : path;
    }

    /** What is wrong, or why no more can be evaluated. */
    private static String message(Rule rule, Map<String, Object> variables, Round round) {
        Expressions.Compiled expression = rule.message();
        if (expression != null) {
            Expressions.Outcome outcome = expression.run(variables);
            if (!round.spend(outcome.cost())) {
                return "messageExpression evaluation failed due to running out of cost budget, "
                        + "no further validation rules will be run";
            }
            if (outcome.problem() != null && Failures.of(outcome.problem()).equals(Spending.OVER)) {
                round.end();
                return "no further validation rules will be run due to call cost exceeds limit for messageExpression: "
                        + GoText.quoted(Json.textOrEmpty(rule.node(), "messageExpression"));
            }
            // when it has failed the message that is written down says it as well
            String message = outcome.value() == null ? "" : outcome.value().toString().strip();
            if (!message.isEmpty() && message.indexOf('\n') < 0) {
                return message;
            }
        }
        String message = Json.textOrEmpty(rule.node(), "message");
        return message.isEmpty() ? "failed rule: " + rule.text() : message.strip();
    }
}
