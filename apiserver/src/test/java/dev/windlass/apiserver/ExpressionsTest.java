package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Expressions mean what they mean in the real server, and what is wrong with them is told as there. */
class ExpressionsTest extends SharedServer {
    private static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    ExpressionsTest() {
        super("expressions");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
            [1, 'a'].size() > 1 ~ <input>:1:5: expected type 'int' but found 'string'
            {'a': 1, 'b': 'c'}.size() > 1 ~ <input>:1:15: expected type 'int' but found 'string'
            [[], ['a']].size() > 3 ~ ``
            '%s'.format([[1, 'a']]) == '' ~ ``
            '%d'.format(['a']) == '' ~ error during formatting: decimal clause can only be used on integers, was given string
            '%s %s'.format(['a']) == '' ~ index 1 out of range
            '%s'.format(['a', 'b']) == '' ~ too many arguments supplied to string.format (expected 1, got 2)
            duration('1d') > duration('1s') ~ <input>:1:10: invalid duration argument
            timestamp('2020-01-01') > timestamp('2020-01-01T00:00:00Z') ~ <input>:1:11: invalid timestamp argument
            self.a.matches('[') ~ <input>:1:16: invalid matches argument
            self.a.find('[') == '' ~ program instantiation failed: error parsing regexp: missing closing ]: `[`
            self.a.find('a)') == '' ~ program instantiation failed: error parsing regexp: unexpected ): `a)`
            int('a') == 1 ~ program instantiation failed: type conversion error from 'string' to 'int'
            uint(-1) == 1u ~ program instantiation failed: unsigned integer overflow
            self.n && self.a ~ <input>:1:5: expected type 'bool' but found 'int'
            self.n && self.a ~ <input>:1:15: expected type 'bool' but found 'string'
            self.list.map(x.y, true).size() > 1 ~ <input>:1:16: argument is not an identifier
            self.list.all(x.y, true) ~ <input>:1:16: argument must be a simple name
            has(self.list[0]) ~ <input>:1:14: invalid argument to has() macro
            9223372036854775808 > 1 ~ <input>:1:1: invalid int literal
            1e999 > 1.0 ~ <input>:1:1: invalid double literal
            'a'.reverse() == 'a' ~ found no matching overload for 'reverse' applied to 'string.()'
            self.list.all(x, x, true) ~ <input>:1:18: duplicate variable name: x
            self.list.transformList(x, x, x > 1, x).size() > 1 ~ <input>:1:28: duplicate variable name: x
            self.n == 1 ? self.list[0] ~ <input>:1:27: Syntax error: mismatched input '<EOF>' expecting ':'
            (self.n == 1 ? f(1)) ~ <input>:1:20: Syntax error: mismatched input ')' expecting ':'
            self.list[self.list[0] ~ <input>:1:23: Syntax error: missing ']' at '<EOF>'
            self.a == '%s ~ <input>:1:11: Syntax error: token recognition error at: ''%s'
            dyn(self.list)[null] == 1 ~ program instantiation failed: invalid qualifier type: types.Null
            true || dyn({'a': 1})[dyn([1])] == 1 ~ program instantiation failed: invalid qualifier type: *types.baseList
            int(uint('18446744073709551615')) == 1 ~ program instantiation failed: integer overflow
            type(self.n) == dyn ~ <input>:1:17: undeclared reference to 'dyn' (in container '')
            self.list.sortBy(x, [x]).size() > 1 ~ found no matching overload for '@sortByAssociatedKeys'
            """)
    void whatIsWrongIsToldWhenItIsWritten(String rule, String problem) {
        Wire.Answer answer = wire.post(DEFINITIONS + "?dryRun=All", definition("checked", rule));
        if (problem.isEmpty()) {
            assertThat(answer.code()).as(answer.text("message")).isEqualTo(201);
        } else {
            assertThat(answer.text("message")).contains(problem);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
            string(1e6) == '1e+06' ~ ``
            string(1.0) == '1' ~ ``
            string(duration('1.5s')) == '1.5s' ~ ``
            duration('1500ms').getMilliseconds() == 1500 ~ ``
            '%f %e'.format([1234567.5, 1234.5678]) == '1,234,567.500000 1.234568×10⁰³' ~ ``
            '%s'.format([{'b': [1.5, 'x'], 'a': null}]) == '{"a":null, "b":[1.500000, "x"]}' ~ ``
            '%s'.format([['x"y', 'z']]) == '["x\\\\"y", "z"]' ~ ``
            '%x %o %b'.format([-255, -8, -5]) == '-ff -10 -101' ~ ``
            'abcabc'.indexOf('c', 10) == -1 ~ ``
            'wörld'.charAt(1) == 'ö' ~ ``
            ['bb', 'a'].sortBy(x, x.size())[0] == 'a' ~ ``
            sign(quantity('-1')) == -1 ~ ``
            'abc'.substring(4) == '' ~ index out of range: 4 evaluating rule
            'abc'.substring(2, 1) == '' ~ invalid substring range. start: 2, end: 1 evaluating rule
            [1].slice(0, 5) == [1] ~ cannot slice(0, 5), list is length 1 evaluating rule
            lists.range(-1) == [1] ~ lists.range: size must be non-negative, got -1 evaluating rule
            5 % (self.n - self.n) == 1 ~ modulus by zero evaluating rule
            int(self.a) == 1 ~ type conversion error from 'string' to 'int' evaluating rule
            optional.none().value() == 1 ~ optional.none() dereference evaluating rule
            9223372036854775807 + self.n > 1 ~ integer overflow evaluating rule
            """)
    void whatTheyComeToIsWhatItIsThere(String rule, String problem) {
        String kind = "k" + Integer.toHexString(rule.hashCode());
        Wire.Answer defined = wire.post(DEFINITIONS, definition(kind, rule));
        if (defined.code() != 201) {
            assertThat(problem).isNotEmpty();
            assertThat(defined.text("message")).contains(problem);
            return;
        }
        Wire.Answer answer = wire.post("/apis/example.com/v1/namespaces/default/" + kind, """
                {"apiVersion": "example.com/v1", "kind": "%s", "metadata": {"name": "a"}, "spec": {"a": "abc", "n": 5}}
                """.formatted(kind));
        if (problem.isEmpty()) {
            assertThat(answer.code()).as(answer.text("message")).isEqualTo(201);
        } else {
            assertThat(answer.text("message")).contains(problem);
        }
    }

    private static String definition(String kind, String rule) {
        ObjectNode definition = (ObjectNode) Json.parse("""
                {"metadata": {"name": "%1$s.example.com"}, "spec": {"group": "example.com", "scope": "Namespaced",
                 "names": {"plural": "%1$s", "kind": "%1$s"},
                 "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
                   "type": "object", "properties": {"spec": {"type": "object", "properties": {
                     "a": {"type": "string", "maxLength": 9}, "n": {"type": "integer"},
                     "list": {"type": "array", "maxItems": 9, "items": {"type": "string", "maxLength": 9}}}}}}}}]}}"""
                .formatted(kind));
        ObjectNode spec = (ObjectNode) definition.at("/spec/versions/0/schema/openAPIV3Schema/properties/spec");
        spec.putArray("x-kubernetes-validations").addObject().put("rule", rule);
        return Json.string(definition);
    }
}
