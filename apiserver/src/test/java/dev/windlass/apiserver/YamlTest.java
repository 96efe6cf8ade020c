package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** YAML, which people write in the ways of version 1.1, and which is read as Go reads it. */
class YamlTest extends SharedServer {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    YamlTest() {
        super("yaml");
    }

    private static JsonNode value(String yaml) {
        return Json.parseYaml(yaml.getBytes(StandardCharsets.UTF_8));
    }

    private Wire.Answer post(String yaml, String query) {
        return wire.post(MAPS + query, "application/yaml", yaml);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"yes|true", "off|false", "~|null", "0644|420",
            "0o644|420", "0x1F|31",
            "0b101|5", "1_000|1000", "08|8", "1e3|1000", "1.50|1.5", "'yes'|\"yes\"", "2001-01-01|\"2001-01-01\"",
            "190:20:30|\"190:20:30\"", "!!str 12|\"12\"", "!!binary aGVsbG8=|\"hello\"", "oN|\"oN\"",
            "18446744073709551615|18446744073709551615", "{y: 1, 1.5: 2}|{\"true\":1,\"1.5\":2}"})
    void aScalarMeansWhatItMeansToGo(String yaml, String json) {
        assertThat(Json.string(value("v: " + yaml).path("v"))).isEqualTo(json);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"v: *none|yaml: unknown anchor 'none' referenced",
            "v: &a [*a]|yaml: anchor 'a' value contains itself", "v: .inf|json: unsupported value: +Inf",
            "v: [a|yaml: line 1: did not find expected ',' or ']'",
            "v: a: b|yaml: mapping values are not allowed in this context",
            "v: {~: a}|unsupported map key of type: %!s(<nil>), key: <nil>, value: \"a\"",
            "v: {[a]: b}|yaml: invalid map key: []interface {}{\"a\"}",
            "v: {<<: a}|yaml: map merge requires map or sequence of maps as the value",
            "v: !!int a|yaml: cannot decode !!str `a` as a !!int"})
    void whatIsNoYamlIsRefusedInTheWordsOfTheRealServer(String yaml, String problem) {
        assertThat(post(yaml, "").message()).contains("(must be of type ConfigMap): " + problem + " (");
    }

    @Test
    void anchorsAreFollowedAndMergedAndTheLastOneCounts() {
        JsonNode read = value("""
                x: &a {b: c, e: 1}
                before: {<<: *a, e: 2}
                after:
                  e: 2
                  <<: *a
                list: {<<: [*a, {b: d, f: g}]}
                again: *a
                """);
        assertThat(Json.string(read.path("before"))).isEqualTo("{\"b\":\"c\",\"e\":2}");
        assertThat(read.path("after").path("e").intValue()).isEqualTo(1);
        assertThat(read.path("list").path("b").stringValue()).isEqualTo("c");
        assertThat(read.path("again")).isEqualTo(read.path("x"));
    }

    @Test
    void aManifestAsPeopleWriteItIsLoaded() {
        assertThat(server.load("""
                apiVersion: v1
                kind: Pod
                metadata:
                  name: written
                  namespace: default
                  labels: &labels {app: web}
                spec:
                  enableServiceLinks: off
                  containers:
                  - &web
                    name: a
                    image: x
                    volumeMounts: [{name: v, mountPath: /a}]
                  - <<: *web
                    name: b
                  volumes:
                  - name: v
                    configMap: {name: m, defaultMode: 0644}
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: written, namespace: default, labels: {a: b}}
                immutable: Yes
                """)).isEqualTo(2);
        JsonNode spec = wire.get("/api/v1/namespaces/default/pods/written").body().path("spec");
        assertThat(spec.path("enableServiceLinks").booleanValue()).isFalse();
        assertThat(spec.path("containers").path(1).path("image").stringValue()).isEqualTo("x");
        assertThat(spec.path("volumes").path(0).path("configMap").path("defaultMode").intValue()).isEqualTo(420);
    }

    @Test
    void aShortTextDoesNotBecomeAnEndlessDocument() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 40; i++) {
            String before = "*a" + (i - 1);
            bomb.append("a").append(i).append(": &a").append(i).append(" [").append(before)
                    .append((", " + before).repeat(8)).append("]\n");
        }
        assertThat(post(bomb.toString(), "").message()).contains("yaml: document contains excessive aliasing");
        assertThat(post("[".repeat(100_000), "").code()).isEqualTo(400);
        assertThatThrownBy(() -> server.load(bomb.toString())).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("excessive aliasing");
    }

    @Test
    void aliasesDoNotNestWithoutEnd() {
        StringBuilder deep = new StringBuilder("a0: &a0 x\n");
        for (int i = 1; i < 60; i++) {
            deep.append("a").append(i).append(": &a").append(i).append(" ").append("[".repeat(900)).append("*a")
                    .append(i - 1).append("]".repeat(900)).append("\n");
        }
        assertThat(post(deep.toString(), "").message())
                .contains("(must be of type ConfigMap): yaml: exceeded max depth");
    }

    @Test
    void whatComesTwiceIsWarnedOfOrRefused() {
        String twice = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: twice}\ndata:\n  a: b\n  a: c\n";
        assertThat(post(twice, "?fieldValidation=Strict").message())
                .isEqualTo("ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: "
                        + "yaml: unmarshal errors:\n  line 6: key \"a\" already set in map");
        Wire.Answer created = post(twice, "");
        assertThat(created.raw().headers().allValues("Warning"))
                .containsExactly("299 - \"line 6: key \\\"a\\\" already set in map\"");
        assertThat(created.text("data", "a")).isEqualTo("c");
        assertThat(wire.apply(MAPS + "/twice?force=true&fieldValidation=Strict", "f", twice).message())
                .isEqualTo("error strict decoding patch: error converting YAML to JSON: yaml: unmarshal errors:\n"
                        + "  line 6: key \"a\" already set in map");
    }

    @Test
    void aLineWithoutAnEndHasNone() {
        assertThat(value("v: |\n  a").path("v").stringValue()).isEqualTo("a");
        assertThat(value("v: |\n  a  ").path("v").stringValue()).isEqualTo("a  ");
        assertThat(value("v: |\n  a\n").path("v").stringValue()).isEqualTo("a\n");
        assertThat(value("v: |+\n  a\n\n").path("v").stringValue()).isEqualTo("a\n\n");
    }
}
