package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What expressions come to, also where their types do not tell what they are about. */
class ExpressionValuesTest extends SharedServer {
    /** An expression, and the text that its value has, or why it has none; {@code ~} stands between them. */
    private static final String VALUES = """
            has(dyn(self.s).x) ~ false
            has(dyn(null).x) ~ false
            has(dyn(self.l).x) ~ unsupported index type 'string' in list
            has(dyn([1]).x) ~ unsupported index type 'string' in list
            has(self.n) ~ false
            dyn(self.i) || true ~ true
            false && dyn(self.s) ~ false
            dyn(self.i) || dyn(self.s) ~ no such overload
            $U.nope || dyn(self.s) ~ no such key: nope
            $U.list[1.0] ~ b
            $U.list[1u] ~ b
            $U.list[9u] ~ index out of bounds: 9
            $U.list[0.5] ~ unsupported index value 0.5 in list
            $U.list.x ~ unsupported index type 'string' in list
            dyn(self.s)[0] ~ no such key: 0
            self.l[dyn(1.0)] ~ unsupported index: 1
            {1: 'a', 1: 'b'} ~ {1:"b"}
            optional.of(dyn(self.s)).x.hasValue() ~ false
            $U.?list[?0].orValue('z') ~ a
            $U.numbers.sum() ~ 6
            $U.numbers.max() ~ 3
            $U.numbers.sort() ~ [1, 2, 3]
            $U.numbers.isSorted() ~ false
            $U.numbers.sortBy(x, -x) ~ [3, 2, 1]
            $U.list.sum() ~ no such overload: sum(list)
            [b'b', b'a'].sort() ~ [b"a", b"b"]
            [0.1, 0.2, 0.3].sum() ~ 0.6000000000000001
            [1, 2, 1].lastIndexOf(dyn(1.0)) ~ 2
            self.set == ['p', 'q'] ~ true
            ['p', 'q'] == self.set ~ false
            self.set + ['z', 'q'] ~ ["q", "p", "z"]
            (self.set + ['z']) == ['z', 'p', 'q'] ~ true
            self.lm == [self.lm[1], self.lm[0]] ~ true
            self.lm + self.lm ~ [{"k":"b", "v":2}, {"k":"a", "v":1}]
            self.set == dyn('x') ~ no such overload
            self.set != dyn('x') ~ true
            dyn(self) == 1 ~ no such overload
            dyn(quantity('1')) == 1 ~ no such overload
            semver('1.2.3-a..b').major() ~ Prerelease is empty
            semver('1.2-alpha', true).major() ~ short version cannot contain PreRelease/Build meta data
            semver('v1.2.3').major() ~ Invalid character(s) found in major number "v1"
            cidr('1.2.3/8').prefixLength() ~ network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix("1.2.3/8"): ParseAddr("1.2.3"): IPv4 address too short
            cidr('10.0.0.0/8').containsIP('x') ~ no such overload
            format.uri().validate('a b').value() ~ ["parse \\"a b\\": invalid URI for request"]
            [optional.of(1), optional.none()].unwrapOpt() ~ [1]
            type(ip('1.2.3.4')) == net.IP ~ true
            type(self.t) == google.protobuf.Timestamp ~ true
            self.t ~ 2021-03-04T05:06:07.089+02:00
            string(self.t) ~ 2021-03-04T05:06:07.089+02:00
            self.t.getHours() ~ 3
            self.t.getHours('+02:00') ~ 5
            self.t.getHours('EST') ~ 22
            self.t.getHours('+2') ~ unknown time zone +2
            self.t.getHours('a:b') ~ strconv.Atoi: parsing "a": invalid syntax
            self.t + duration('1h') ~ 2021-03-04T06:06:07.089+02:00
            self.t == timestamp('2021-03-04T03:06:07.089Z') ~ true
            self.t in [timestamp('2021-03-04T03:06:07.089Z')] ~ true
            timestamp('9999-12-31T23:59:59Z') + duration('1s') ~ timestamp overflow
            duration('2562047h') + duration('1h') ~ integer overflow
            [duration('2562047h'), duration('1h')].sum() ~ integer overflow
            int(duration('1s')) ~ 1000000000
            0.0 / 0.0 < 1.0 ~ NaN values cannot be ordered
            optional.of(1) == optional.of(dyn(1.0)) ~ true
            (-9223372036854775807 - 1) % (self.i - 8) ~ integer overflow
            'abc'.indexOf('', 4) ~ 3
            'abc'.lastIndexOf('', -1) ~ index out of range: -1
            'baab'.findAll('a*') ~ ["", "aa", ""]
            string(dyn(self.l)) ~ no such overload: string(list)
            dyn(self.s).indexOf(1) ~ no such overload: indexOf(string, int)
            dyn(null) + 1 ~ no such overload: _+_
            dyn(self.s) * 2 ~ no such overload
            quantity('1Ei').isInteger() ~ false
            quantity('1Ti').isInteger() ~ true
            quantity('9223372036854775807').asInteger() ~ cannot convert value to integer
            quantity('9e18').add(quantity('9e18')).isInteger() ~ false
            quantity('1').add(quantity('1m')).asApproximateFloat() ~ 1.0010000000000001
            dyn(self.i).value() ~ no such overload: value(int)
            dyn(self.i).hasValue() ~ no such overload: hasValue(int)
            optional.none().value() ~ optional.none() dereference
            dyn(self.l).optMap(x, x).value() ~ no such overload: hasValue(list)
            dyn(self.l).unwrapOpt() ~ no such overload: unwrapOpt(list)
            optional.unwrap(dyn(self.l)) ~ no such overload: optional.unwrap(list)
            dyn(self.i).flatten() ~ no such overload: int.flatten()
            dyn(self.lm[0]).flatten() ~ no such overload: map(dyn, dyn).flatten()
            dyn(self.i).distinct() ~ internal error: interface conversion: types.Int is not traits.Lister: missing method Contains
            dyn(self.lm[0]).distinct() ~ internal error: interface conversion: *common.unstructuredMap is not traits.Lister: missing method Add
            dyn(self.s).find(dyn(self.i)) ~ no such overload: find(string, int)
            dyn(self.i).find('a') ~ no such overload
            dyn(self.i).matches(self.s) ~ no such overload: matches
            $U[dyn([self.i])] ~ invalid qualifier type: *types.baseList
            $U[dyn(self.set)] ~ invalid qualifier type: *common.unstructuredSetList
            $U[dyn(self.l + self.l)] ~ invalid qualifier type: *types.baseList
            $U[dyn([self.i] + [1])] ~ invalid qualifier type: *types.concatList
            {self.t: 1}[self.t] ~ invalid qualifier type: types.Timestamp
            self.l[?dyn([self.i])].hasValue() ~ invalid qualifier type: *types.baseList
            {self.s: 1, 'text': 2} ~ {"text":2}
            {self.s: 1, ?self.s: optional.none()}.size() ~ 0
            {dyn(1.0): 'a', dyn(1.0): 'b'}.size() ~ 1
            '%s'.format([{dyn(1.0): 'a'}]) ~ error during formatting: no formatting function for map key of type double
            '%s'.format([{self.t: 'a'}]) ~ error during formatting: no formatting function for map key of type google.protobuf.Timestamp
            {bytes(self.s): 1} ~ internal error: runtime error: hash of unhashable type types.Bytes
            self.l.transformMapEntry(i, v, {self.s: v}) ~ insert failed: key text already exists
            optional.ofNonZeroValue(timestamp('0001-01-01T00:00:00Z')).hasValue() ~ false
            optional.ofNonZeroValue(self.t).hasValue() ~ true
            dyn(self.i).all(x, true) ~ got 'types.Int', expected iterable type
            dyn(self.i).all(i, x, true) ~ unsupported comprehension range type: types.Int
            dyn(self.t).exists(x, true) ~ got 'types.Timestamp', expected iterable type
            ([] + self.set) == ['p', 'q'] ~ true
            int(dyn(uint(self.i)) * 2635249153387078802u) ~ integer overflow
            """;

    private static final Pattern FAILED = Pattern
            .compile("\"object\": (.*?)(?: evaluating| signature for) rule: dyn\\(\\[(.*)]\\) == '~'$");
    /** Something of which nothing is known. */
    private static final String UNKNOWN = "dyn({'list': dyn(['a', 'b']), 'numbers': dyn([3, 1, 2])})";

    ExpressionValuesTest() {
        super("expression-values");
    }

    @Test
    void expressionsComeToWhatTheyComeToThere() {
        Map<String, String> table = new LinkedHashMap<>();
        VALUES.replace("$U", UNKNOWN).lines().map(each -> each.split(" ~ ", 2))
                .forEach(each -> table.put(each[0], each[1]));
        Wire.Answer defined = wire.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition(table));
        assertThat(defined.code()).as(defined.text("message")).isEqualTo(201);
        Wire.Answer refused = wire.post("/apis/example.com/v1/namespaces/default/values",
                """
                        {"apiVersion": "example.com/v1", "kind": "Value", "metadata": {"name": "a"}, "spec": {"s": "text", "i": 7,
                         "l": [3, 1, 2], "n": null, "t": "2021-03-04T05:06:07.089+02:00", "set": ["q", "p"],
                         "lm": [{"k": "b", "v": 2}, {"k": "a", "v": 1}]}}
                        """);
        assertThat(refused.code()).isEqualTo(422);
        Map<String, String> told = told(refused.body().at("/details/causes"));
        table.forEach((expression, wanted) -> {
            assertThat(told.get(expression)).as(expression).isEqualTo(wanted);
        });
    }

    /** Each rule fails, and tells what its expression has come to. */
    private static String definition(Map<String, String> table) {
        ObjectNode definition = (ObjectNode) Json
                .parse("""
                        {"metadata": {"name": "values.example.com"}, "spec": {"group": "example.com", "scope": "Namespaced",
                         "names": {"plural": "values", "kind": "Value"},
                         "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
                           "type": "object", "properties": {"spec": {"type": "object", "properties": {
                             "s": {"type": "string", "maxLength": 9}, "i": {"type": "integer"},
                             "n": {"type": "string", "nullable": true, "maxLength": 9},
                             "t": {"type": "string", "format": "date-time"},
                             "l": {"type": "array", "maxItems": 9, "items": {"type": "integer"}},
                             "set": {"type": "array", "maxItems": 9, "x-kubernetes-list-type": "set",
                               "items": {"type": "string", "maxLength": 9}},
                             "lm": {"type": "array", "maxItems": 9, "x-kubernetes-list-type": "map",
                               "x-kubernetes-list-map-keys": ["k"], "items": {"type": "object", "required": ["k"],
                                 "properties": {"k": {"type": "string", "maxLength": 9}, "v": {"type": "integer"}}}}}}}}}}]}}""");
        ArrayNode rules = ((ObjectNode) definition.at("/spec/versions/0/schema/openAPIV3Schema/properties/spec"))
                .putArray("x-kubernetes-validations");
        table.keySet().forEach(each -> rules.addObject().put("rule", "dyn([" + each + "]) == '~'")
                .put("messageExpression", "'%s ~ %s'.format([" + quoted(each) + ", " + each + "])"));
        return Json.string(definition);
    }

    private static String quoted(String text) {
        return "r\"\"\"" + text + "\"\"\"";
    }

    private static Map<String, String> told(JsonNode causes) {
        Map<String, String> told = new LinkedHashMap<>();
        causes.forEach(each -> {
            String message = each.path("message").asString();
            Matcher failed = FAILED.matcher(message);
            if (failed.find()) {
                told.put(failed.group(2), failed.group(1).replaceFirst("^'(.*)': call arguments .*", "$1"));
            } else {
                String[] shown = message.replaceFirst("^Invalid value: ", "").split(" ~ ", 2);
                told.put(shown[0], shown[shown.length - 1]);
            }
        });
        return told;
    }
}
