package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What rules and formats of a custom resource's schema make of odd values. */
@Timeout(120)
class RulesTest {
    private static final String PARCELS = "/apis/example.com/v1/namespaces/default/parcels";

    private final ApiServer server = ApiServer.builder().name("rules").start();
    private final Wire wire = new Wire(server);

    @BeforeEach
    void define() {
        String definition = """
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: parcels.example.com}
                spec:
                  group: example.com
                  scope: Namespaced
                  names: {kind: Parcel, plural: parcels}
                  versions:
                  - name: v1
                    served: true
                    storage: true
                    schema:
                      openAPIV3Schema:
                        type: object
                        x-kubernetes-validations:
                        - {rule: '!has(self.tooMuch) || [18446744073709551615u, 1u].sum() > 0u'}
                        - {rule: '!has(self.much) || [18446744073709551614u, 1u].sum() == 18446744073709551615u'}
                        - {rule: '!has(self.takes) || !has(self.seconds) || self.takes.getSeconds() == self.seconds'}
                        properties:
                          takes: {type: string, format: duration, maxLength: 100}
                          seconds: {type: integer}
                          much: {type: boolean}
                          tooMuch: {type: boolean}
                          weight: {type: integer, minimum: 2}
                """;
        assertThat(server.load(definition)).isEqualTo(1);
    }

    @AfterEach
    void close() {
        wire.close();
        server.close();
    }

    private Wire.Answer create(ObjectNode parcel) {
        parcel.put("apiVersion", "example.com/v1").put("kind", "Parcel").putObject("metadata")
                .put("generateName", "parcel-");
        return wire.post(PARCELS, Json.string(parcel));
    }

    @Test
    void unsignedNumbersAreSummedUpToTheirEnd() {
        assertThat(create(Json.object().put("much", true)).code()).isEqualTo(201);
        Wire.Answer refused = create(Json.object().put("tooMuch", true));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.text("message")).contains("overflow");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1h30m, 5400", "1.5s, 1", "-1m, -60", "2 days, 172800", "1h 30m, 5400",
            "1 week and 1 DAY, 691200",
            "3 hrs 1hr, 3600", "1.5d, 432000", "90 Minutes, 5400", "9223372036854775807ns, 9223372036",
            "20000000000s, 1553255926"})
    void durationsAreTakenAsGoTakesThem(String text, long seconds) {
        Wire.Answer created = create(Json.object().put("takes", text).put("seconds", seconds));
        assertThat(created.code()).as(created.toString()).isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "days", "1 fortnight", "9223372036854775808ns", "one day"})
    void whatIsNoDurationIsRefused(String text) {
        Wire.Answer refused = create(Json.object().put("takes", text));
        assertThat(refused.code()).as(text).isEqualTo(422);
        assertThat(refused.text("message")).contains("takes");
    }

    @Test
    void holdsAFractionAgainstAllThatIsSaidOfTheInteger() {
        Wire.Answer answer = create(Json.object().put("weight", 1.5));
        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.message()).contains(
                "[weight: Invalid value: \"number\": weight in body must be of type integer: \"number\","
                        + " <nil>: Invalid value: \"\": Checked value must be of type integer (default format) in weight,"
                        + " weight: Invalid value: 1.5: weight in body should be greater than or equal to 2,");
    }

    @Test
    void dropsNullsThatMayNotBe() {
        Wire.Answer answer = create(Json.object().putNull("weight"));
        assertThat(answer.code()).isEqualTo(201);
        assertThat(answer.body().has("weight")).isFalse();
    }
}
