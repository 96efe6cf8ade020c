package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Objects as Go clients send them. */
class ProtobufTest extends SharedServer {
    private static final String PROTOBUF = "application/vnd.kubernetes.protobuf";
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    /** What {@code kubectl create configmap colours --from-literal=sky=blue} sends. */
    private static final String COLOURS = """
            6b3873000a0f0a0276311209436f6e6669674d617012260a170a07636f6c6f757273\
            12001a0022002a00320038004200120b0a03736b791204626c75651a002200""";

    ProtobufTest() {
        super("protobuf");
    }

    private Wire.Answer send(String method, String path, byte[] body) {
        return wire.send(wire.request(path).header("Content-Type", PROTOBUF).header("Accept", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofByteArray(body)).build());
    }

    private HttpResponse<byte[]> get(String path, String accept) {
        return wire.sendForBytes(wire.request(path).header("Accept", accept).GET().build());
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    @Test
    void whatKubectlSendsIsRead() {
        Wire.Answer created = send("POST", MAPS, hex(COLOURS));
        assertThat(created.code()).isEqualTo(201);
        assertThat(created.text("metadata", "name")).isEqualTo("colours");
        assertThat(created.body().path("data")).hasToString("{\"sky\":\"blue\"}");
        // What is empty has not been said.
        assertThat(created.body().path("metadata").path("managedFields").get(0).path("fieldsV1"))
                .isEqualTo(Json.parse("{\"f:data\":{\".\":{},\"f:sky\":{}}}"));
    }

    /** Objects with a field of each type: what comes back as protobuf and is sent again is the same object. */
    @ParameterizedTest
    @ValueSource(strings = {
            """
                    /api/v1/namespaces/default/pods {"metadata":{"name":"p","labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i",
                    "livenessProbe":{"httpGet":{"path":"/","port":"http"},"periodSeconds":3},"readinessProbe":{"tcpSocket":{"port":80}},
                    "resources":{"limits":{"cpu":"500m"}},"ports":[{"name":"http","containerPort":80}],"env":[{"name":"E","valueFrom":
                    {"secretKeyRef":{"name":"s","key":"k","optional":false}}},{"name":"EMPTY"}]}],"hostNetwork":false,"automountServiceAccountToken":false,
                    "volumes":[{"name":"v","configMap":{"name":"colours","defaultMode":420}}],"securityContext":{"supplementalGroups":[1,2]},
                    "tolerations":[{"operator":"Exists","tolerationSeconds":0,"effect":"NoExecute"}]}}""",
            """
                    /api/v1/namespaces/default/secrets {"metadata":{"name":"s","annotations":{"empty":""}},"data":{"k":"AP8=","none":""},"immutable":false}""",
            """
                    /apis/coordination.k8s.io/v1/namespaces/default/leases {"metadata":{"name":"l"},
                    "spec":{"holderIdentity":"","leaseTransitions":0,"renewTime":"2020-01-01T00:00:00.123456Z"}}""",
            """
                    /apis/apps/v1/namespaces/default/controllerrevisions {"metadata":{"name":"r"},"data":{"any":[1,"two",{"three":null}]},"revision":7}""",
            """
                    /apis/networking.k8s.io/v1/namespaces/default/ingresses {"metadata":{"name":"i"},"spec":{"rules":[{"host":"a.com","http":{"paths":
                    [{"path":"/","pathType":"Exact","backend":{"service":{"name":"s","port":{"number":80}}}}]}}]}}""",
            """
                    /apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers {"metadata":{"name":"one","annotations":
                    {"autoscaling.alpha.kubernetes.io/metrics":"[{\\"type\\":\\"Pods\\",\\"pods\\":{\\"metricName\\":\\"m\\",\\"targetAverageValue\\":\\"5\\"}}]"}},
                    "spec":{"scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"},"minReplicas":2,"maxReplicas":3,
                    "targetCPUUtilizationPercentage":80}}""",
            """
                    /apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers {"metadata":{"name":"two"},"spec":{"maxReplicas":3,
                    "scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"},"metrics":[{"type":"Pods","pods":{"metric":{"name":"m",
                    "selector":{"matchLabels":{"a":"b"}}},"target":{"type":"AverageValue","averageValue":"500m"}}}]}}""",
            """
                    /apis/events.k8s.io/v1/namespaces/default/events {"metadata":{"name":"e"},"regarding":{"kind":"Pod","name":"p","namespace":"default"},
                    "action":"A","reason":"R","type":"Normal","reportingController":"a.b/c","reportingInstance":"i","note":"n",
                    "eventTime":"2020-01-01T00:00:00.000001Z"}""",
            """
                    /apis/apiextensions.k8s.io/v1/customresourcedefinitions {"metadata":{"name":"tins.example.com"},"spec":{"group":"example.com","scope":
                    "Namespaced","names":{"kind":"Tin","plural":"tins"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":
                    {"type":"object","properties":{"spec":{"type":"object","additionalProperties":{"type":"number","minimum":0,"maximum":1.5}},
                    "any":{"x-kubernetes-int-or-string":true},"n":{"type":"array","items":{"type":"string","default":"x","enum":["x","y"]}}}}}}]}}"""})
    void anObjectSurvivesTheWay(String given) {
        String collection = given.substring(0, given.indexOf(' '));
        Wire.Answer created = wire.post(collection, given.substring(given.indexOf(' ')));
        assertThat(created.code()).as(created.message()).isEqualTo(201);
        String path = collection + "/" + created.text("metadata", "name");
        JsonNode stored = wire.get(path).body();
        HttpResponse<byte[]> binary = get(path, PROTOBUF);
        assertThat(binary.headers().firstValue("Content-Type")).contains(PROTOBUF);
        assertThat(binary.body()).startsWith('k', '8', 's', 0);

        Wire.Answer same = send("PUT", path, binary.body());
        assertThat(same.code()).as(same.message()).isEqualTo(200);
        assertThat(same.body()).isEqualTo(stored);

        // And as a new object, without what the server has set.
        assertThat(wire.delete(path).code()).isEqualTo(200);
        Wire.Answer again = send("POST", collection + "?fieldManager=x", withoutVersion(binary.body(), stored));
        assertThat(again.code()).as(again.message()).isEqualTo(201);
        assertThat(again.body().path("spec")).isEqualTo(stored.path("spec"));
        assertThat(again.body().path("data")).isEqualTo(stored.path("data"));
    }

    /** Field 6 of the metadata with its text replaced by a field that no server knows. */
    private static byte[] withoutVersion(byte[] binary, JsonNode stored) {
        byte[] version = Json.textOrEmpty(stored, "metadata", "resourceVersion").getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < binary.length - version.length - 2; i++) {
            if (binary[i] == (6 << 3 | 2) && binary[i + 1] == version.length
                    && ByteBuffer.wrap(version).equals(ByteBuffer.wrap(binary, i + 2, version.length))) {
                binary[i] = 15 << 3 | 2;
                return binary;
            }
        }
        throw new AssertionError("no resource version in the message");
    }

    @Test
    void listsAndMetadataAndStatusesComeAsProtobufToo() {
        wire.post(MAPS, Wire.configMap("listed", "a", "1"));
        HttpResponse<byte[]> list = get(MAPS, PROTOBUF + ",application/json");
        assertThat(text(list.body())).contains("ConfigMapList", "listed");
        HttpResponse<byte[]> metadata = get(MAPS + "/listed",
                PROTOBUF + ";as=PartialObjectMetadata;g=meta.k8s.io;v=v1");
        assertThat(text(metadata.body())).contains("PartialObjectMetadata", "meta.k8s.io/v1", "listed");
        HttpResponse<byte[]> missing = get(MAPS + "/missing", PROTOBUF);
        assertThat(missing.statusCode()).isEqualTo(404);
        assertThat(missing.headers().firstValue("Content-Type")).contains(PROTOBUF);
        assertThat(text(missing.body())).contains("Status", "configmaps \"missing\" not found");
        // A client that likes JSON better gets it, and there are no tables but in JSON.
        assertThat(wire.get(MAPS, "application/json," + PROTOBUF).text("kind")).isEqualTo("ConfigMapList");
        String table = ";as=Table;g=meta.k8s.io;v=v1";
        assertThat(wire.get(MAPS, PROTOBUF + table + ",application/json" + table).text("kind")).isEqualTo("Table");
        assertThat(wire.get(MAPS, PROTOBUF + table).code()).isEqualTo(406);
    }

    @Test
    void aWatchComesInFrames() {
        wire.post(MAPS, Wire.configMap("watched", "a", "1"));
        HttpResponse<byte[]> watch = get(
                MAPS + "?watch=true&fieldSelector=metadata.name%3Dwatched&timeoutSeconds=1", PROTOBUF);
        assertThat(watch.headers().firstValue("Content-Type")).contains(PROTOBUF + ";stream=watch");
        ByteBuffer frames = ByteBuffer.wrap(watch.body());
        byte[] event = new byte[frames.getInt()];
        frames.get(event);
        assertThat(frames.remaining()).isZero();
        assertThat(text(event)).startsWith("\n\5ADDED").contains("k8s\0", "ConfigMap", "watched");
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Test
    void optionsOfADeletionAreRead() {
        JsonNode map = wire.post(MAPS, Wire.configMap("deleted")).body();
        // DeleteOptions with a precondition on the uid "x".
        Wire.Answer refused = send("DELETE", MAPS + "/deleted",
                hex("6b387300" + "0a130a027631120d" + "44656c6574654f7074696f6e73" + "12051203" + "0a0178"));
        assertThat(refused.code()).as(refused.message()).isEqualTo(409);
        assertThat(refused.message()).contains("the UID in the precondition (x)",
                Json.textOrEmpty(map, "metadata", "uid"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "''|the object provided is unrecognized (must be of type ConfigMap): empty data (<empty>)",
            "6b3873|the object provided is unrecognized (must be of type ConfigMap): provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] (6b3873)",
            "7b7d|the object provided is unrecognized (must be of type ConfigMap): provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] ({})",
            "6b387300|the object provided is unrecognized (must be of type ConfigMap): empty body (6b387300)",
            "6b3873000aff|the object provided is unrecognized (must be of type ConfigMap): unexpected EOF (6b3873000aff)",
            "6b3873000c|the object provided is unrecognized (must be of type ConfigMap): proto: Unknown: wiretype end group for non-group (6b3873000c)",
            "6b38730012010a|ConfigMap in version \"v1\" cannot be handled as a ConfigMap: unexpected EOF",
            "6b387300120110|ConfigMap in version \"v1\" cannot be handled as a ConfigMap: proto: wrong wireType = 0 for field Data",
            "6b387300120100|ConfigMap in version \"v1\" cannot be handled as a ConfigMap: proto: ConfigMap: illegal tag 0 (wire type 0)",
            "6b387300120c32ffffffffffffffffffff7f|ConfigMap in version \"v1\" cannot be handled as a ConfigMap: proto: integer overflow",
            "6b387300120b32ffffffffffffffffff01|ConfigMap in version \"v1\" cannot be handled as a ConfigMap: proto: negative length found during unmarshaling",
            "6b387300120137|ConfigMap in version \"v1\" cannot be handled as a ConfigMap: proto: illegal wireType 7",
            "6b3873000a090a027631120342617a|Baz in version \"v1\" cannot be handled as a ConfigMap: no kind \"Baz\" is registered for version \"v1\" in scheme \"pkg/runtime/scheme.go:111\""})
    void whatIsNoProtobufIsToldAsGoTellsIt(String body, String message) {
        Wire.Answer refused = send("POST", MAPS, hex(body));
        assertThat(refused.message()).isEqualTo(message);
        assertThat(refused.code()).isEqualTo(400);
    }

    @Test
    void depthIsBounded() {
        // A schema in a schema in a schema, more of them than any stack holds.
        byte[] not = new byte[0];
        for (int i = 0; i < 2_000; i++) {
            not = field(28, not);
        }
        byte[] definition = field(2, field(7, concat(field(1, "v1".getBytes(StandardCharsets.UTF_8)),
                field(4, field(1, not)))));
        byte[] body = concat(hex("6b387300"), field(2, definition));
        Wire.Answer refused = send("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", body);
        assertThat(refused.code()).isEqualTo(400);
        assertThat(refused.message()).endsWith("exceeded max depth");
    }

    private static byte[] concat(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
    }

    private static byte[] field(int number, byte[] value) {
        return concat(concat(varint(number << 3 | 2), varint(value.length)), value);
    }

    private static byte[] varint(int value) {
        return value < 128 ? new byte[]{(byte) value} : concat(new byte[]{(byte) (value | 128)}, varint(value >>> 7));
    }

    @Test
    void customObjectsHaveNoBinaryForm() {
        wire.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                """
                        {"metadata":{"name":"jars.example.com"},"spec":{"group":"example.com","scope":"Namespaced","names":{"kind":"Jar","plural":"jars"},
                        "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}""");
        String jars = "/apis/example.com/v1/namespaces/default/jars";
        assertThat(send("POST", jars, hex(COLOURS)).code()).isEqualTo(415);
        assertThat(wire.get(jars, PROTOBUF).code()).isEqualTo(406);
        assertThat(wire.get(jars, PROTOBUF + ",application/json").text("kind")).isEqualTo("JarList");
        assertThat(wire.post(jars, "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Jar\",\"metadata\":{\"name\":\"j\"}}")
                .code()).isEqualTo(201);
        assertThat(text(get(jars + "/j", PROTOBUF + ";as=PartialObjectMetadata;g=meta.k8s.io;v=v1").body()))
                .contains("PartialObjectMetadata");
    }
}
