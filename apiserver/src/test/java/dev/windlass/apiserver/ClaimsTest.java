package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Claims of volumes: where their data comes from, their classes, and what is odd about them. */
class ClaimsTest extends SharedServer {
    private static final String CLAIMS = "/api/v1/namespaces/default/persistentvolumeclaims";
    private static final String OLD_CLASS = "volume.beta.kubernetes.io/storage-class";

    ClaimsTest() {
        super("claims");
    }

    private static String claim(String name, String annotations, String more) {
        return """
                {"metadata":{"name":"%s","annotations":{%s}},"spec":{"accessModes":["ReadWriteOnce"],
                "resources":{"requests":{"storage":"1Gi"}}%s}}
                """.formatted(name, annotations, more.replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "'dataSource':{'kind':'PersistentVolumeClaim','name':'x'}",
            "'dataSourceRef':{'kind':'PersistentVolumeClaim','name':'x'}"})
    void bothWaysToSayWhereTheDataComesFromSayTheSame(String source) {
        Wire.Answer made = wire.post(CLAIMS + "?dryRun=All", claim("a", "", "," + source));
        for (String field : new String[]{"dataSource", "dataSourceRef"}) {
            assertThat(made.body().path("spec").path(field))
                    .isEqualTo(Json.parse("{\"apiGroup\":null,\"kind\":\"PersistentVolumeClaim\",\"name\":\"x\"}"));
        }
    }

    @Test
    void whatWasNeverASourceIsIgnoredAndAnotherNamespaceIsNotAskedFor() {
        Wire.Answer made = wire.post(CLAIMS + "?dryRun=All",
                claim("a", "", ",'dataSource':{'apiGroup':'example.com','kind':'Thing','name':'x'}"));
        assertThat(made.body().path("spec").propertyNames()).doesNotContain("dataSource", "dataSourceRef");
        made = wire.post(CLAIMS + "?dryRun=All",
                claim("a", "", ",'dataSourceRef':{'kind':'PersistentVolumeClaim','name':'x','namespace':'other'}"));
        assertThat(made.body().path("spec").propertyNames()).doesNotContain("dataSource", "dataSourceRef");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "'dataSourceRef':{'kind':'Thing','name':'x'}|spec.dataSourceRef: Invalid value: \"Thing\": must be 'PersistentVolumeClaim' when referencing the default apiGroup",
            "'dataSourceRef':{'apiGroup':'a.b','kind':'Thing'}|spec.dataSourceRef.name: Required value",
            "'dataSource':{'kind':'PersistentVolumeClaim','name':'x'},'dataSourceRef':{'apiGroup':'a.b','kind':'Thing','name':'x'}|spec: Invalid value: {}: must match dataSourceRef"})
    void wrongSourcesAreRefused(String source, String problem) {
        assertThat(wire.post(CLAIMS + "?dryRun=All", claim("a", "", "," + source)).message()).contains(problem);
    }

    @Test
    void aClassMayTakeThePlaceOfItsAnnotationAndNothingElse() {
        String old = "\"" + OLD_CLASS + "\":\"old\"";
        assertThat(wire.post(CLAIMS, claim("b", old, "")).raw().headers().allValues("Warning")).containsExactly(
                "299 - \"metadata.annotations[" + OLD_CLASS
                        + "]: deprecated since v1.8; use \\\"storageClassName\\\" attribute instead\"");
        assertThat(
                wire.merge(CLAIMS + "/b", "{\"metadata\":{\"annotations\":{\"" + OLD_CLASS + "\":\"new\"}}}").message())
                .endsWith("metadata.annotations." + OLD_CLASS + ": Invalid value: \"new\": field is immutable");
        assertThat(wire.merge(CLAIMS + "/b", "{\"spec\":{\"storageClassName\":\"new\"}}").code()).isEqualTo(422);
        assertThat(wire.merge(CLAIMS + "/b", "{\"metadata\":{\"annotations\":{\"" + OLD_CLASS
                + "\":null}},\"spec\":{\"storageClassName\":\"old\"}}").code()).isEqualTo(200);
    }

    @Test
    void attributesThatAVolumeHasAreNotTakenAway() {
        wire.post(CLAIMS, claim("c", "", ",'volumeAttributesClassName':'v'"));
        wire.merge(CLAIMS + "/c/status", "{\"status\":{\"phase\":\"Bound\",\"capacity\":{\"storage\":\"1Gi\"},"
                + "\"currentVolumeAttributesClassName\":\"v\"}}");
        assertThat(wire.merge(CLAIMS + "/c", "{\"spec\":{\"volumeAttributesClassName\":null}}").message()).endsWith(
                "spec.volumeAttributesClassName: Forbidden: update to nil is forbidden when status.currentVolumeAttributesClassName"
                        + " is not nil");
        assertThat(wire.merge(CLAIMS + "/c", "{\"spec\":{\"volumeAttributesClassName\":\"w\"}}").code()).isEqualTo(200);
    }

    @Test
    void whatNoBytesCanBeIsWarnedOf() {
        String half = " fractional byte value \\\"1500m\\\" is invalid, must be an integer\"";
        String amount = "{\"accessModes\":[\"ReadWriteOnce\"],\"resources\":{\"requests\":{\"storage\":\"1500m\"}}}";
        assertThat(wire.post(CLAIMS + "?dryRun=All", "{\"metadata\":{\"name\":\"a\"},\"spec\":" + amount + "}").raw()
                .headers().allValues("Warning")).containsExactly("299 - \"spec.resources.requests[storage]:" + half);
        String pod = "{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"x\"}],\"volumes\":["
                + "{\"name\":\"v\",\"ephemeral\":{\"volumeClaimTemplate\":{\"spec\":" + amount + "}}}]}}";
        assertThat(wire.post("/api/v1/namespaces/default/pods?dryRun=All", pod).raw().headers().allValues("Warning"))
                .containsExactly(
                        "299 - \"spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources.requests[storage]:"
                                + half);
    }

    @Test
    void aStatusOfAStatefulSetIsNotWarnedOfItsClaims() {
        String sets = "/apis/apps/v1/namespaces/default/statefulsets";
        String amount = "{\"accessModes\":[\"ReadWriteOnce\"],\"resources\":{\"requests\":{\"storage\":\"1500m\"}}}";
        Wire.Answer made = wire.post(sets,
                "{\"metadata\":{\"name\":\"s\"},\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"b\"}},"
                        + "\"serviceName\":\"s\",\"template\":{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":["
                        + "{\"name\":\"c\",\"image\":\"x\"}]}},\"volumeClaimTemplates\":[{\"metadata\":{\"name\":\"v\"},\"spec\":"
                        + amount
                        + "}]}}");
        assertThat(made.raw().headers().allValues("Warning")).hasSize(1);
        assertThat(wire.merge(sets + "/s/status", "{\"status\":{\"replicas\":1}}").raw().headers().allValues("Warning"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "grows|2Gi|~~", "grows|1073741825|~~", "grows|1024Mi|~~",
            "stays|2Gi|only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize",
            "nowhere|2Gi|only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize",
            "grows|500Mi|spec.resources.requests.storage: Forbidden: field can not be less than status.capacity"})
    void aClaimGrowsWhenItsClassAllowsIt(String storageClass, String size, String problem) {
        wire.post("/apis/storage.k8s.io/v1/storageclasses",
                "{\"metadata\":{\"name\":\"grows\"},\"provisioner\":\"a.b/c\",\"allowVolumeExpansion\":true}");
        wire.post("/apis/storage.k8s.io/v1/storageclasses",
                "{\"metadata\":{\"name\":\"stays\"},\"provisioner\":\"a.b/c\"}");
        String at = CLAIMS + "/of-" + storageClass;
        wire.post(CLAIMS, claim("of-" + storageClass, "", ",'storageClassName':'" + storageClass + "'"));
        wire.merge(at + "/status", "{\"status\":{\"phase\":\"Bound\",\"capacity\":{\"storage\":\"1Gi\"}}}");

        Wire.Answer answer = wire.merge(at + "?dryRun=All", sized(size));
        if (problem.isEmpty()) {
            assertThat(answer.code()).isEqualTo(200);
        } else {
            assertThat(answer.message()).endsWith(problem);
        }
    }

    private static String sized(String size) {
        return "{\"spec\":{\"resources\":{\"requests\":{\"storage\":\"" + size + "\"}}}}";
    }

    @Test
    void aClaimThatIsNotBoundIsAsLargeAsItIs() {
        wire.post(CLAIMS, claim("loose", "", ""));
        assertThat(wire.merge(CLAIMS + "/loose", sized("2Gi")).message()).contains("spec is immutable after creation");
        assertThat(wire.merge(CLAIMS + "/loose", sized("1073741824")).body().at("/spec/resources/requests/storage")
                .stringValue()).isEqualTo("1073741824");
    }

    @Test
    void onlyModesThatThereAreStandBesideTheOneOfASinglePod() {
        assertThat(wire.post(CLAIMS + "?dryRun=All",
                claim("a", "", "").replace("\"ReadWriteOnce\"", "\"ReadWriteOncePod\",\"Odd\"")).message())
                .doesNotContain("with other access modes");
        assertThat(wire.post(CLAIMS + "?dryRun=All",
                claim("a", "", "").replace("\"ReadWriteOnce\"", "\"ReadWriteOncePod\",\"ReadOnlyMany\"")).message())
                .endsWith("may not use ReadWriteOncePod with other access modes");
    }
}
