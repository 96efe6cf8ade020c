package dev.windlass.apiserver;

import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** What a client sees of each fault that a rule can script. */
@Timeout(120)
class FaultRulesTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String BOOKMARKS = MAPS + "?allowWatchBookmarks=true";

    private final ApiServer server = ApiServer.builder().name("faulty").faultSeed(7).user("alice")
            .bookmarkInterval(Duration.ofMillis(50)).start();

    @AfterEach
    void close() {
        server.close();
    }

    private Fault script(FaultRule rule) {
        return server.faults().add(rule);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            401 | get    | /a | Unauthorized       | Unauthorized
            403 | get    | /a | Forbidden          | configmaps "a" is forbidden: User "kubernetes-admin" cannot get resource "configmaps" in API group "" in the namespace "default"
            403 | list   |    | Forbidden          | configmaps is forbidden: User "kubernetes-admin" cannot list resource "configmaps" in API group "" in the namespace "default"
            404 | get    | /a | NotFound           | configmaps "a" not found
            409 | create |    | AlreadyExists      | configmaps "a" already exists
            409 | update | /a | Conflict           | Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again
            410 | list   |    | Expired            | The resourceVersion for the provided list is too old.
            500 | get    | /a | InternalError      | Internal error occurred: scripted fault
            503 | delete | /a | ServiceUnavailable | the server is currently unable to handle the request
            504 | list   |    | Timeout            | Timeout: request did not complete within the allotted timeout
            """)
    void anAnswerHasTheShapeThatTheRealServerGivesIt(int code, String verb, String name, String reason,
            String message) {
        String path = MAPS + (name == null ? "" : name);
        try (Wire wire = new Wire(server)) {
            wire.post(MAPS, Wire.configMap("a"));
            script(FaultRule.on(verb, "configmaps").answering(code).times(1));
            Wire.Answer answer = switch (verb) {
                case "create" -> wire.post(path, Wire.configMap("a"));
                case "update" -> wire.put(path, Wire.configMap("a"));
                case "delete" -> wire.delete(path);
                default -> wire.get(path);
            };
            assertThat(answer.code()).isEqualTo(code);
            assertThat(answer.text("kind")).isEqualTo("Status");
            assertThat(answer.reason()).isEqualTo(reason);
            assertThat(answer.message()).isEqualTo(message);
            assertThat(answer.body().path("code").asInt()).isEqualTo(code);
            assertThat(wire.get(MAPS + "/a").code()).isEqualTo(200);
        }
    }

    @Test
    void tooManyRequestsIsPlainTextAndAlwaysSaysWhenToComeBack() {
        script(FaultRule.on("get", "configmaps").answering(429).times(1));
        script(FaultRule.on("get", "configmaps").answering(429).retryAfter(Duration.ofSeconds(3)));
        try (Wire wire = new Wire(server)) {
            HttpResponse<String> first = wire.get(MAPS + "/a").raw();
            assertThat(first.statusCode()).isEqualTo(429);
            assertThat(first.headers().firstValue("Content-Type")).contains("text/plain; charset=utf-8");
            assertThat(first.body()).isEqualTo("Too many requests, please try again later.\n");
            assertThat(first.headers().firstValue("Retry-After")).contains("1");
            assertThat(wire.get(MAPS + "/a").raw().headers().firstValue("Retry-After")).contains("3");
        }
    }

    @Test
    void anyAnswerCanSayWhenToComeBack() {
        script(FaultRule.on("get", "configmaps").answering(503).retryAfter(Duration.ofSeconds(5)));
        try (Wire wire = new Wire(server)) {
            Wire.Answer answer = wire.get(MAPS + "/a");
            assertThat(answer.raw().headers().firstValue("Retry-After")).contains("5");
            assertThat(answer.body().path("details").path("retryAfterSeconds").asInt()).isEqualTo(5);
        }
    }

    @Test
    void aWatchIsToldOnItsStreamThatItsVersionIsGone() {
        script(FaultRule.on("watch", "configmaps").answering(410));
        try (Wire wire = new Wire(server); Wire.Watching watching = wire.watch(MAPS + "?resourceVersion=1")) {
            assertThat(watching.code()).isEqualTo(200);
            var event = watching.next();
            assertThat(event.path("type").asString("")).isEqualTo("ERROR");
            assertThat(event.path("object").path("code").asInt()).isEqualTo(410);
            assertThat(event.path("object").path("reason").asString("")).isEqualTo("Expired");
            assertThat(event.path("object").path("message").asString("")).startsWith("too old resource version: 1 (");
            assertThat(watching.nextLine()).isEqualTo("END");
        }
    }

    @Test
    void onlyTheUserTheVerbTheResourceAndTheGroupOfTheRuleAreMet() {
        Fault alice = script(FaultRule.on("*", "*").byUser("alice").answering(500));
        Fault events = script(FaultRule.on("list", "events.events.k8s.io").answering(500));
        Fault status = script(FaultRule.on("*", "deployments/status").answering(500));
        Fault version = script(FaultRule.on("get", "/version").answering(500));
        try (Wire wire = new Wire(server)) {
            assertThat(wire.get("/api/v1/namespaces/default/events").code()).isEqualTo(200);
            assertThat(wire.get("/apis/events.k8s.io/v1/namespaces/default/events").code()).isEqualTo(500);
            assertThat(wire.get("/apis/apps/v1/namespaces/default/deployments").code()).isEqualTo(200);
            assertThat(wire.get("/apis/apps/v1/namespaces/default/deployments/a/status").code()).isEqualTo(500);
            assertThat(wire.get("/healthz").code()).isEqualTo(200);
            assertThat(wire.get("/version").code()).isEqualTo(500);
            assertThat(wire.send(wire.request("/healthz")
                    .setHeader("Authorization", "Bearer " + server.token("alice")).build()).code()).isEqualTo(500);
        }
        assertThat(List.of(alice.hits(), events.hits(), status.hits(), version.hits())).containsExactly(1, 1, 1, 1);
    }

    @Test
    void theSameSeedMeetsTheSameRequests() {
        List<Integer> here = codesUnderChance(server);
        try (ApiServer same = ApiServer.builder().faultSeed(server.faults().seed()).start();
                ApiServer other = ApiServer.builder().faultSeed(8).start()) {
            assertThat(codesUnderChance(same)).isEqualTo(here);
            assertThat(codesUnderChance(other)).isNotEqualTo(here);
        }
        assertThat(here).contains(404, 500, 503);
    }

    private static List<Integer> codesUnderChance(ApiServer server) {
        server.faults().add(FaultRule.on("get", "configmaps").withProbability(0.3).answering(500));
        server.faults().add(FaultRule.on("get", "configmaps").withProbability(0.3).answering(503));
        List<Integer> codes = new ArrayList<>();
        try (Wire wire = new Wire(server)) {
            for (int i = 0; i < 60; i++) {
                codes.add(wire.get(MAPS + "/none").code());
            }
        }
        return codes;
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void aHangingRequestIsAnsweredWhenTheFaultIsClosedAndOthersMeanwhile(HttpClient.Version version) throws Exception {
        Fault fault = script(FaultRule.on("create", "configmaps").hanging());
        try (Wire wire = new Wire(server, version)) {
            CompletableFuture<HttpResponse<String>> held = wire.postAsync(MAPS, Wire.configMap("a"));
            await().atMost(LIMIT).untilAsserted(() -> assertThat(fault.hits()).isOne());
            assertThat(wire.get(MAPS + "/a").code()).isEqualTo(404);
            assertThat(held).isNotDone();
            fault.close();
            assertThat(held.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(201);
        }
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void aClientThatGivesUpOnAHangingRequestIsNoticedAndItsRequestNotDone(HttpClient.Version version) {
        script(FaultRule.on("create", "configmaps").hanging());
        Wire wire = new Wire(server, version);
        CompletableFuture<HttpResponse<String>> held = wire.postAsync(MAPS, Wire.configMap("a"));
        await().atMost(LIMIT).untilAsserted(() -> assertThat(server.requestsInFlight()).isOne());
        wire.close();
        await().atMost(LIMIT).untilAsserted(() -> assertThat(server.requestsInFlight()).isZero());
        await().atMost(LIMIT).untilAsserted(() -> assertThat(held).isCompletedExceptionally());
        server.faults().clear();
        try (Wire other = new Wire(server)) {
            assertThat(other.get(MAPS + "/a").code()).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void aResetRequestIsNotDoneAndTheNextOneWorks(HttpClient.Version version) {
        Fault fault = script(FaultRule.on("create", "configmaps").resetting().times(1));
        try (Wire wire = new Wire(server, version)) {
            assertThatThrownBy(() -> wire.post(MAPS, Wire.configMap("a"))).isInstanceOf(UncheckedIOException.class);
            assertThat(fault.hits()).isOne();
            await().atMost(LIMIT).ignoreExceptions().until(() -> wire.get(MAPS + "/a").code() == 404);
            assertThat(wire.post(MAPS, Wire.configMap("a")).code()).isEqualTo(201);
        }
        await().atMost(LIMIT).untilAsserted(() -> assertThat(server.requestsInFlight()).isZero());
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void ofAnAnswerThatIsCutHalfArrivesThoughTheRequestIsDone(HttpClient.Version version) {
        script(FaultRule.on("create", "configmaps").cuttingBody());
        try (Wire wire = new Wire(server, version)) {
            assertThatThrownBy(() -> wire.post(MAPS, Wire.configMap("a"))).isInstanceOf(UncheckedIOException.class);
            assertThat(wire.get(MAPS + "/a").code()).isEqualTo(200);
        }
        await().atMost(LIMIT).untilAsserted(() -> assertThat(server.requestsInFlight()).isZero());
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void aWatchThatIsCutEndsWithinAnEvent(HttpClient.Version version) {
        try (Wire wire = new Wire(server, version)) {
            script(FaultRule.on("watch", "configmaps").cuttingBody());
            try (Wire.Watching watching = wire.watch(MAPS)) {
                wire.post(MAPS, Wire.configMap("a"));
                assertThat(watching.nextLine()).isEqualTo("END");
            }
            await().atMost(LIMIT).untilAsserted(() -> assertThat(server.watches()).isEmpty());
        }
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void aSlowAnswerArrivesWholeAndSoDoesWhatASlowWatchTells(HttpClient.Version version) {
        try (Wire wire = new Wire(server, version)) {
            wire.post(MAPS, Wire.configMap("a"));
            String whole = wire.get(MAPS + "/a").raw().body();
            script(FaultRule.on("*", "configmaps").slowly(2_000));
            long began = System.nanoTime();
            assertThat(wire.get(MAPS + "/a").raw().body()).isEqualTo(whole);
            // Pieces of 200 bytes every 100 ms: it cannot be there before the last of them is due.
            assertThat(System.nanoTime() - began).isGreaterThan((whole.length() / 200 - 1) * 100_000_000L);
            try (Wire.Watching watching = wire.watch(MAPS)) {
                assertThat(watching.nextLine()).isEqualTo("ADDED a");
            }
        }
    }

    @Test
    void aWatchIsDroppedAfterSoManyEventsAndTheNextOneGoesOnFromThere() {
        script(FaultRule.on("watch", "configmaps").droppingAfter(2).times(1));
        try (Wire wire = new Wire(server)) {
            List.of("a", "b", "c").forEach(name -> wire.post(MAPS, Wire.configMap(name)));
            String seen;
            try (Wire.Watching watching = wire.watch(MAPS)) {
                assertThat(watching.nextLine()).isEqualTo("ADDED a");
                var second = watching.next();
                assertThat(Wire.Watching.line(second)).isEqualTo("ADDED b");
                seen = second.path("object").path("metadata").path("resourceVersion").asString("");
                assertThat(watching.nextLine()).isEqualTo("END");
            }
            try (Wire.Watching watching = wire.watch(MAPS + "?resourceVersion=" + seen)) {
                assertThat(watching.nextLine()).isEqualTo("ADDED c");
            }
        }
    }

    @Test
    void aWatchIsDroppedAtOnceAndHasToldNothing() {
        script(FaultRule.on("watch", "configmaps").droppingAfter(0));
        try (Wire wire = new Wire(server)) {
            wire.post(MAPS, Wire.configMap("a"));
            try (Wire.Watching watching = wire.watch(MAPS)) {
                assertThat(watching.code()).isEqualTo(200);
                assertThat(watching.nextLine()).isEqualTo("END");
            }
        }
    }

    @Test
    void aBookmarkComesTwice() {
        script(FaultRule.on("watch", "configmaps").doublingBookmarks());
        try (Wire wire = new Wire(server); Wire.Watching watching = wire.watch(BOOKMARKS)) {
            var first = watching.next();
            assertThat(first.path("type").asString("")).isEqualTo("BOOKMARK");
            assertThat(watching.next()).isEqualTo(first);
        }
    }

    @Test
    void aBookmarkComesAfterAnEventThatIsNewerThanIt() {
        script(FaultRule.on("watch", "configmaps").reorderingBookmarks());
        String initial = BOOKMARKS + "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan";
        try (Wire wire = new Wire(server); Wire.Watching watching = wire.watch(initial)) {
            wire.post(MAPS, Wire.configMap("a"));
            var event = watching.next();
            assertThat(Wire.Watching.line(event)).isEqualTo("ADDED a");
            var bookmark = watching.next();
            assertThat(bookmark.path("type").asString("")).isEqualTo("BOOKMARK");
            assertThat(version(bookmark)).isLessThan(version(event));
        }
    }

    private static long version(tools.jackson.databind.JsonNode event) {
        return Long.parseLong(event.path("object").path("metadata").path("resourceVersion").asString(""));
    }

    @Test
    void aContinueTokenExpiresAndTheOneThatIsToldInsteadLeadsToTheRest() {
        Fault fault = script(FaultRule.on("list", "configmaps").expiringContinue());
        try (Wire wire = new Wire(server)) {
            List.of("a", "b", "c").forEach(name -> wire.post(MAPS, Wire.configMap(name)));
            String token = wire.get(MAPS + "?limit=1").text("metadata", "continue");
            assertThat(token).isNotEmpty();
            Wire.Answer expired = wire.get(MAPS + "?limit=1&continue=" + token);
            assertThat(expired.code()).isEqualTo(410);
            assertThat(expired.reason()).isEqualTo("Expired");
            assertThat(expired.message()).startsWith("The provided continue parameter is too old");
            Wire.Answer rest = wire.get(MAPS + "?limit=5&continue=" + expired.text("metadata", "continue"));
            assertThat(rest.code()).isEqualTo(200);
            assertThat(rest.body().path("items")).hasSize(2);
        }
        assertThat(fault.hits()).isOne();
    }

    @Test
    void aRenewedCertificateIsTrustedByWhoeverTrustedTheFormerOne() throws Exception {
        String authority = server.caCertificatePem();
        try (Wire wire = new Wire(server)) {
            var before = shown(wire);
            server.faults().renewCertificate();
            server.faults().resetConnections();
            assertThat(server.caCertificatePem()).isEqualTo(authority);
            // The client may learn of the reset only when it sends the next request.
            await().atMost(LIMIT).ignoreExceptions().until(() -> !shown(wire).equals(before));
        }
    }

    private static java.security.cert.Certificate shown(Wire wire) throws SSLException {
        return wire.get("/version").raw().sslSession().orElseThrow().getPeerCertificates()[0];
    }

    @Test
    void aCertificateFromAnotherAuthorityIsRefusedByWhoeverTrustsTheFormerOne() {
        try (Wire former = new Wire(server)) {
            assertThat(former.get("/version").code()).isEqualTo(200);
            server.faults().replaceAuthority();
            assertThat(former.get("/version").code()).isEqualTo(200);
            server.faults().resetConnections();
            await().atMost(LIMIT).untilAsserted(() -> assertThatThrownBy(() -> former.get("/version"))
                    .isInstanceOf(UncheckedIOException.class).hasStackTraceContaining("PKIX path"));
            try (Wire wire = new Wire(server)) {
                assertThat(wire.get("/version").code()).isEqualTo(200);
            }
        }
    }

    @Test
    void aRuleThatMakesNoSenseIsRefusedWithTheRemedyWhenItIsWritten() {
        assertThatIllegalArgumentException().isThrownBy(() -> FaultRule.on("updating", "pods"))
                .withMessage("verb \"updating\" is unknown; use get, list, watch, create, update, patch, delete,"
                        + " deletecollection, or * for all");
        assertThatIllegalArgumentException().isThrownBy(() -> FaultRule.on("get", "Deployment"))
                .withMessageContaining("\"Deployment\"").withMessageContaining("deployments");
        FaultRule updates = FaultRule.on("update", "pods");
        assertThatIllegalArgumentException().isThrownBy(() -> updates.withProbability(1.5))
                .withMessageContaining("1.5");
        assertThatIllegalArgumentException().isThrownBy(() -> updates.withProbability(Double.NaN))
                .withMessageContaining("NaN");
        assertThatIllegalArgumentException().isThrownBy(() -> updates.times(0)).withMessageContaining("at least 1");
        assertThatIllegalArgumentException().isThrownBy(() -> updates.byUser("")).withMessageContaining("byUser");
        assertThatIllegalArgumentException().isThrownBy(() -> updates.answering(200)).withMessageContaining("200");
        assertThatIllegalArgumentException().isThrownBy(() -> updates.slowly(0)).withMessageContaining("hanging()");
        assertThatIllegalArgumentException().isThrownBy(() -> updates.delaying(Duration.ofSeconds(-1)))
                .withMessageContaining("PT-1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> updates.answering(429).retryAfter(Duration.ofMillis(10)))
                .withMessageContaining("PT0.01S");
        assertThatIllegalStateException().isThrownBy(() -> updates.retryAfter(Duration.ofSeconds(1)))
                .withMessageContaining("answering(429)");
        assertThatIllegalStateException().isThrownBy(() -> updates.droppingAfter(1))
                .withMessageContaining("on(\"watch\", \"pods\")");
        assertThatIllegalStateException().isThrownBy(() -> updates.hanging().resetting())
                .withMessageContaining("second rule");
    }
}
