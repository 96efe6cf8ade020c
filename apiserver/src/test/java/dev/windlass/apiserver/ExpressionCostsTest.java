package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What is evaluated may cost so much, one by one and for one object. */
class ExpressionCostsTest extends SharedServer {
    private static final String DEEP = "self.l.all(x, self.l.all(y, x + y >= 0))";

    ExpressionCostsTest() {
        super("expression-costs");
    }

    @Test
    void anEvaluationThatCostsTooMuchEndsAllOthers() {
        define("ones", """
                {"rule": "self.l.size() < 0", "message": "told"}, {"rule": "%s"}, {"rule": "self.l.size() < 1"}
                """.formatted(DEEP));
        assertThat(message("ones", 300)).contains("spec: Invalid value: told", "failed rule: self.l.size() < 1");
        assertThat(message("ones", 500)).contains("spec: Invalid value: told")
                .contains("spec: Invalid value: \"object\": "
                        + "'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to "
                        + "call cost exceeds limit for rule: " + DEEP)
                .doesNotContain("size() < 1");
    }

    @Test
    void whatAllTogetherCostIsLimited() {
        define("manies", String.join(",", Collections.nCopies(12, "{\"rule\": \"" + DEEP + "\"}"))
                + ", {\"rule\": \"self.l.size() < 1\"}");
        assertThat(message("manies", 200)).contains("failed rule: self.l.size() < 1");
        assertThat(message("manies", 350))
                .contains("spec: Invalid value: \"object\": validation failed due to running out "
                        + "of cost budget, no further validation rules will be run")
                .doesNotContain("size() < 1");
    }

    @Test
    void aMessageMayCostTooMuch() {
        define("tolds", """
                {"rule": "self.l.size() < 1", "messageExpression": "string(%s)"}, {"rule": "self.l.size() < 2"}
                """.formatted(DEEP));
        assertThat(message("tolds", 500)).contains("no further validation rules will be run due to call cost exceeds "
                + "limit for messageExpression: \"string(" + DEEP + ")\"")
                .doesNotContain("size() < 2");
    }

    private String message(String plural, int items) {
        ObjectNode made = (ObjectNode) Json.parse("""
                {"apiVersion": "example.com/v1", "kind": "%s", "metadata": {"name": "a"}, "spec": {}}
                """.formatted(plural));
        ArrayNode list = ((ObjectNode) made.path("spec")).putArray("l");
        for (int i = 0; i < items; i++) {
            list.add(i % 10);
        }
        Wire.Answer answer = wire.post("/apis/example.com/v1/namespaces/default/" + plural + "?dryRun=All",
                Json.string(made));
        return answer.text("message");
    }

    private void define(String plural, String rules) {
        Wire.Answer answer = wire.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", """
                {"metadata": {"name": "%1$s.example.com"}, "spec": {"group": "example.com", "scope": "Namespaced",
                 "names": {"plural": "%1$s", "kind": "%1$s"},
                 "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
                   "type": "object", "properties": {"spec": {"type": "object", "properties": {
                     "l": {"type": "array", "maxItems": 700, "items": {"type": "integer"}}},
                     "x-kubernetes-validations": [%2$s]}}}}}]}}""".formatted(plural, rules));
        assertThat(answer.code()).as(answer.text("message")).isEqualTo(201);
    }
}
