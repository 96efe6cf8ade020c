package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** How definitions are read to the last schema, what is told of them, and what their objects must be. */
class DefinitionsTest extends SharedServer {
    private static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    DefinitionsTest() {
        super("definitions");
    }

    private static String definition(String plural, String versions) {
        return """
                {"metadata":{"name":"%1$s.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
                "names":{"plural":"%1$s","kind":"%2$s"},"versions":[%3$s]}}
                """.formatted(plural, plural.substring(0, 1).toUpperCase(Locale.ROOT) + plural.substring(1),
                versions);
    }

    private static String version(String name, boolean storage, String properties, String more) {
        return """
                {"name":"%s","served":true,"storage":%s,%s"schema":{"openAPIV3Schema":{"type":"object","properties":{%s}}}}
                """
                .formatted(name, storage, more, properties.replace('\'', '"'));
    }

    private static String one(String plural, String properties) {
        return definition(plural, version("v1", true, properties, ""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "'items':{'type':5}|number|items.type of type string",
            "'items':{'type':'object','properties':[]}|array|items.properties of type map[string]v1.JSONSchemaProps",
            "'items':{'type':'array','items':{'maxItems':'5'}}|string|items.items.maxItems of type int64",
            "'additionalProperties':{'x-kubernetes-validations':[{'rule':5}]}|number|additionalProperties.x-kubernetes-validations.rule of type string"})
    void whatIsWrongInsideOfASchemaIsTold(String inside, String found, String where) {
        assertThat(wire.post(DEFINITIONS, one("wrong", "'a':{" + inside + "}")).message())
                .isEqualTo("CustomResourceDefinition in version \"v1\" cannot be handled as a CustomResourceDefinition:"
                        + " json: cannot unmarshal " + found
                        + " into Go struct field JSONSchemaProps.spec.versions.schema"
                        + ".openAPIV3Schema.properties." + where);
    }

    @Test
    void whatIsUnknownInsideOfASchemaIsDropped() {
        Wire.Answer made = wire.post(DEFINITIONS + "?dryRun=All&fieldValidation=Strict", one("odd",
                "'a':{'type':'array','items':{'type':'string','optional':true,'nullable':false,'maxLength':null}}"));
        assertThat(Json.string(made.body().at("/spec/versions/0/schema/openAPIV3Schema/properties/a/items")))
                .isEqualTo("{\"type\":\"string\"}");
    }

    @Test
    void aFieldMayBeCalledLikeAWordOfExpressions() {
        assertThat(wire.post(DEFINITIONS,
                one("words", "'spec':{'type':'object','properties':{'namespace':{'type':'string'}},"
                        + "'x-kubernetes-validations':[{'rule':~!has(self.namespace) || self.namespace == self.__namespace__~},"
                        + "{'rule':~!has(self.namespace) || self.namespace != \\\"a\\\"~}]}").replace('~', '"'))
                .code())
                .isEqualTo(201);
        String objects = "/apis/example.com/v1/namespaces/default/words";
        String object = "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Words\",\"metadata\":{\"name\":\"a\"},\"spec\":{\"namespace\":\"%s\"}}";
        assertThat(wire.post(objects, object.formatted("a")).code()).isEqualTo(422);
        assertThat(wire.post(objects, object.formatted("b")).code()).isEqualTo(201);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "'kind':'Odd'|Odd.example.com|kind: Invalid value: \"Odd\": must be Kinds",
            "'kind':'Odd','apiVersion':'v1'|Odd|[kind: Invalid value: \"Odd\": must be Kinds, apiVersion: Invalid value: \"v1\": must be example.com/v1]"})
    void aCustomResourceOfAnotherKindIsRefusedAsThat(String what, String as, String problem) {
        wire.post(DEFINITIONS, one("kinds", "'spec':{'type':'object'}"));
        String objects = "/apis/example.com/v1/namespaces/default/kinds";
        wire.post(objects, "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Kinds\",\"metadata\":{\"name\":\"a\"}}");
        assertThat(wire.merge(objects + "/a", "{" + what.replace('\'', '"') + "}").message())
                .isEqualTo(as + " \"a\" is invalid: " + problem);
        assertThat(wire.merge(objects + "/a", "{\"kind\":null}").message())
                .contains(": Object 'Kind' is missing in '{");
    }

    @Test
    void aWarningIsToldOnce() {
        String field = ":{'type':'string','format':'ip'}";
        assertThat(warnings(one("once", "'a'" + field + ",'b'" + field)))
                .containsExactly("299 - \"unrecognized format \\\"ip\\\"\"");
    }

    @Test
    void warningsThatAreTooMuchAreShortened() {
        String versions = IntStream.range(0, 20)
                .mapToObj(i -> version("v" + (i + 1), i == 0,
                        "'a':{'type':'string','format':'" + "%02dé".formatted(i).repeat(100) + "'}", ""))
                .reduce((a, b) -> a + "," + b).orElseThrow();
        List<String> told = warnings(definition("many", versions));
        assertThat(told).hasSize(16).allSatisfy(each -> assertThat(each).hasSize("299 - \"\"".length() + 256 + 1));
    }

    /** They are UTF-8, which the client of the JDK does not read them as. */
    private List<String> warnings(String definition) {
        return wire.post(DEFINITIONS + "?dryRun=All", definition).raw().headers().allValues("Warning").stream()
                .map(each -> new String(each.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8)).toList();
    }

    @Test
    void aColumnMayShowAPartOfAList() {
        String columns = "\"additionalPrinterColumns\":[{\"name\":\"a\",\"type\":\"string\",\"jsonPath\":\".l[]\"},"
                + "{\"name\":\"b\",\"type\":\"string\",\"jsonPath\":\".l[-2:]\"},"
                + "{\"name\":\"c\",\"type\":\"string\",\"jsonPath\":\".l[5]\"}],";
        wire.post(DEFINITIONS,
                definition("parts", version("v1", true, "'l':{'type':'array','items':{'type':'string'}}", columns)));
        String objects = "/apis/example.com/v1/namespaces/default/parts";
        wire.post(objects,
                "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Parts\",\"metadata\":{\"name\":\"a\"},\"l\":[\"x\",\"y\",\"z\"]}");
        Wire.Answer table = wire.send(wire.request(objects + "/a")
                .header("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io").build());
        assertThat(Json.string(table.body().at("/rows/0/cells"))).isEqualTo("[\"a\",\"x\",\"y\",null]");
    }
}
