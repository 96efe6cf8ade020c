package dev.windlass.apiserver.internal.crd;

import dev.windlass.apiserver.internal.cel.SchemaRules;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Whether the validation rules of a schema that is right otherwise can be compiled. Stateless. */
final class RuleChecks {
    private static final String RULES = "x-kubernetes-validations";

    private RuleChecks() {
    }

    static void check(ObjectNode schema, String path, List<FieldError> errors) {
        SchemaRules rules = schema.findValue(RULES) == null ? null : SchemaRules.of(schema, true);
        if (rules != null) {
            visit(rules, path, null, errors);
        }
    }

    /** @param loose where what is inside can no longer be told to be the same as before; null while it can */
    private static void visit(SchemaRules rules, String path, @Nullable String loose, List<FieldError> errors) {
        JsonNode schema = rules.schema();
        SchemaRules items = rules.items();
        if (items != null) {
            boolean keyed = Json.textOrEmpty(schema, "x-kubernetes-list-type").equals("map");
            visit(items, path + ".items", loose == null && !keyed ? path : loose, errors);
        }
        SchemaRules additional = rules.additional();
        if (additional != null) {
            visit(additional, path + ".additionalProperties", loose, errors);
        }
        boolean atomic = Json.textOrEmpty(schema, "x-kubernetes-map-type").equals("atomic");
        rules.properties().forEach((name, inside) -> visit(inside, path + ".properties[" + name + "]",
                loose == null && atomic ? path : loose, errors));
        for (SchemaRules.Finding finding : rules.findings()) {
            tell(finding, schema.path(RULES).path(finding.index()), path + "." + RULES + "[" + finding.index() + "]",
                    loose, errors);
        }
    }

    private static void tell(SchemaRules.Finding finding, JsonNode rule, String at, @Nullable String loose,
            List<FieldError> errors) {
        if (!finding.problem().isEmpty()) {
            errors.add(FieldError.invalid(at + ".rule", GoPrint.rule(rule), finding.problem()));
        }
        if (!finding.messageProblem().isEmpty()) {
            errors.add(FieldError.invalid(at + ".messageExpression", GoPrint.rule(rule), finding.messageProblem()));
        }
        if (finding.usesOldSelf() && loose != null) {
            errors.add(FieldError.invalid(at + ".rule", Json.textOrEmpty(rule, "rule"),
                    "oldSelf cannot be used on the uncorrelatable portion of the schema within " + loose));
        } else if (!finding.usesOldSelf() && rule.hasNonNull("optionalOldSelf")) {
            errors.add(FieldError.invalid(at + ".optionalOldSelf", rule.get("optionalOldSelf"),
                    "may not be set if oldSelf is not used in rule"));
        }
    }
}
