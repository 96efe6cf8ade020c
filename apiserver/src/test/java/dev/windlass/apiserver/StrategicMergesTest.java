package dev.windlass.apiserver;

import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** How strategic merge patches merge lists, and which patches contradict themselves. */
class StrategicMergesTest extends SharedServer {
    StrategicMergesTest() {
        super("strategic");
    }

    private Wire.Answer patch(String spec) {
        String path = "/apis/apps/v1/namespaces/default/deployments";
        wire.post(path,
                """
                        {"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
                         "spec":{"containers":[{"name":"a","image":"i"},{"name":"b","image":"i"},{"name":"c","image":"i"}]}}}}""");
        return wire.patch(path + "/d?dryRun=All", "application/strategic-merge-patch+json",
                "{\"spec\":{\"template\":{\"spec\":{" + spec.replace('\'', '"') + "}}}}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "'containers':[{'name':'n','image':'x'}]|n a b c",
            "'containers':[{'name':'c'},{'name':'a'}]|b c a",
            "'$setElementOrder/containers':[{'name':'c'},{'name':'b'},{'name':'a'}]|c b a",
            "'$setElementOrder/containers':[{'name':'c'},{'name':'a'}],'containers':[{'name':'b','$patch':'delete'}]|c a",
            "'containers':[{'name':'a','$patch':'delete'},{'name':'a','image':'new'}]|a b c",
            "'containers':[{'$patch':'replace'},{'name':'z','image':'z'}]|z",
            "'$patch':'replace','containers':[{'name':'o','image':'o'}]|o"})
    void whatAPatchNamesComesInItsOrder(String spec, String order) {
        Wire.Answer patched = patch(spec);
        assertThat(patched.code()).as(patched.message()).isEqualTo(200);
        assertThat(names(patched.body().at("/spec/template/spec/containers"))).isEqualTo(List.of(order.split(" ")));
    }

    private static List<String> names(JsonNode containers) {
        return StreamSupport.stream(containers.spliterator(), false).map(each -> each.path("name").stringValue())
                .toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "'containers':[{'name':'a'},null]|500|list element types are not identical: [[map[",
            "'containers':[null]|500|list element types are not identical: [[map[",
            "'containers':['a']|500|list element types are not identical: [[map[",
            "'containers':[{'image':'x'}]|500|map: map[image:x] does not contain declared merge key: name",
            "'containers':[{'$patch':'merge','name':'a'}]|500|merging lists cannot yet be specified in the patch",
            "'containers':[{'$patch':7,'name':'a'}]|500|unknown patch type: %!s(int64=7) in map: map[$patch:7 name:a]",
            "'$patch':'merge'|500|unknown patch type: merge in map: map[$patch:merge]",
            "'$setElementOrder/containers':[{'name':'a'}],'containers':[{'name':'b'}]|500|The order in patch list:",
            "'$setElementOrder/none':[]|500|unable to find api field in struct PodSpec for the json field \"none\"",
            "'$setElementOrder/containers':'a'|500|expected a []interface {}, but received a string",
            "'$setElementOrder':[]|400|invalid patch format of setElementOrder list",
            "'$retainKeys':'containers'|400|invalid patch format of retainKeys",
            "'$retainKeys':['volumes'],'containers':[]|400|invalid patch format of retainKeys"})
    void aPatchThatCannotBeMergedIsRefused(String spec, int code, String message) {
        Wire.Answer refused = patch(spec);
        assertThat(refused.code()).isEqualTo(code);
        assertThat(refused.message()).startsWith(message);
    }

    @Test
    void managedFieldsThatCannotBeReadAreAsIfTheyWereNotSent() {
        String path = "/api/v1/namespaces/default/configmaps";
        wire.post(path, "{\"metadata\":{\"name\":\"managed\"},\"data\":{\"a\":\"b\"}}");
        JsonNode kept = wire.merge(path + "/managed", "{\"metadata\":{\"managedFields\":[{\"manager\":\"x\"}]}}")
                .body();
        assertThat(kept.at("/metadata/managedFields/0/fieldsV1/f:data").isMissingNode()).isFalse();
    }
}
