package dev.windlass.server;

import dev.windlass.lifecycle.Manager;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class MetricsServerTest {
    private final Manager manager = Manager.create();
    private final Http http = new Http();
    private final ServerHandle server = manager.add(MetricsServer.at(BindAddress.loopback(0)));
    private final Counter turns = Counter.builder().name("winch_turns_total").help("Turns.")
            .register(manager.metrics());

    @BeforeEach
    void start() throws InterruptedException {
        manager.start();
        server.ready().await(Duration.ofSeconds(20));
        turns.inc(3);
    }

    @AfterEach
    void stop() {
        manager.close();
        http.close();
    }

    @Test
    void speaksPrometheusTextWhenNothingElseIsAskedFor() throws Exception {
        HttpResponse<String> response = http.get(address(), "/metrics");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).hasValueSatisfying(
                type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
        assertThat(response.body()).contains("# TYPE winch_turns_total counter", "winch_turns_total 3.0");
    }

    @Test
    void speaksOpenMetricsWhenAsked() throws Exception {
        HttpResponse<String> response = http.get(address(), "/metrics", "Accept",
                "application/openmetrics-text; version=1.0.0");
        assertThat(response.headers().firstValue("content-type")).hasValueSatisfying(
                type -> assertThat(type).startsWith("application/openmetrics-text"));
        assertThat(response.body()).contains("# TYPE winch_turns counter").endsWith("# EOF\n");
    }

    @Test
    void restrictsTheAnswerToTheNamesAskedFor() throws Exception {
        assertThat(http.get(address(), "/metrics?name%5B%5D=other").body()).doesNotContain("winch");
        assertThat(http.get(address(), "/metrics?name%5B%5D=winch_turns_total").body())
                .contains("winch_turns_total 3.0");
    }

    @Test
    void speaksTextToAScraperThatWouldRatherHaveProtobuf() throws Exception {
        HttpResponse<String> response = http.get(address(), "/metrics", "Accept",
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,"
                        + "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).hasValueSatisfying(
                type -> assertThat(type).startsWith("application/openmetrics-text"));
        assertThat(http.get(address(), "/metrics", "Accept",
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited").body())
                .contains("winch_turns_total 3.0");
    }

    @Test
    void everyNameOfTheAnswerRestrictsAnotherOne() throws Exception {
        Histogram lifts = Histogram.builder().name("winch_lift_seconds").help("help").classicUpperBounds(1)
                .register(manager.metrics());
        lifts.observe(0.5);
        manager.metrics().register((MultiCollector) () -> MetricSnapshots.of(CounterSnapshot.builder()
                .name("winch_loads").dataPoint(CounterDataPointSnapshot.builder().value(2).build()).build()));
        for (String name : new String[]{"winch_turns_total", "winch_loads_total", "winch_lift_seconds",
                "winch_lift_seconds_bucket", "winch_lift_seconds_count", "winch_lift_seconds_sum"}) {
            assertThat(http.get(address(), "/metrics?name%5B%5D=" + name).body()).as(name).contains("\n" + name);
        }
        assertThat(http.get(address(), "/metrics?name%5B%5D=winch_loads_total").body()).doesNotContain("winch_turns");
    }

    @Test
    void saysWhichMeterCannotBeRead() throws Exception {
        GaugeWithCallback gauge = GaugeWithCallback.builder().name("winch_load").help("help").callback(_ -> {
            throw new StackOverflowError("the rope is too long");
        }).register(manager.metrics());
        HttpResponse<String> response = http.get(address(), "/metrics");
        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.headers().firstValue("content-type")).hasValue("text/plain; charset=utf-8");
        assertThat(response.body()).contains("the rope is too long").doesNotContain("<");
        manager.metrics().unregister(gauge);
        assertThat(http.get(address(), "/metrics").statusCode()).isEqualTo(200);
    }

    @Test
    void seesAMeterGo() throws Exception {
        manager.metrics().unregister(turns);
        assertThat(http.get(address(), "/metrics").body()).doesNotContain("winch");
    }

    private URI address() {
        return server.address().orElseThrow();
    }
}
