package dev.windlass.server;

import dev.windlass.lifecycle.HealthKind;
import dev.windlass.lifecycle.Leftover;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.Registration;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.StopMode;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.Task;
import dev.windlass.lifecycle.ThreadPosition;
import dev.windlass.lifecycle.UnitState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class HealthServerTest {
    private static final byte[] PROBE = "GET /readyz HTTP/1.1\r\nHost: probe\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);

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

    @Test
    void aCheckThatThrowsAnErrorHasFailedAndTheOthersAreToldAllTheSame() throws Exception {
        try (Registration _ = manager.health().add("deep", HealthKind.READINESS, () -> {
            throw new StackOverflowError("too deep");
        })) {
            HttpResponse<String> all = get("/readyz");
            assertThat(all.statusCode()).isEqualTo(500);
            assertThat(all.body()).startsWith("[+]ping ok\n[-]deep failed: reason withheld\n[+]work ok\n")
                    .endsWith("readyz check failed\n");
            assertThat(get("/readyz/deep").body()).contains("too deep");
        }
    }

    @Test
    void aCheckWhoseExceptionCannotSayWhyHasFailed() throws Exception {
        class Mute extends RuntimeException {
            @Override
            public String getMessage() {
                throw new IllegalStateException("no words");
            }
        }
        try (Registration _ = manager.health().add("mute", HealthKind.READINESS, () -> {
            throw new Mute();
        })) {
            HttpResponse<String> all = get("/readyz");
            assertThat(all.statusCode()).isEqualTo(500);
            assertThat(all.body()).contains("[-]mute failed", "[+]work ok", "readyz check failed");
            assertThat(get("/readyz/mute").body()).contains("Mute");
        }
    }

    @Test
    void aCheckThatHangsIsInterruptedWhenTheServerStopsAndLeavesNoThread() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        try (Registration _ = manager.health().add("stuck", HealthKind.READINESS, () -> {
            hangs.countDown();
            try {
                new CountDownLatch(1).await();
            } finally {
                interrupted.countDown();
            }
        }); Socket probe = new Socket(InetAddress.getLoopbackAddress(), server.address().orElseThrow().getPort())) {
            probe.getOutputStream().write(PROBE);
            hangs.await();
            assertThat(server.threads()).extracting(ThreadPosition::stack)
                    .anySatisfy(stack -> assertThat(stack).contains("HealthHandler"));
            StopReport report = server.stop(StopOptions.drain(Duration.ofSeconds(20)).withMode(StopMode.ABORT))
                    .await(Duration.ofSeconds(30));
            assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(report.leftovers()).isEmpty();
        }
    }

    @Test
    void aCheckThatEndsForNothingIsNamedByTheStopReport() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        try (Registration _ = manager.health().add("stuck", HealthKind.READINESS, () -> {
            hangs.countDown();
            while (letGo.getCount() > 0) {
                Thread.onSpinWait();
            }
        }); Socket probe = new Socket(InetAddress.getLoopbackAddress(), server.address().orElseThrow().getPort())) {
            probe.getOutputStream().write(PROBE);
            hangs.await();
            StopReport report = server.stop(StopOptions.drain(Duration.ofMillis(300))).await(Duration.ofSeconds(20));
            letGo.countDown();
            assertThat(report.leftovers()).extracting(Leftover::detail)
                    .anySatisfy(stack -> assertThat(stack).contains("HealthHandler"));
        }
    }

    @Test
    void whatCannotBeReadAsARequestIsAnsweredInPlainText() throws Exception {
        HttpResponse<String> response = get("/healthz?exclude=%ff%fe");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.headers().firstValue("content-type")).hasValue("text/plain; charset=utf-8");
        assertThat(response.body()).startsWith("the request cannot be read: ").endsWith("\n").doesNotContain("<");
    }

    @Test
    void namesAHostThatCannotBeResolved() throws Exception {
        try (Manager second = Manager.create()) {
            ServerHandle lost = second.add(HealthServer.at(BindAddress.parse("no-such-host.invalid:0")));
            second.start();
            await().until(() -> lost.state() == UnitState.FAILED);
            assertThat(lost.status().lastError()).contains("no-such-host.invalid:0", "cannot be resolved",
                    "address of this machine");
        }
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        URI address = server.address().orElseThrow();
        return http.get(address, path);
    }
}
