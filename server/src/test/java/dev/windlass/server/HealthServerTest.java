package dev.windlass.server;

import dev.windlass.lifecycle.HealthKind;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.Task;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class HealthServerTest {
    private final Manager manager = Manager.create();
    private final Http http = new Http();
    private final AtomicBoolean broken = new AtomicBoolean();
    private final CountDownLatch finish = new CountDownLatch(1);
    private RunnableHandle work = manager.add(Task.of(RunnableSpec.builder("work").drains(true).build(), context -> {
        context.health("work", HealthKind.READINESS, () -> {
            if (broken.get()) {
                throw new IllegalStateException("the belt slipped");
            }
        });
        context.awaitStop();
        finish.await();
    }));
    private final ServerHandle server = manager.add(HealthServer.at(BindAddress.loopback(0)));

    @BeforeEach
    void start() throws InterruptedException {
        manager.start();
        server.ready().await(Duration.ofSeconds(20));
        work.ready().await(Duration.ofSeconds(20));
        await().until(() -> manager.health().checks(HealthKind.READINESS).size() == 1);
    }

    @AfterEach
    void stop() {
        finish.countDown();
        manager.close();
        http.close();
    }

    @Test
    void answersOkWhileAllChecksPass() throws Exception {
        for (String path : new String[]{"/healthz", "/livez", "/readyz", "/healthz/ping", "/readyz/work"}) {
            HttpResponse<String> response = get(path);
            assertThat(response.statusCode()).as(path).isEqualTo(200);
            assertThat(response.body()).as(path).isEqualTo("ok");
        }
    }

    @Test
    void listsChecksWhenAskedToBeVerbose() throws Exception {
        assertThat(get("/readyz?verbose").body())
                .isEqualTo("[+]ping ok\n[+]work ok\n[+]shutdown ok\nreadyz check passed\n");
    }

    @Test
    void withholdsTheReasonInTheListAndTellsItAtTheCheckItself() throws Exception {
        broken.set(true);
        HttpResponse<String> all = get("/readyz");
        assertThat(all.statusCode()).isEqualTo(500);
        assertThat(all.body())
                .isEqualTo("[+]ping ok\n[-]work failed: reason withheld\n[+]shutdown ok\nreadyz check failed\n");
        HttpResponse<String> one = get("/readyz/work");
        assertThat(one.statusCode()).isEqualTo(500);
        assertThat(one.body()).contains("the belt slipped");
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
    }

    @Test
    void leavesOutExcludedChecksAndSaysWhichExclusionMatchedNothing() throws Exception {
        broken.set(true);
        HttpResponse<String> response = get("/readyz?verbose&exclude=work&exclude=wrok");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).contains("[+]work excluded: ok\n")
                .contains("warn: some health checks cannot be excluded: no matches for wrok\n");
    }

    @Test
    void answersNotFoundForAnUnknownCheckAndForACheckThatWentWithItsUnit() throws Exception {
        assertThat(get("/readyz/nonsense").statusCode()).isEqualTo(404);
        finish.countDown();
        work.stop().await(Duration.ofSeconds(20));
        assertThat(get("/readyz/work").statusCode()).isEqualTo(404);
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
    }

    @Test
    void turnsUnreadyBeforeAnythingElseStops() throws Exception {
        var stopped = manager.stop(StopOptions.defaults());
        await().untilAsserted(() -> assertThat(get("/readyz").body()).contains("[-]shutdown failed"));
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
        finish.countDown();
        assertThat(stopped.await(Duration.ofSeconds(30)).clean()).isTrue();
    }

    @Test
    void aQuarantinedUnitShowsAtACheckOfItsOwnAndFailsNoProbe() throws Exception {
        CountDownLatch letGo = new CountDownLatch(1);
        RunnableHandle hung = manager.add("hung", context -> {
            while (letGo.getCount() > 0) {
                Thread.onSpinWait();
            }
        });
        hung.ready().await(Duration.ofSeconds(20));
        assertThat(get("/healthz/quarantine").statusCode()).isEqualTo(200);
        hung.stop(StopOptions.drain(Duration.ofMillis(15))).await();
        HttpResponse<String> quarantine = get("/healthz/quarantine");
        HttpResponse<String> all = get("/healthz?verbose");
        letGo.countDown();
        assertThat(quarantine.statusCode()).isEqualTo(500);
        assertThat(quarantine.body()).contains("quarantined: hung#1");
        assertThat(all.statusCode()).isEqualTo(200);
        assertThat(all.body())
                .isEqualTo("[+]ping ok\n[!]quarantine failed, does not count\nhealthz check passed\n");
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        URI address = server.address().orElseThrow();
        return http.get(address, path);
    }
}
