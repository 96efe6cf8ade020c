package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Requests that are led on to nodes, pods and services, where nobody listens, and statuses of components. */
class ConnectionsTest extends SharedServer {
    private static final String PODS = "/api/v1/namespaces/default/pods";

    ConnectionsTest() {
        super("connections");
    }

    @BeforeAll
    void makeObjects() {
        make(PODS, "{'metadata':{'name':'one'},'spec':{'containers':[{'name':'a','image':'x'}]}}");
        make(PODS, "{'metadata':{'name':'two'},'spec':{'initContainers':[{'name':'i','image':'x'}],"
                + "'containers':[{'name':'a','image':'x'},{'name':'b','image':'x'}]}}");
        make("/api/v1/nodes", "{'metadata':{'name':'node'},'status':{'addresses':[{'type':'ExternalIP','address':"
                + "'203.0.113.1'},{'type':'InternalIP','address':'10.0.0.1'}]}}");
        make("/api/v1/nodes", "{'metadata':{'name':'bare'}}");
        make(PODS, "{'metadata':{'name':'placed'},'spec':{'nodeName':'node',"
                + "'containers':[{'name':'a','image':'x','ports':[{'containerPort':8080}]}]}}");
        make(PODS, "{'metadata':{'name':'lost'},'spec':{'nodeName':'bare','containers':[{'name':'a','image':'x'}]}}");
        assertThat(wire.patch(PODS + "/placed/status", "application/merge-patch+json",
                "{\"status\":{\"podIP\":\"10.1.0.1\",\"podIPs\":[{\"ip\":\"10.1.0.1\"}]}}").code()).isEqualTo(200);
        make("/api/v1/namespaces/default/services", "{'metadata':{'name':'s'},'spec':{'ports':[{'port':80}]}}");
    }

    private void make(String path, String body) {
        Wire.Answer answer = wire.post(path, body.replace('\'', '"'));
        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
    }

    @Test
    void nothingIsInTheLogOfAPodWithoutANode() {
        Wire.Answer answer = wire.get(PODS + "/one/log");
        assertThat(answer.code()).isEqualTo(204);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"none/log | 404 | pods \"none\" not found",
            "two/log | 400 | a container name must be specified for pod two, choose one of: [i a b]",
            "one/log?container=b | 400 | container b is not valid for pod one",
            "one/log?tailLines=-1 | 422 | PodLogOptions \"one\" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0",
            "lost/log | 500 | no preferred addresses found; known addresses: []",
            "placed/log?tailLines=5&follow=true | 500 | Get \"https://10.0.0.1:10250/containerLogs/default/placed/a?follow=true&tailLines=5\": dial tcp 10.0.0.1:10250: connect: connection refused",
            "one/exec?command=ls | 400 | pod one does not have a host assigned",
            "placed/exec?command=ls | 400 | Upgrade request required",
            "one/exec?dryRun=All | 400 | dryRun is not supported",
            "two/attach | 400 | a container name must be specified for pod two, choose one of: [i a b]",
            "one/portforward?ports=x | 400 | cannot convert to []int32: strconv.ParseUint: parsing \"x\": invalid syntax",
            "one/proxy/a/b | 400 | address not allowed",
            "placed/proxy/a/b | 503 | error trying to reach service: dial tcp 10.1.0.1:8080: connect: connection refused",
            "https:placed:99/proxy | 503 | error trying to reach service: dial tcp 10.1.0.1:99: connect: connection refused",
            "ftp:placed:99/proxy | 400 | invalid pod request \"ftp:placed:99\""})
    void podsAreAskedForAsFarAsThereIsSomething(String path, int code, String message) {
        Wire.Answer answer = wire.get(PODS + "/" + path);
        assertThat(answer.message()).isEqualTo(message);
        assertThat(answer.code()).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "namespaces/default/services/s/proxy/ | 503 | no endpoints available for service \"s\"",
            "namespaces/default/services/s:81/proxy/ | 503 | no service port 81 found for service \"s\"",
            "namespaces/default/services/none:80/proxy/ | 404 | services \"none\" not found",
            "nodes/node/proxy/metrics | 503 | error trying to reach service: dial tcp 10.0.0.1:10250: connect: connection refused",
            "nodes/none/proxy/metrics | 404 | nodes \"none\" not found"})
    void servicesAndNodesAreLookedForAndNobodyListens(String path, int code, String message) {
        Wire.Answer answer = wire.get("/api/v1/" + path);
        assertThat(answer.message()).isEqualTo(message);
        assertThat(answer.code()).isEqualTo(code);
    }

    @Test
    void componentsAreAsInAClusterThatHasAnApiServerAndNothingElse() {
        assertThat(wire.get("/api/v1/componentstatuses").body().path("items").valueStream()
                .map(each -> Json.textOrEmpty(each, "metadata", "name") + " "
                        + each.path("conditions").path(0).path("status").stringValue("")))
                .containsExactly("scheduler False", "controller-manager False", "etcd-0 True");
        assertThat(Json.string(wire.get("/api/v1/componentstatuses/etcd-0").body()))
                .isEqualTo("{\"kind\":\"ComponentStatus\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"etcd-0\"},"
                        + "\"conditions\":[{\"type\":\"Healthy\",\"status\":\"True\",\"message\":\"ok\"}]}");
        assertThat(wire.get("/api/v1/componentstatuses?watch=true").message())
                .isEqualTo("watch is not supported on resources of kind \"componentstatuses\"");
    }

    @Test
    void aNodeComesWithItsStatus() {
        assertThat(wire.post("/api/v1/nodes",
                "{\"metadata\":{\"name\":\"big\"},\"status\":{\"capacity\":{\"cpu\":\"2\"}}}").body().path("status")
                .path("allocatable").path("cpu").asString("")).isEqualTo("2");
        assertThat(wire.post("/api/v1/nodes",
                "{\"metadata\":{\"name\":\"odd\"},\"status\":{\"capacity\":{\"cpu\":\"-2\"}}}").message())
                .isEqualTo("Node \"odd\" is invalid: [status.capacity.cpu: Invalid value: \"-2\": must be greater than"
                        + " or equal to 0, status.allocatable.cpu: Invalid value: \"-2\": must be greater than or equal to 0]");
    }

    @Test
    void oneIsNotAskedForAsMany() {
        String form = "application/json;as=PartialObjectMetadata%s;v=v1;g=meta.k8s.io";
        assertThat(wire.get(PODS + "/one", form.formatted("List")).message()).isEqualTo(
                "you requested PartialObjectMetadataList, but the requested object is not a list (*core.Pod)");
        assertThat(wire.get(PODS, form.formatted("")).message())
                .isEqualTo("you requested PartialObjectMetadata, but the requested object is a list (*core.PodList)");
    }
}
