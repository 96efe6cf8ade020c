package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What rules cost is estimated as the real server does: definitions are refused by it. */
class RuleCostsTest extends SharedServer {
    private static final long BUDGET = 10_000_000;
    private static final Pattern FACTOR = Pattern.compile("estimated rule cost exceeds budget by factor of ([\\d.]+)x");
    private static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All";
    private static final String SCHEMA = read("rule-costs.json");

    RuleCostsTest() {
        super("rule-costs");
    }

    private static String read(String name) {
        try (InputStream in = Objects.requireNonNull(RuleCostsTest.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** There are so many items that the rule costs hardly more than it may, of which six digits are told. */
    @ParameterizedTest
    @CsvFileSource(resources = "rule-costs.txt", delimiter = '\t', quoteCharacter = '`')
    void aRuleCostsWhatItCostsThere(long cost, String rule) {
        long items = BUDGET / cost + 1;
        ObjectNode item = (ObjectNode) Json.parse(SCHEMA);
        item.putArray("x-kubernetes-validations").addObject().put("rule", rule);
        Wire.Answer answer = wire.post(DEFINITIONS, definition(item, items));
        Matcher told = FACTOR.matcher(answer.text("message"));
        assertThat(told.find()).as(answer.text("message")).isTrue();
        assertThat(Math.round(Double.parseDouble(told.group(1)) * BUDGET / items)).isEqualTo(cost);
    }

    private static String definition(ObjectNode item, long items) {
        ObjectNode definition = (ObjectNode) Json.parse("""
                {"metadata": {"name": "shelves.example.com"}, "spec": {"group": "example.com", "scope": "Namespaced",
                 "names": {"plural": "shelves", "kind": "Shelf"},
                 "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
                   "type": "object", "properties": {"items": {"type": "array"}}}}}]}}""");
        ObjectNode list = (ObjectNode) definition.at("/spec/versions/0/schema/openAPIV3Schema/properties/items");
        list.put("maxItems", items).set("items", item);
        return Json.string(definition);
    }
}
