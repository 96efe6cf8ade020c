package dev.windlass.server;

import dev.windlass.lifecycle.CarryOver;
import dev.windlass.lifecycle.Cost;
import dev.windlass.lifecycle.CostDimension;
import dev.windlass.lifecycle.Handover;
import dev.windlass.lifecycle.Limits;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.PriorityClass;
import dev.windlass.lifecycle.Quotas;
import dev.windlass.lifecycle.RestartPolicy;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.Suspension;
import dev.windlass.lifecycle.Task;
import dev.windlass.lifecycle.UnitState;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class AdminServerTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final Manager manager = Manager.builder().name("mill").build();
    private final Http http = new Http();
    private final CountDownLatch finish = new CountDownLatch(1);

    @SuppressWarnings("NullAway.Init")
    private ServerHandle server;

    @SuppressWarnings("NullAway.Init")
    private String token;

    @BeforeEach
    void start() throws Exception {
        server = manager.add(AdminServer.at(BindAddress.loopback(0), directory));
        manager.add(
                Task.of(RunnableSpec.builder("mill/wheel").kind("Wheel").label("site", "river").build(), context -> {
                    context.detail("turns", () -> "42");
                    context.awaitStop();
                }));
        manager.add(Task.of(RunnableSpec.builder("mill/stone").dependsOn("mill/wheel").build(),
                context -> context.awaitStop()));
        manager.start();
        server.ready().await(BOUND);
        manager.find("mill/stone").orElseThrow().ready().await(BOUND);
        token = AdminEndpoint.find(directory).getFirst().token();
    }

    @AfterEach
    void stop() {
        finish.countDown();
        manager.close();
        http.close();
    }

    @Test
    void listsAllUnitsWithNullForWhatDoesNotApply() throws Exception {
        HttpResponse<String> response = get("/api/v1/units");
        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode items = Http.json(response).get("items");
        assertThat(items.size()).isEqualTo(3);
        JsonNode wheel = items.valueStream().filter(item -> item.get("name").stringValue().equals("mill/wheel"))
                .findFirst()
                .orElseThrow();
        assertThat(wheel.propertyNames()).containsExactly("name", "kind", "state", "reason", "generation", "since",
                "restarts", "queued", "inFlight", "parent", "retryAt", "paused", "cordoned", "message");
        assertThat(wheel.get("kind").stringValue()).isEqualTo("Wheel");
        assertThat(wheel.get("state").stringValue()).isEqualTo("READY");
        assertThat(wheel.get("generation").intValue()).isEqualTo(1);
        assertThat(Instant.parse(wheel.get("since").stringValue())).isBefore(Instant.now().plusSeconds(5));
        assertThat(wheel.get("queued").isNull()).isTrue();
        assertThat(wheel.get("parent").isNull()).isTrue();
    }

    @Test
    void limitsAreSetForeseenAndExplained() throws Exception {
        manager.add(Task.of(RunnableSpec.builder("feed").priority(PriorityClass.BATCH)
                .cost(Cost.of(CostDimension.WATCHES, 4)).build(), RunnableContext::awaitStop)).ready().await(BOUND);
        JsonNode foreseen = Http.json(get("/api/v1/quota:what-if?limits=watches=3"));
        assertThat(foreseen.get("changes").get(0).get("unit").stringValue()).isEqualTo("feed");
        assertThat(foreseen.get("changes").get(0).get("to").stringValue()).isEqualTo("STOPPED");
        assertThat(state("feed")).isEqualTo(UnitState.READY);
        HttpResponse<String> set = post("/api/v1/quota:set?limits=watches=3&wait=true");
        assertThat(set.statusCode()).as(set.body()).isEqualTo(200);
        assertThat(Http.json(set).get("done").booleanValue()).isTrue();
        await().atMost(BOUND).until(() -> state("feed") == UnitState.PENDING);
        assertThat(Http.json(get("/api/v1/units")).get("items").valueStream()
                .filter(item -> item.get("name").stringValue().equals("feed")).findFirst().orElseThrow()
                .get("message").stringValue()).startsWith("waits for quota: ");
        JsonNode quota = Http.json(get("/api/v1/quota"));
        assertThat(quota.get("scopes").get(0).get("limits").get("watches").intValue()).isEqualTo(3);
        JsonNode feed = quota.get("units").get(0);
        assertThat(feed.get("declared").get("watches").intValue()).isEqualTo(4);
        assertThat(feed.get("counted").size()).isZero();
        assertThat(feed.get("waitsFor").stringValue()).contains("needs watches=4, free 3 of 3");
        assertThat(Http.json(get("/api/v1/units/feed")).get("cost").get("watches").intValue()).isEqualTo(4);
        post("/api/v1/quota:set?limits=concurrency=7&wait=true"); // the other one stays
        assertThat(Quotas.of(manager).limits()).isEqualTo(Limits.parse("watches=3, concurrency=7"));
        post("/api/v1/quota:set?scope=mill/wheel&limits=watches=1&wait=true");
        assertThat(Quotas.of(manager).limits("mill/wheel")).isEqualTo(Limits.parse("watches=1"));
    }

    @Test
    void limitsThatCannotBeAreRefusedAndNothingChanges() throws Exception {
        manager.add(Task.of(RunnableSpec.builder("heart").priority(PriorityClass.SYSTEM)
                .cost(Cost.of(CostDimension.WATCHES, 4)).build(), RunnableContext::awaitStop)).ready().await(BOUND);
        assertError(post("/api/v1/quota:set?limits=watches=40,watchs=3"), 400, "BadRequest", "\"watchs\"",
                "did you mean watches");
        assertError(post("/api/v1/quota:set?limits=watches=-1"), 400, "BadRequest", "-1");
        assertError(post("/api/v1/quota:set"), 400, "BadRequest", "limits is missing");
        assertError(post("/api/v1/quota:set?limits=watches=3"), 409, "Refused", "below the 4", "SYSTEM");
        assertError(post("/api/v1/quota:set?limits=watches=3&scope=mill/weel"), 404, "NotFound", "mill/weel");
        assertError(post("/api/v1/quota:sett?limits=watches=3"), 404, "NotFound", "sett");
        assertError(get("/api/v1/quota:set?limits=watches=9"), 405, "MethodNotAllowed", "POST");
        assertThat(Quotas.of(manager).limits()).isEqualTo(Limits.none());
    }

    @Test
    void describesAUnitByItsNameWithSlashesPlainOrEncoded() throws Exception {
        for (String path : List.of("/api/v1/units/mill/wheel", "/api/v1/units/mill%2Fwheel")) {
            HttpResponse<String> response = get(path);
            assertThat(response.statusCode()).as(path).isEqualTo(200);
            JsonNode wheel = Http.json(response);
            assertThat(wheel.get("labels").get("site").stringValue()).isEqualTo("river");
            assertThat(wheel.get("details").get("turns").stringValue()).isEqualTo("42");
            assertThat(wheel.get("lastStop").isNull()).isTrue();
        }
        assertThat(Http.json(get("/api/v1/units/mill/stone")).get("dependsOn").get(0).stringValue())
                .isEqualTo("mill/wheel");
    }

    @Test
    void aStartThatIsAwaitedAlsoAwaitsWhatIsInsideAndComesBackLater() throws Exception {
        CountDownLatch bringBack = new CountDownLatch(1);
        CountDownLatch caughtUp = new CountDownLatch(1);
        manager.add("dam", context -> {
            context.detail("caught up", () -> caughtUp.getCount() == 0 ? "all of it" : "nothing yet");
            context.ready();
            boolean again = context.generation() > 1;
            if (again) {
                bringBack.await();
            }
            context.add(Task.of(RunnableSpec.builder("gate").signalsReadiness(true).build(), inner -> {
                if (again) {
                    caughtUp.await();
                }
                inner.ready();
                inner.awaitStop();
            }));
            context.awaitStop();
        });
        await().atMost(BOUND).until(() -> manager.find("dam/gate").isPresent());
        manager.find("dam/gate").orElseThrow().ready().await(BOUND);
        post("/api/v1/units/dam:stop?wait=true");
        CompletableFuture<HttpResponse<String>> answer = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                answer.complete(post("/api/v1/units/dam:start?wait=true"));
            } catch (Exception e) {
                answer.completeExceptionally(e);
            }
        });
        await().atMost(BOUND).until(() -> state("dam") == UnitState.READY);
        assertThat(state("dam/gate")).isEqualTo(UnitState.STOPPED);
        bringBack.countDown();
        await().atMost(BOUND).until(() -> state("dam/gate") == UnitState.STARTING);
        assertThat(answer).isNotDone();
        caughtUp.countDown();
        HttpResponse<String> started = answer.get(BOUND.toSeconds(), TimeUnit.SECONDS);
        assertThat(started.statusCode()).isEqualTo(200);
        assertThat(Http.json(started).get("unit").get("details").get("caught up").stringValue())
                .isEqualTo("all of it");
    }

    @Test
    void stopsStartsAndRemovesAndAnswersWhenItIsDone() throws Exception {
        HttpResponse<String> stopped = post("/api/v1/units/mill/stone:stop?wait=true");
        assertThat(stopped.statusCode()).isEqualTo(200);
        assertThat(Http.json(stopped).get("report").get("summary").stringValue()).startsWith("mill/stone#1 stopped in")
                .endsWith("nothing left");
        assertThat(state("mill/stone")).isEqualTo(UnitState.STOPPED);
        HttpResponse<String> started = post("/api/v1/units/mill/stone:start?wait=true");
        assertThat(Http.json(started).get("unit").get("generation").intValue()).isEqualTo(2);
        assertThat(state("mill/stone")).isEqualTo(UnitState.READY);
        assertThat(post("/api/v1/units/mill%2Fstone:remove?wait=true").statusCode()).isEqualTo(200);
        assertThat(manager.find("mill/stone")).isEmpty();
    }

    @Test
    void replacesAndReportsWhatCameOfIt() throws Exception {
        manager.add(Task.of(RunnableSpec.builder("sluice").warmsUp(true).signalsReadiness(true).build(), context -> {
            context.handsOver(new Handover() {

                @Override
                public @Nullable CarryOver freeze() {
                    return null;
                }

                @Override
                public void thaw(@Nullable CarryOver back) {
                }
            });
            context.takeOver();
            context.ready();
            context.awaitStop();
        })).ready().await(BOUND);
        HttpResponse<String> replaced = post("/api/v1/units/sluice:replace?wait=true&probation=0&warmUp=10s");
        assertThat(replaced.statusCode()).as(replaced.body()).isEqualTo(200);
        JsonNode report = Http.json(replaced).get("report");
        assertThat(report.get("summary").stringValue()).startsWith("sluice#1 → #2 replaced (warm)");
        assertThat(report.get("outcome").stringValue()).isEqualTo("REPLACED");
        assertThat(report.get("retired").get("outcome").stringValue()).isEqualTo("STOPPED");

        assertThat(post("/api/v1/units/sluice:replace?probation=10m").statusCode()).isEqualTo(202);
        await().atMost(BOUND).untilAsserted(() -> assertThat(Http.json(get("/api/v1/units/sluice")).get("replacing")
                .stringValue()).contains("probation"));
        assertError(post("/api/v1/units/sluice:replace"), 409, "Refused", "being replaced already");
        assertError(post("/api/v1/units/sluice:replace?probation=soon"), 400, "BadRequest", "probation", "soon");
        assertError(post("/api/v1/units/sluice:replace?warmUp=0"), 400, "BadRequest", "warmUp");
        assertError(post("/api/v1/units/sluice:replace?cascade=maybe"), 400, "BadRequest", "cascade", "maybe");
    }

    @Test
    void reconfiguresWhatNeedsNoRestart() throws Exception {
        HttpResponse<String> changed = post(
                "/api/v1/units/mill%2Fstone:reconfigure?priority=best-effort&label.team=shop&wait=true");
        assertThat(changed.statusCode()).as(changed.body()).isEqualTo(200);
        JsonNode unit = Http.json(changed).get("unit");
        assertThat(unit.get("priority").stringValue()).isEqualTo("BEST_EFFORT");
        assertThat(unit.get("labels").get("team").stringValue()).isEqualTo("shop");
        assertThat(unit.get("revision").intValue()).isEqualTo(2);
        assertThat(unit.get("generation").intValue()).isEqualTo(1);
        assertError(post("/api/v1/units/mill%2Fstone:reconfigure"), 400, "BadRequest", "no settings");
        assertError(post("/api/v1/units/mill%2Fstone:reconfigure?workers=8"), 400, "BadRequest", "\"workers\"",
                "priority, required, label.NAME");
        assertError(post("/api/v1/units/mill%2Fstone:reconfigure?priority=batch&priority=normal"), 400, "BadRequest",
                "twice");
        assertError(get("/api/v1/units/mill%2Fstone:reconfigure"), 405, "MethodNotAllowed", "use POST");
    }

    @Test
    void restartsAndSaysWhenAUnitInBackOffIsTriedAgain() throws Exception {
        HttpResponse<String> restarted = post("/api/v1/units/mill/stone:restart?wait=true&mode=abort");
        assertThat(restarted.statusCode()).isEqualTo(200);
        assertThat(Http.json(restarted).get("operation").stringValue()).isEqualTo("restart");
        assertThat(Http.json(restarted).get("unit").get("generation").intValue()).isEqualTo(2);
        assertError(post("/api/v1/units/mill/wheel:restart?wait=true"), 409, "Refused", "mill/stone");
        assertThat(Http.json(get("/api/v1/units/mill/stone")).get("retryAt").isNull()).isTrue();
        RestartPolicy late = RestartPolicy.onFailure().withDelays(Duration.ofHours(1), Duration.ofHours(1));
        manager.add(Task.of(RunnableSpec.builder("flaky").restart(late).build(), context -> {
            throw new IllegalStateException("no luck");
        }));
        await().until(() -> state("flaky") == UnitState.BACKOFF);
        Instant due = Instant.parse(Http.json(get("/api/v1/units/flaky")).get("retryAt").stringValue());
        assertThat(due).isAfter(Instant.now().plusSeconds(1800));
    }

    @Test
    void pausesAndCordonsAndEndsThat() throws Exception {
        Suspension nothing = new Suspension() {

            @Override
            public void begin() {
            }

            @Override
            public void end() {
            }
        };
        manager.add(Task.of(RunnableSpec.builder("pond").signalsReadiness(true).build(), context -> {
            context.pausable(nothing);
            context.cordonable(nothing);
            context.ready();
            context.awaitStop();
        })).ready().await(BOUND);
        for (String[] each : new String[][]{{"pause", "resume", "paused"}, {"cordon", "uncordon", "cordoned"}}) {
            JsonNode held = Http.json(post("/api/v1/units/pond:" + each[0] + "?wait=20s"));
            assertThat(held.get("operation").stringValue()).isEqualTo(each[0]);
            assertThat(held.at("/unit/state").stringValue()).isEqualTo("PAUSED");
            assertThat(held.at("/unit/" + each[2]).booleanValue()).isTrue();
            assertThat(Http.json(get("/api/v1/units")).get("items").valueStream()
                    .anyMatch(item -> item.get(each[2]).booleanValue())).isTrue();
            JsonNode freed = Http.json(post("/api/v1/units/pond:" + each[1] + "?wait=20s"));
            assertThat(freed.at("/unit/state").stringValue()).isEqualTo("READY");
            assertThat(freed.at("/unit/" + each[2]).booleanValue()).isFalse();
        }
        assertError(post("/api/v1/units/mill/stone:pause?wait=true"), 409, "Refused", "mill/stone#1 cannot be paused");
        assertError(post("/api/v1/units/pond:pause?mode=abort"), 400, "BadRequest", "mode");
    }

    @Test
    void showsWhatHangsAlsoWhenItsNameIsGone() throws Exception {
        RunnableHandle hung = manager.add("hung", context -> {
            var _ = context.claim("default/a").orElseThrow();
            context.ready();
            while (finish.getCount() > 0) {
                Thread.onSpinWait(); // deaf to interrupts
            }
        });
        await().until(() -> hung.claimedKeys().containsKey("default/a"));
        hung.stop(StopOptions.drain(Duration.ofMillis(30))).await(BOUND);
        JsonNode unit = Http.json(get("/api/v1/units/hung"));
        assertThat(unit.get("claimedKeys").get("default/a").stringValue()).isEqualTo("hung#1");
        assertThat(unit.at("/quarantined/0/generation").intValue()).isEqualTo(1);
        assertThat(unit.at("/quarantined/0/leftovers/0/detail").stringValue()).contains("AdminServerTest");
        assertThat(Http.json(get("/api/v1/units")).get("quarantined").isEmpty()).as("it is among the items").isTrue();
        JsonNode threads = Http.json(get("/api/v1/units/hung:threads"));
        assertThat(threads.get("generations").size()).as("the current one is the one in quarantine").isEqualTo(1);
        assertThat(threads.at("/generations/0/quarantinedSince").isNull()).isFalse();
        assertThat(threads.at("/generations/0/threads/0/stack").stringValue()).contains("AdminServerTest");
        hung.remove().await(BOUND);
        assertThat(Http.json(get("/api/v1/units/hung:threads"))).as("its name is free").isEqualTo(threads);
        JsonNode list = Http.json(get("/api/v1/units"));
        assertThat(list.at("/quarantined/0/unit").stringValue()).isEqualTo("hung");
        assertThat(list.at("/quarantined/0/leftovers/1/name").stringValue()).isEqualTo("default/a");
        finish.countDown();
        await().atMost(BOUND).untilAsserted(
                () -> assertThat(Http.json(get("/api/v1/units")).get("quarantined").isEmpty()).isTrue());
        assertError(get("/api/v1/units/hung:threads"), 404, "NotFound", "hung");
    }

    @Test
    void tellsWhereTheThreadsOfAUnitStand() throws Exception {
        JsonNode dump = Http.json(get("/api/v1/units/mill%2Fwheel:threads"));
        assertThat(dump.get("unit").stringValue()).isEqualTo("mill/wheel");
        assertThat(dump.at("/generations/0/generation").intValue()).isEqualTo(1);
        assertThat(dump.at("/generations/0/quarantinedSince").isNull()).isTrue();
        JsonNode thread = dump.at("/generations/0/threads/0");
        assertThat(thread.get("name").stringValue()).isEqualTo("mill/wheel#1");
        assertThat(thread.get("virtual").booleanValue()).isTrue();
        assertThat(thread.get("stack").stringValue()).contains("at ");
        manager.find("mill/stone").orElseThrow().stop().await(BOUND);
        assertThat(Http.json(get("/api/v1/units/mill/stone:threads")).at("/generations/0/threads").isEmpty()).isTrue();
        assertError(post("/api/v1/units/mill/wheel:threads"), 405, "MethodNotAllowed", "GET");
        assertError(get("/api/v1/units/mill/weel:threads"), 404, "NotFound", "mill/wheel");
        assertError(get("/api/v1/units/mill/wheel:threads?all=true"), 400, "BadRequest", "all");
    }

    @Test
    void namesNearMatchesOfAnUnknownUnit() throws Exception {
        HttpResponse<String> response = post("/api/v1/units/mill/weel:stop");
        assertError(response, 404, "NotFound", "no unit is named \"mill/weel\"", "mill/wheel");
        assertError(get("/api/v1/units/quite-another"), 404, "NotFound", "quite-another");
    }

    @Test
    void refusesToStopWhatOthersDependOnUnlessAskedToCascade() throws Exception {
        assertError(post("/api/v1/units/mill/wheel:stop"), 409, "Refused", "mill/stone");
        assertThat(state("mill/wheel")).isEqualTo(UnitState.READY);
        assertThat(post("/api/v1/units/mill/wheel:stop?cascade=true&wait=true").statusCode()).isEqualTo(200);
        assertThat(state("mill/stone")).isNotEqualTo(UnitState.READY);
    }

    @Test
    void refusesBadOptionsAndPathsAndMethods() throws Exception {
        assertError(post("/api/v1/units/mill/stone:stop?mode=gently"), 400, "BadRequest", "gently",
                "drain, handoff, abort");
        assertError(post("/api/v1/units/mill/stone:stop?timeout=soon"), 400, "BadRequest", "timeout", "soon", "20s");
        assertError(post("/api/v1/units/mill/stone:stop?force=true"), 400, "BadRequest", "force");
        assertError(post("/api/v1/units/mill/stone:stop?cascade=maybe"), 400, "BadRequest", "maybe");
        assertError(post("/api/v1/units/mill/stone:grease"), 404, "NotFound", "grease",
                "start, stop, restart, replace, reconfigure, remove, pause, resume, cordon or uncordon");
        assertError(get("/api/v2"), 404, "NotFound", "/api/v1/units");
        assertError(get("/api/v1/units/mill/stone:stop"), 405, "MethodNotAllowed", "POST");
        assertThat(state("mill/stone")).isEqualTo(UnitState.READY);
    }

    @Test
    void saysWhenADeadlineIsOverAndGoesOnByItself() throws Exception {
        manager.add(Task.of(RunnableSpec.builder("slow").drains(true).build(), context -> {
            context.awaitStop();
            finish.await();
        })).ready().await(BOUND);
        assertError(post("/api/v1/units/slow:stop?wait=200ms"), 504, "DeadlineExceeded", "slow", "DRAINING");
        HttpResponse<String> accepted = post("/api/v1/units/slow:stop");
        assertThat(accepted.statusCode()).isEqualTo(202);
        assertThat(Http.json(accepted).get("done").booleanValue()).isFalse();
        finish.countDown();
        await().until(() -> state("slow") == UnitState.STOPPED);
    }

    @Test
    void wantsItsToken() throws Exception {
        HttpResponse<String> without = http.get(address(), "/api/v1/units");
        assertError(without, 401, "Unauthorized", "no token");
        assertThat(without.headers().firstValue("www-authenticate")).hasValue("Bearer");
        assertError(http.get(address(), "/api/v1/units", "Authorization", "Bearer wrong"), 401, "Unauthorized",
                "wrong token");
    }

    @Test
    void refusesAForeignHostOrOriginEvenWithTheToken() throws Exception {
        assertError(
                http.get(address(), "/api/v1/units", "Authorization", "Bearer " + token, "Origin",
                        "http://evil.example"),
                403, "Forbidden", "http://evil.example");
        assertThat(
                http.get(address(), "/api/v1/units", "Authorization", "Bearer " + token, "Origin", address().toString())
                        .statusCode())
                .isEqualTo(200);
        assertThat(raw("GET /api/v1/units HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer " + token
                + "\r\nConnection: close\r\n\r\n")).startsWith("HTTP/1.1 403").contains("evil.example");
    }

    @Test
    void keepsTokenAndDescriptionFromOtherUsersAndTakesThemBack() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory))).isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).hasSize(2).allSatisfy(file -> assertThat(
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------"));
        }
        server.stop().await(BOUND);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void forgetsEndpointsOfDeadProcesses() throws Exception {
        Path token = Files.writeString(directory.resolve("1-1.token"), "x");
        Path stale = Files.writeString(directory.resolve("1-1.endpoint.json"), """
                {"manager":"old","pid":%d,"processStart":"2001-01-01T00:00:00Z","address":"http://127.0.0.1:1",
                 "tokenFile":"%s","started":"2001-01-01T00:00:00Z"}""".formatted(ProcessHandle.current().pid(), token));
        assertThat(AdminEndpoint.find(directory)).singleElement().satisfies(endpoint -> {
            assertThat(endpoint.manager()).isEqualTo("mill");
            assertThat(endpoint.address()).isEqualTo(address());
        });
        assertThat(stale).doesNotExist();
        assertThat(token).doesNotExist();
    }

    @Test
    void streamsCurrentStatesThenEachTransition() throws Exception {
        BlockingQueue<JsonNode> events = follow("/api/v1/events?unit=mill/stone");
        JsonNode now = next(events);
        assertThat(now.get("from").isNull()).isTrue();
        assertThat(now.get("to").stringValue()).isEqualTo("READY");
        post("/api/v1/units/mill/stone:stop?wait=true");
        assertThat(next(events).get("from").stringValue()).isEqualTo("READY");
        JsonNode event = next(events);
        while (!event.get("to").stringValue().equals("STOPPED")) {
            event = next(events);
        }
        assertThat(event.get("unit").stringValue()).isEqualTo("mill/stone");
        assertThat(Instant.parse(event.get("time").stringValue())).isNotNull();
    }

    @Test
    void endsStreamsAndAnswersOpenRequestsWhenItStopsAndLeavesNoThreadAndNoPort() throws Exception {
        BlockingQueue<JsonNode> events = follow("/api/v1/events?unit=mill/stone");
        next(events);
        URI address = address();
        HttpResponse<String> own = post("/api/v1/units/server/admin:stop?wait=true");
        assertThat(own.statusCode()).isIn(200, 202);
        StopReport report = server.stop().await(BOUND);
        assertThat(report.leftovers()).isEmpty();
        assertThat(report.clean()).isTrue();
        assertThat(events.poll(20, TimeUnit.SECONDS)).as("end of the stream").isEqualTo(END);
        assertThatThrownBy(() -> http.get(address, "/")).isInstanceOf(ConnectException.class);
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet()).noneMatch(
                thread -> thread.getName().contains("server/admin#")));
        assertThat(server.address()).isEmpty();
    }

    @Test
    void comesBackWithANewTokenWhenItIsStartedAgain() throws Exception {
        server.stop().await(BOUND);
        server.start().await(BOUND);
        assertThat(get("/api/v1/units").statusCode()).isEqualTo(401);
        assertThat(AdminEndpoint.find(directory).getFirst().token()).isNotEqualTo(token);
    }

    @Test
    void namesThePortThatIsTaken() throws Exception {
        int port = address().getPort();
        try (Manager second = Manager.create()) {
            ServerHandle late = second.add(AdminServer.at(BindAddress.loopback(port), directory));
            second.start();
            await().until(() -> late.state() == UnitState.FAILED);
            assertThat(late.status().lastError()).contains("127.0.0.1:" + port, "in use", "another");
        }
        assertThat(get("/api/v1/units").statusCode()).isEqualTo(200);
    }

    @Test
    void whatCannotBeReadAsARequestIsAnErrorLikeEveryOther() throws Exception {
        assertError(get("/api/v1/units?x=%ff%fe"), 400, "BadRequest", "cannot be read");
        assertError(get("/api/v1/units/%ff%fe"), 400, "BadRequest", "cannot be read", "UTF-8");
        String head = "GET /api/v1/units/%zz HTTP/1.1\r\nHost: " + address().getAuthority()
                + "\r\nConnection: close\r\n\r\n";
        assertThat(raw(head)).startsWith("HTTP/1.1 400 ").contains("application/json", "\"code\":400", "BadRequest");
        assertThat(raw("nonsense\r\n\r\n")).startsWith("HTTP/1.1 400 ").contains("\"code\":400");
    }

    @Test
    void whatAHandlerThrowsIsAnErrorLikeEveryOther() throws Exception {
        server.remove().await(BOUND);
        AdminAction broken = AdminAction.get("cogs", "Throws.", String.class, (_, _, _) -> {
            throw new StackOverflowError("a cog too many");
        });
        server = manager.add(AdminServer.at(BindAddress.loopback(0), directory).with(List.of(broken)));
        server.ready().await(BOUND);
        token = AdminEndpoint.find(directory).getFirst().token();
        HttpResponse<String> response = get("/api/v1/cogs");
        assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
        assertError(response, 500, "InternalError", "StackOverflowError", "a cog too many");
    }

    @Test
    void saysWhichMethodIsPossible() throws Exception {
        assertThat(post("/api/v1/units").headers().firstValue("allow")).hasValue("GET");
        assertThat(get("/api/v1/units/mill/wheel:stop").headers().firstValue("allow")).hasValue("POST");
    }

    @Test
    void refusesAnOptionThatIsGivenTwice() throws Exception {
        assertError(post("/api/v1/units/mill/wheel:stop?mode=drain&mode=abort&cascade=true"), 400, "BadRequest",
                "mode", "twice", "drain", "abort");
        assertThat(state("mill/wheel")).isEqualTo(UnitState.READY);
    }

    @Test
    void refusesABudgetThatNoStopCanHave() throws Exception {
        assertError(post("/api/v1/units/mill/stone:stop?timeout=500d"), 400, "BadRequest", "budget", "PT8760H");
        assertError(post("/api/v1/units/mill/stone:restart?timeout=106751d106751d106751d"), 400, "BadRequest",
                "budget");
        assertThat(state("mill/stone")).isEqualTo(UnitState.READY);
    }

    @Test
    void canBeAskedAtAnyAddressOfTheLoopbackInterface() throws Exception {
        for (String host : new String[]{"127.0.0.2", "[::1]", "LocalHost"}) {
            server.remove().await(BOUND);
            server = manager.add(AdminServer.at(BindAddress.parse(host + ":0"), directory));
            server.ready().await(BOUND);
            token = AdminEndpoint.find(directory).getFirst().token();
            assertThat(get("/api/v1/units").statusCode()).as(host).isEqualTo(200);
        }
    }

    @Test
    void passesOverWhatIsNoDescriptionOfAnEndpoint() throws Exception {
        Files.writeString(directory.resolve("1.endpoint.json"), "{\"pid\":1}");
        Files.writeString(directory.resolve("2.endpoint.json"), "null");
        Files.writeString(directory.resolve("3.endpoint.json"), "{\"pid\":1,\"address\":\"::\",\"tokenFile\":\"/\"}");
        Files.createDirectory(directory.resolve("4.endpoint.json"));
        assertThat(AdminEndpoint.find(directory)).extracting(AdminEndpoint::address).containsExactly(address());
    }

    @Test
    void leavesAFolderThatWasThereAsItWas() throws Exception {
        Path shared = Files.createDirectory(directory.resolve("shared"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        try (Manager second = Manager.create()) {
            ServerHandle other = second.add(AdminServer.at(BindAddress.loopback(0), shared));
            second.start();
            other.ready().await(BOUND);
            assertThat(Files.getPosixFilePermissions(shared))
                    .isEqualTo(PosixFilePermissions.fromString("rwxr-xr-x"));
            assertThat(Files.getPosixFilePermissions(AdminEndpoint.find(shared).getFirst().tokenFile()))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        }
    }

    @Test
    void refusesToListenBeyondLoopback() {
        assertThatThrownBy(() -> AdminServer.at(BindAddress.everywhere(8080), directory))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContainingAll(":8080", "127.0.0.1:8080");
    }

    private static final JsonNode END = Http.json("\"end\"");

    private BlockingQueue<JsonNode> follow(String path) throws Exception {
        BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();
        Stream<String> lines = http.lines(address(), path, "Authorization", "Bearer " + token);
        Thread.ofVirtual().start(() -> {
            lines.filter(line -> !line.isBlank()).map(Http::json).forEach(events::add);
            events.add(END);
        });
        return events;
    }

    private static JsonNode next(BlockingQueue<JsonNode> events) throws InterruptedException {
        JsonNode event = events.poll(20, TimeUnit.SECONDS);
        assertThat(event).as("next event").isNotNull();
        return event;
    }

    private static void assertError(HttpResponse<String> response, int code, String reason, String... words) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(code);
        JsonNode error = Http.json(response);
        assertThat(error.get("code").intValue()).isEqualTo(code);
        assertThat(error.get("reason").stringValue()).isEqualTo(reason);
        assertThat(error.get("message").stringValue()).contains(words);
    }

    private UnitState state(String name) {
        return manager.find(name).orElseThrow().state();
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.get(address(), path, "Authorization", "Bearer " + token);
    }

    private HttpResponse<String> post(String path) throws Exception {
        return http.post(address(), path, "Authorization", "Bearer " + token);
    }

    /** For headers that an HTTP client does not let its user set. */
    private String raw(String request) throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), address().getPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private URI address() {
        return server.address().orElseThrow();
    }
}
