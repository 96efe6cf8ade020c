package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/** The formats of texts that a schema can ask for. */
class FormatsTest extends SharedServer {
    private static final List<String> FORMATS = List.of("bsonobjectid", "uri", "email", "hostname", "ipv4", "ipv6",
            "cidr", "mac", "uuid", "uuid3", "uuid4", "uuid5", "isbn", "isbn10", "isbn13", "creditcard", "ssn",
            "hexcolor", "rgbcolor", "byte", "password", "date", "date-time", "datetime", "duration", "k8s-short-name",
            "k8s-long-name", "color");

    FormatsTest() {
        super("formats");
    }

    @BeforeAll
    void define() {
        ObjectNode definition = (ObjectNode) Json.parse("""
                {"metadata": {"name": "formats.example.com"}, "spec": {"group": "example.com", "scope": "Namespaced",
                 "names": {"plural": "formats", "kind": "Format"},
                 "versions": [{"name": "v1", "served": true, "storage": true,
                  "schema": {"openAPIV3Schema": {"type": "object", "properties": {}}}}]}}""");
        ObjectNode properties = (ObjectNode) definition.at("/spec/versions/0/schema/openAPIV3Schema/properties");
        for (String format : FORMATS) {
            properties.putObject(format).put("type", "string").put("format", format);
        }
        assertThat(wire.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", Json.string(definition))
                .code()).isEqualTo(201);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
            bsonobjectid ~ ["507f1f77bcf86cd799439011"] ~ ["507f1f77bcf86cd79943901", "507f1f77bcf86cd79943901g"]
            email ~ ["a@b", "Full Name <a@b>", "\\"a b\\"@c", "a@[1.2.3.4]", "a@b (c (d) e)", "Jörg <j@k>", "a.b. <a@b>"] ~ ["a", "a@", ".a@b", "a..b@c", "a b@c", "\\"\\"@c", "a@[x]", "a@b, c@d", "<a@b >", "a@b ("]
            hostname ~ ["a-b", "my-host.example.com", "ü.de", "☃.net"] ~ ["ab-c", "a.b", "a.b1", "my_host.com", "foo.com.", "a-.bc"]
            ipv4 ~ ["1.2.3.4", "01.02.03.004", "::ffff:1.2.3.4"] ~ ["1.2.3", "256.1.1.1", "::1"]
            ipv6 ~ ["::1", "::ffff:1.2.3.4", "1:2:3:4:5:6:7:8"] ~ ["1.2.3.4", "::1%eth0", "1::2::3", "12345::", "::ffff:01.2.3.4"]
            cidr ~ ["1.2.3.4/24", "fe80::1/64", "01.2.3.4/08"] ~ ["1.2.3.4", "1.2.3.4/33", "1.2.3.4/", "::1/129"]
            mac ~ ["01:23:45:67:89:ab", "01-23-45-67-89-ab", "0123.4567.89AB.cdef", "01:23:45:67:89:ab:cd:ef"] ~ ["01:23-45:67:89:ab", "0:1:2:3:4:5", "01:23:45:67:89:gg", "01:23:45:67:89:ab:cd"]
            uuid ~ ["123e4567-e89b-12d3-a456-426614174000", "123E4567E89B12D3A456426614174000"] ~ ["123e4567-e89b-52d3-a456-42661417400"]
            uuid3 ~ ["123e4567-e89b-32d3-a456-426614174000"] ~ ["123e4567-e89b-42d3-a456-426614174000"]
            uuid4 ~ ["123e4567-e89b-42d3-a456-426614174000"] ~ ["123e4567-e89b-42d3-c456-426614174000"]
            uuid5 ~ ["123e4567-e89b-52d3-B456-426614174000"] ~ ["123e4567-e89b-12d3-a456-426614174000"]
            isbn ~ ["0-306-40615-2", "9780306406157"] ~ ["9780306406158"]
            isbn10 ~ ["080442957X"] ~ ["030640615X", "9780306406157"]
            isbn13 ~ ["978-0-306-40615-7"] ~ ["0306406152"]
            creditcard ~ ["4111 1111 1111 1111", "378282246310005"] ~ ["4111111111111112", "1234"]
            ssn ~ ["123-45-6789", "123 45 6789"] ~ ["123456789", "1234-5-6789"]
            hexcolor ~ ["#fff", "FFFFFF"] ~ ["#ffff", "#ggg"]
            rgbcolor ~ ["rgb( 1 , 22 , 255 )"] ~ ["rgb(256,0,0)", "rgb(1,2)", "rgb(01,0,0)"]
            byte ~ ["YQ==", "YR=="] ~ ["", "YQ", "YWJj\\n", "YW_j"]
            password ~ ["", "a"] ~ []
            date ~ ["2024-02-29"] ~ ["2023-02-29", "2024-1-1", "+2024-01-01"]
            date-time ~ ["2024-01-01t23:59:59,123+99:99"] ~ ["2024-01-01T24:00:00Z", "2024-01-01T23:59:60Z", "2024-01-01T00:00:00"]
            datetime ~ ["2024-01-01T00:00:00Z"] ~ ["2024-13-01T00:00:00Z"]
            duration ~ ["1.5h", "3 weeks", "P1D"] ~ [""]
            uri ~ ["http://a", "/a", "*", "http://", "urn:a:b"] ~ ["a", "http://a b", "http://a/%zz"]
            k8s-short-name ~ ["a-b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] ~ ["a.b", "A", "-a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]
            k8s-long-name ~ ["a.b-c"] ~ ["a..b", "a.-b"]
            color ~ ["anything"] ~ []
            """)
    void someTextsHaveAFormatAndOthersHaveNot(String format, String right, String wrong) {
        for (JsonNode text : Json.parse(right)) {
            assertThat(post(format, text).code()).as(text.toString()).isEqualTo(201);
        }
        for (JsonNode text : Json.parse(wrong)) {
            assertThat(post(format, text).message())
                    .endsWith(format + " in body must be of type " + format + ": " + text);
        }
    }

    private Wire.Answer post(String format, JsonNode text) {
        ObjectNode object = Json.object().put("apiVersion", "example.com/v1").put("kind", "Format");
        object.putObject("metadata").put("name", "a");
        return wire.post("/apis/example.com/v1/namespaces/default/formats?dryRun=All",
                Json.string(object.set(format, text)));
    }
}
