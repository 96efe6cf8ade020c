package dev.windlass.apiserver;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Quotas of which somebody keeps the status. */
@Timeout(120)
class QuotaControllerTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String QUOTAS = "/api/v1/namespaces/default/resourcequotas";
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String PODS = "/api/v1/namespaces/default/pods";

    private final ApiServer server = ApiServer.builder().name("quotas").resourceQuotas(true).start();
    private final Wire wire = new Wire(server);

    @AfterEach
    void close() {
        wire.close();
        server.close();
    }

    private void quota(String hard) {
        assertThat(wire.post(QUOTAS, "{\"metadata\":{\"name\":\"q\"},\"spec\":{\"hard\":{%s}}}".formatted(hard)).code())
                .isEqualTo(201);
    }

    private void awaitUsed(String resource, String amount) {
        await().atMost(LIMIT).untilAsserted(
                () -> assertThat(wire.get(QUOTAS + "/q").text("status", "used", resource)).isEqualTo(amount));
    }

    @Test
    void whatIsThereIsCountedWhenAQuotaComes() {
        wire.post(MAPS, Wire.configMap("a"));
        quota("\"configmaps\":\"2\",\"requests.storage\":\"1Gi\",\"count/leases.coordination.k8s.io\":\"1\"");
        awaitUsed("configmaps", "1");
        Wire.Answer quota = wire.get(QUOTAS + "/q");
        assertThat(quota.body().path("status").path("hard")).isEqualTo(quota.body().path("spec").path("hard"));
        assertThat(quota.text("status", "used", "requests.storage")).isEqualTo("0");
        assertThat(wire.post(MAPS, Wire.configMap("b")).code()).isEqualTo(201);
        assertThat(wire.post(MAPS, Wire.configMap("c")).code()).isEqualTo(403);
    }

    @Test
    void whatGoesOrWasNotStoredIsCountedNoLonger() {
        quota("\"configmaps\":\"2\"");
        awaitUsed("configmaps", "0");
        wire.post(MAPS, Wire.configMap("a"));
        assertThat(wire.post(MAPS, Wire.configMap("a")).code()).isEqualTo(409);
        awaitUsed("configmaps", "1");
        wire.delete(MAPS + "/a");
        awaitUsed("configmaps", "0");
    }

    @Test
    void otherLimitsHoldWhenTheyAreWanted() {
        quota("\"configmaps\":\"0\"");
        awaitUsed("configmaps", "0");
        wire.merge(QUOTAS + "/q", "{\"spec\":{\"hard\":{\"configmaps\":null,\"secrets\":\"3\"}}}");
        awaitUsed("secrets", "0");
        assertThat(wire.get(QUOTAS + "/q").body().path("status").path("used").has("configmaps")).isFalse();
        assertThat(wire.post(MAPS, Wire.configMap("a")).code()).isEqualTo(201);
    }

    @Test
    void aPodThatHasEndedTakesNothing() {
        quota("\"requests.cpu\":\"1\",\"pods\":\"1\",\"count/pods\":\"9\"");
        awaitUsed("pods", "0");
        assertThat(wire.post(PODS, """
                {"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i",
                "resources":{"requests":{"cpu":"700m"}}}]}}""").code()).isEqualTo(201);
        awaitUsed("requests.cpu", "700m");
        wire.merge(PODS + "/p/status", "{\"status\":{\"phase\":\"Succeeded\"}}");
        awaitUsed("requests.cpu", "0");
        awaitUsed("count/pods", "1");
    }

    @Test
    void countingLetsNoMorePassThanThereIsRoomFor() throws Exception {
        quota("\"configmaps\":\"10\"");
        awaitUsed("configmaps", "0");
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Wire.Answer>> answers = IntStream.range(0, 60)
                    .mapToObj(i -> clients.submit(() -> wire.post(MAPS, Wire.configMap("m" + i)))).toList();
            for (Future<Wire.Answer> each : answers) {
                assertThat(each.get().code()).isIn(201, 403);
            }
        }
        assertThat(wire.get(MAPS).body().path("items").size()).isEqualTo(10);
        awaitUsed("configmaps", "10");
    }
}
