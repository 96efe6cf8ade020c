package dev.windlass.apiserver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** What can be made to go wrong, and what the server says of it from outside. */
@Timeout(120)
class FaultsTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    private final ApiServer server = ApiServer.builder().name("faulty").start();

    @AfterEach
    void close() {
        server.close();
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void aWatchThatItsClientLeavesIsGoneFromTheListAndSoIsItsConnection(HttpClient.Version version) {
        try (Wire wire = new Wire(server, version)) {
            Wire.Watching watching = wire.watch(MAPS);
            assertThat(server.watches()).containsExactly(new OpenWatch("", "v1", "configmaps", "default", "wire-test"));
            watching.close();
            await().atMost(LIMIT).untilAsserted(() -> assertThat(server.watches()).isEmpty());
        }
        await().atMost(LIMIT).untilAsserted(() -> assertThat(server.connections()).isZero());
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void aBlackHoleAnswersNothingAndAfterItEverythingThatWaitedArrives(HttpClient.Version version) throws Exception {
        try (Wire wire = new Wire(server, version)) {
            wire.post(MAPS, Wire.configMap("before"));
            try (Wire.Watching watching = wire.watch(MAPS)) {
                assertThat(watching.nextLine()).isEqualTo("ADDED before");
                server.faults().blackHole();
                var pending = wire.sendAsync(wire.request(MAPS + "/before").build());
                assertThatThrownBy(() -> pending.get(300, TimeUnit.MILLISECONDS))
                        .isInstanceOf(java.util.concurrent.TimeoutException.class);
                server.faults().heal();
                assertThat(pending.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
                wire.post(MAPS, Wire.configMap("after"));
                assertThat(watching.nextLine()).isEqualTo("ADDED after");
            }
        }
    }

    @Test
    void aNewConnectionIntoABlackHoleHangsAndGoesOnWhenItEnds() throws Exception {
        server.faults().blackHole();
        try (Wire wire = new Wire(server)) {
            var pending = wire.sendAsync(wire.request(MAPS).build());
            await().atMost(LIMIT).untilAsserted(() -> assertThat(server.connections()).isEqualTo(1));
            assertThat(pending).isNotDone();
            server.faults().heal();
            assertThat(pending.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aClientThatGivesUpOnABlackHoleIsNoticed() {
        Wire wire = new Wire(server);
        wire.get(MAPS);
        server.faults().blackHole();
        var pending = wire.sendAsync(wire.request(MAPS).build());
        wire.close();
        await().atMost(LIMIT).untilAsserted(() -> assertThat(pending).isCompletedExceptionally());
        await().atMost(LIMIT).untilAsserted(() -> assertThat(server.connections()).isZero());
    }

    @Test
    void aResetEndsWatchesAndConnectionsAndTheNextRequestWorks() {
        try (Wire wire = new Wire(server); Wire.Watching watching = wire.watch(MAPS)) {
            server.faults().resetConnections();
            assertThat(watching.nextLine()).isEqualTo("END");
            await().atMost(LIMIT).untilAsserted(() -> assertThat(server.watches()).isEmpty());
            assertThat(wire.get(MAPS).code()).isEqualTo(200);
        }
    }

    @Test
    void droppedWatchesEndInOrderAndTheirConnectionStays() {
        try (Wire wire = new Wire(server); Wire.Watching watching = wire.watch(MAPS)) {
            int connections = server.connections();
            server.faults().dropWatches();
            assertThat(watching.nextLine()).isEqualTo("END");
            await().atMost(LIMIT).untilAsserted(() -> assertThat(server.watches()).isEmpty());
            assertThat(server.connections()).isEqualTo(connections);
        }
    }

    @Test
    void aFaultAnswersSoManyRequestsOfItsVerbAndResourceAndNoOthers() {
        Fault fault = server.faults()
                .add(FaultRule.on("create", "configmaps").answering(429).retryAfter(Duration.ofSeconds(2)).times(2));
        try (Wire wire = new Wire(server)) {
            Wire.Answer refused = wire.post(MAPS, Wire.configMap("a"));
            assertThat(refused.code()).isEqualTo(429);
            assertThat(refused.raw().headers().firstValue("Retry-After")).contains("2");
            assertThat(wire.get(MAPS).code()).isEqualTo(200);
            assertThat(wire.post("/api/v1/namespaces/default/secrets", "{\"metadata\":{\"name\":\"a\"}}").code())
                    .isEqualTo(201);
            assertThat(wire.post(MAPS, Wire.configMap("a")).code()).isEqualTo(429);
            assertThat(wire.post(MAPS, Wire.configMap("a")).code()).isEqualTo(201);
        }
        assertThat(fault.hits()).isEqualTo(2);
    }

    @Test
    void aDelayHoldsARequestAndIsLiftedWhenTheServerCloses() throws Exception {
        server.faults().add(FaultRule.on("*", "*").delaying(Duration.ofMinutes(10)));
        try (Wire wire = new Wire(server)) {
            var pending = wire.sendAsync(wire.request(MAPS).build());
            await().atMost(LIMIT).untilAsserted(() -> assertThat(server.requestsInFlight()).isEqualTo(1));
            server.close();
            assertThatThrownBy(() -> {
                if (pending.get(30, TimeUnit.SECONDS).statusCode() == 503) {
                    throw new UncheckedIOException(new IOException("refused"));
                }
            }).isInstanceOf(Exception.class);
        }
    }

    @Test
    void theLogTellsVerbsPathsAndCodes() {
        try (Wire wire = new Wire(server)) {
            wire.get(MAPS + "/none");
            wire.post(MAPS, Wire.configMap("a"));
        }
        assertThat(server.requests()).extracting(RequestRecord::verb, RequestRecord::path, RequestRecord::code)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("get", MAPS + "/none", 404),
                        org.assertj.core.groups.Tuple.tuple("create", MAPS, 201));
    }

    @Test
    void closingGivesBackEveryThread() {
        server.close();
        await().atMost(LIMIT).untilAsserted(
                () -> assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
                        .noneMatch(name -> name.contains("apiserver-faulty")));
    }
}
