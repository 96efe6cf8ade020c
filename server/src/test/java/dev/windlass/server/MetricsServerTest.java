package dev.windlass.server;

import dev.windlass.lifecycle.Manager;
import io.prometheus.metrics.core.metrics.Counter;
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
    void seesAMeterGo() throws Exception {
        manager.metrics().unregister(turns);
        assertThat(http.get(address(), "/metrics").body()).doesNotContain("winch");
    }

    private URI address() {
        return server.address().orElseThrow();
    }
}
