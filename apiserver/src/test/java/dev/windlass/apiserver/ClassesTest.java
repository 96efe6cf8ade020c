package dev.windlass.apiserver;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** What classes do for objects that name them, and for those that name none. */
@Timeout(120)
class ClassesTest {
    private static final String INGRESSES = "/apis/networking.k8s.io/v1/namespaces/default/ingresses";
    private static final String INGRESS = "{\"metadata\":{\"name\":\"%s\"},\"spec\":{%s\"defaultBackend\":{\"service\":"
            + "{\"name\":\"s\",\"port\":{\"number\":80}}}}}";
    private static final String CLAIMS = "/api/v1/namespaces/default/persistentvolumeclaims";
    private static final String CLAIM = "{\"metadata\":{\"name\":\"%s\"},\"spec\":{%s\"accessModes\":[\"ReadWriteOnce\"],"
            + "\"resources\":{\"requests\":{\"storage\":\"1Gi\"}}}}";
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String POD = "{\"metadata\":{\"name\":\"%s\"},\"spec\":{%s\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}";
    private static final String PRIORITIES = "/apis/scheduling.k8s.io/v1/priorityclasses";

    private final ApiServer server = ApiServer.builder().name("classes").start();
    private final Wire wire = new Wire(server);

    @AfterEach
    void close() {
        wire.close();
        server.close();
    }

    @Test
    void anIngressThatNamesNoClassGetsTheDefaultOne() {
        assertThat(wire.post(INGRESSES, INGRESS.formatted("early", "")).text("spec", "ingressClassName")).isEmpty();
        wire.post("/apis/networking.k8s.io/v1/ingressclasses", """
                {"metadata":{"name":"usual","annotations":{"ingressclass.kubernetes.io/is-default-class":"true"}},
                "spec":{"controller":"example.com/c"}}""");
        assertThat(wire.post(INGRESSES, INGRESS.formatted("late", "")).text("spec", "ingressClassName"))
                .isEqualTo("usual");
        assertThat(wire.post(INGRESSES, INGRESS.formatted("other", "\"ingressClassName\":\"mine\","))
                .text("spec", "ingressClassName")).isEqualTo("mine");
    }

    @Test
    void aClaimThatNamesNoClassGetsTheDefaultOne() {
        assertThat(wire.post(CLAIMS, CLAIM.formatted("early", "")).text("spec", "storageClassName")).isEmpty();
        wire.post("/apis/storage.k8s.io/v1/storageclasses", """
                {"metadata":{"name":"usual","annotations":{"storageclass.kubernetes.io/is-default-class":"true"}},
                "provisioner":"example.com/p"}""");
        assertThat(wire.post(CLAIMS, CLAIM.formatted("late", "")).text("spec", "storageClassName")).isEqualTo("usual");
        assertThat(wire.post(CLAIMS, CLAIM.formatted("none", "\"storageClassName\":\"\",")).body().path("spec")
                .path("storageClassName").stringValue()).isEmpty();
    }

    @Test
    void aPodHasThePriorityOfItsClass() {
        assertThat(wire.post(PODS, POD.formatted("plain", "")).body().path("spec").path("priority").intValue())
                .isZero();
        wire.post(PRIORITIES, "{\"metadata\":{\"name\":\"high\"},\"value\":9}");
        Wire.Answer urgent = wire.post(PODS, POD.formatted("urgent", "\"priorityClassName\":\"high\","));
        assertThat(urgent.body().path("spec").path("priority").intValue()).isEqualTo(9);
        Wire.Answer unknown = wire.post(PODS, POD.formatted("lost", "\"priorityClassName\":\"none\","));
        assertThat(unknown.code()).isEqualTo(403);
        assertThat(unknown.message())
                .isEqualTo("pods \"lost\" is forbidden: no PriorityClass with name none was found");
        wire.post(PRIORITIES, "{\"metadata\":{\"name\":\"usual\"},\"value\":7,\"globalDefault\":true,"
                + "\"preemptionPolicy\":\"Never\"}");
        Wire.Answer late = wire.post(PODS, POD.formatted("late", ""));
        assertThat(late.text("spec", "priorityClassName")).isEqualTo("usual");
        assertThat(late.body().path("spec").path("priority").intValue()).isEqualTo(7);
        assertThat(late.text("spec", "preemptionPolicy")).isEqualTo("Never");
        assertThat(wire.post(PODS, POD.formatted("own", "\"priority\":8,")).message())
                .contains("the integer value of priority (8) must not be provided in pod spec");
    }

    @Test
    void thereIsOneDefaultPriorityOnly() {
        wire.post(PRIORITIES, "{\"metadata\":{\"name\":\"first\"},\"value\":1,\"globalDefault\":true}");
        Wire.Answer second = wire.post(PRIORITIES,
                "{\"metadata\":{\"name\":\"second\"},\"value\":2,\"globalDefault\":true}");
        assertThat(second.code()).isEqualTo(403);
        assertThat(second.message())
                .endsWith("PriorityClass first is already marked as default. Only one default can exist");
        assertThat(wire.merge(PRIORITIES + "/first", "{\"description\":\"the usual one\"}").code()).isEqualTo(200);
    }
}
