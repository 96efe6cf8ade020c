package dev.windlass.apiserver.internal.crd;

import dev.windlass.apiserver.internal.cel.Range;
import dev.windlass.apiserver.internal.cel.SchemaRules;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Whether the validation rules of a schema that is right otherwise can be compiled, and can be afforded. One use each. */
final class RuleChecks {
    private static final String RULES = "x-kubernetes-validations";
    /** There is no limit to how many values of a schema there are. */
    private static final long UNBOUNDED = -1;

    private final List<FieldError> errors;
    private final RuleBudget budget;

    private RuleChecks(RuleBudget budget, List<FieldError> errors) {
        this.budget = budget;
        this.errors = errors;
    }

    static void check(ObjectNode schema, String path, List<FieldError> errors) {
        SchemaRules rules = schema.findValue(RULES) == null ? null : SchemaRules.of(schema, true);
        if (rules != null) {
            RuleBudget budget = new RuleBudget(errors);
            new RuleChecks(budget, errors).visit(rules, path, null, 1);
            budget.checkTotal(path);
        }
    }

    /**
     * @param loose
     *            where what is inside can no longer be told to be the same as before; null while it can
     * @param count
     *            how many values of the schema there can be
     */
    private void visit(SchemaRules rules, String path, @Nullable String loose, long count) {
        JsonNode schema = rules.schema();
        long inside = count == UNBOUNDED ? UNBOUNDED : inside(schema, count);
        SchemaRules items = rules.items();
        if (items != null) {
            boolean keyed = Json.textOrEmpty(schema, "x-kubernetes-list-type").equals("map");
            visit(items, path + ".items", loose == null && !keyed ? path : loose, inside);
        }
        SchemaRules additional = rules.additional();
        if (additional != null) {
            visit(additional, path + ".additionalProperties", loose, inside);
        }
        rules.properties().forEach((name, each) -> visit(each, path + ".properties[" + name + "]", loose, inside));
        for (SchemaRules.Finding finding : rules.findings()) {
            tell(finding, schema.path(RULES).path(finding.index()), path + "." + RULES + "[" + finding.index() + "]",
                    loose, count == UNBOUNDED ? finding.mostInRequest() : count);
        }
    }

    private static long inside(JsonNode schema, long count) {
        String limit = switch (Json.textOrEmpty(schema, "type")) {
            case "array" -> "maxItems";
            case "object" -> schema.hasNonNull("additionalProperties") ? "maxProperties" : "";
            default -> "";
        };
        if (limit.isEmpty()) {
            return count;
        }
        return schema.hasNonNull(limit)
                ? Range.product(count, Math.max(0, schema.get(limit).longValue()))
                : UNBOUNDED;
    }

    private void tell(SchemaRules.Finding finding, JsonNode rule, String at, @Nullable String loose, long times) {
        budget.spend(at + ".rule", "estimated rule cost", Range.product(finding.cost(), times));
        if (!finding.problem().isEmpty()) {
            errors.add(FieldError.invalid(at + ".rule", GoPrint.rule(rule), finding.problem()));
        }
        if (!finding.messageProblem().isEmpty()) {
            errors.add(FieldError.invalid(at + ".messageExpression", GoPrint.rule(rule), finding.messageProblem()));
        }
        budget.spend(at + ".messageExpression", "estimated messageExpression cost", finding.messageCost());
        if (finding.usesOldSelf() && loose != null) {
            errors.add(FieldError.invalid(at + ".rule", Json.textOrEmpty(rule, "rule"),
                    "oldSelf cannot be used on the uncorrelatable portion of the schema within " + loose));
        } else if (!finding.usesOldSelf() && rule.hasNonNull("optionalOldSelf")) {
            errors.add(FieldError.invalid(at + ".optionalOldSelf", rule.get("optionalOldSelf"),
                    "may not be set if oldSelf is not used in rule"));
        }
    }
}
