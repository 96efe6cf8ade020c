package dev.windlass.cli;

import dev.windlass.lifecycle.CarryOver;
import dev.windlass.lifecycle.Cost;
import dev.windlass.lifecycle.CostDimension;
import dev.windlass.lifecycle.Handover;
import dev.windlass.lifecycle.Limits;
import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.PriorityClass;
import dev.windlass.lifecycle.Quotas;
import dev.windlass.lifecycle.RestartPolicy;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Suspension;
import dev.windlass.lifecycle.Task;
import dev.windlass.lifecycle.UnitState;
import dev.windlass.server.AdminServer;
import dev.windlass.server.BindAddress;
import dev.windlass.server.ServerHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The commands against a manager that runs, and against none. */
@Timeout(240)
class CommandsTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path runtime;

    private final CountDownLatch finish = new CountDownLatch(1);
    private final Manager manager = Manager.builder().name("mill").build();

    @SuppressWarnings("NullAway.Init")
    private ServerHandle server;

    @BeforeEach
    void start() throws InterruptedException {
        server = manager.add(AdminServer.at(BindAddress.loopback(0), runtime.resolve("windlass")));
        manager.add(Task.of(RunnableSpec.builder("cluster/north").kind("Cluster").build(), scope()));
        manager.add(Task.of(RunnableSpec.builder("needs-north").dependsOn("cluster/north").build(),
                RunnableContext::awaitStop));
        manager.start();
        server.ready().await(BOUND);
        await().until(() -> manager.find("cluster/north/websites").isPresent());
        manager.find("needs-north").orElseThrow().ready().await(BOUND);
    }

    private static ManagedRunnable scope() {
        return context -> {
            context.add("informers", RunnableContext::awaitStop);
            context.add("websites", RunnableContext::awaitStop);
            context.awaitStop();
        };
    }

    @AfterEach
    void stop() {
        finish.countDown();
        manager.close();
    }

    @Test
    void getShowsAllUnitsAsATree() throws Exception {
        CommandProcess get = run("get");
        assertThat(get.code()).as(get.err()).isZero();
        assertThat(get.lines().getFirst()).matches("NAME +KIND +STATE +SINCE +RESTARTS +QUEUED +IN FLIGHT");
        assertThat(get.lines()).anyMatch(line -> line.matches("cluster/north +Cluster +READY +\\d+s +0"))
                .anyMatch(line -> line.matches("├─ informers +Task +READY +\\d+s +0"))
                .anyMatch(line -> line.matches("└─ websites +Task +READY +\\d+s +0"))
                .anyMatch(line -> line.matches("server/admin +AdminServer +READY +\\d+s +0"));
        assertThat(get.out()).doesNotContain("\u001b");
    }

    @Test
    void getOfOneUnitShowsWhatIsInsideIt() throws Exception {
        assertThat(run("get", "cluster/north").lines()).hasSize(4).noneMatch(line -> line.startsWith("server"));
        JsonNode json = JsonMapper.builder().build().readTree(run("get", "cluster/north", "-o", "json").out());
        assertThat(json.propertyNames()).containsExactly("items");
        assertThat(json.get("items").size()).isEqualTo(3);
        assertThat(json.get("items").get(1).get("parent").stringValue()).isEqualTo("cluster/north");
    }

    @Test
    void whatJsonSaysYamlSaysToo() throws Exception {
        for (String command : List.of("get", "describe")) {
            JsonNode json = JsonMapper.builder().build()
                    .readTree(run(command, "cluster/north", "-o", "json").out());
            CommandProcess yaml = run(command, "cluster/north", "-o", "yaml");
            assertThat(yaml.code()).as(yaml.err()).isZero();
            assertThat(YAMLMapper.builder().build().readTree(yaml.out())).as(yaml.out()).isEqualTo(json);
            assertThat(yaml.out()).contains("name: cluster/north").doesNotContain("---");
        }
        assertThat(run("quota", "-o", "yaml").out()).contains("scopes:");
        assertThat(run("threads", "cluster/north", "-o", "yaml").out()).contains("cluster/north");
        assertBadUsage(run("get", "-o", "xml"), "xml", "table, wide, json, yaml");
        assertBadUsage(run("describe", "cluster/north", "-o", "wide"), "wide", "table, json, yaml");
    }

    @Test
    void getIsWideWithGenerationReasonAndMessage() throws Exception {
        manager.find("needs-north").orElseThrow().stop().await(BOUND);
        CommandProcess wide = run("get", "-o", "wide");
        assertThat(wide.code()).as(wide.err()).isZero();
        assertThat(wide.lines().getFirst())
                .matches("NAME +KIND +STATE +SINCE +RESTARTS +QUEUED +IN FLIGHT +GENERATION +REASON +WANTED +MESSAGE");
        assertThat(wide.lines())
                .anyMatch(line -> line.matches("needs-north +Task +STOPPED +\\d+s +0 +1 +STOP_REQUESTED( .*)?"))
                .anyMatch(line -> line.matches("├─ informers +Task +READY +\\d+s +0 +1 +[A-Z_]+( .*)?"));
    }

    @Test
    void describeShowsStateDependenciesAndLastStop() throws Exception {
        CommandProcess describe = run("describe", "needs-north");
        assertThat(describe.code()).as(describe.err()).isZero();
        assertThat(describe.out()).containsPattern("Name: +needs-north").containsPattern("State: +READY for")
                .containsPattern("Depends on: +cluster/north").doesNotContain("Last stop");
        manager.find("needs-north").orElseThrow().stop().await(BOUND);
        assertThat(run("describe", "needs-north").out()).contains("Last stop:", "needs-north#1 stopped in");
    }

    @Test
    void describeManagerShowsItAsAWhole() throws Exception {
        CommandProcess describe = run("describe", "manager");
        assertThat(describe.code()).as(describe.err()).isZero();
        assertThat(describe.out()).containsPattern("Units: +\\d+ \\(.*\\d+ READY")
                .containsPattern("Stops within: +\\d+")
                .containsPattern("Election: +none");
        assertThat(run("describe", "manager", "-o", "json").out()).contains("worstCaseStopMillis");
    }

    @Test
    void stopAndStartAndRemoveWaitAndTellWhatCameOfIt() throws Exception {
        CommandProcess stop = run("stop", "cluster/north", "--wait", "--cascade", "--mode", "handoff", "--timeout",
                "10s");
        assertThat(stop.code()).as(stop.err()).isZero();
        assertThat(stop.lines().getFirst()).startsWith("cluster/north#1 stopped in").endsWith("nothing left");
        assertThat(stop.out()).contains("─ cluster/north/websites#1 stopped in");
        assertThat(state("cluster/north")).isEqualTo(UnitState.STOPPED);
        CommandProcess start = run("start", "cluster/north", "--wait", "--timeout", "10s");
        assertThat(start.code()).as(start.err()).isZero();
        assertThat(start.out()).matches("cluster/north#2 READY in \\d+ ms.*\\R");
        assertThat(run("start", "cluster/north", "--wait").out())
                .matches("cluster/north#2 READY in \\d+ ms: it was running already\\R");
        CommandProcess remove = run("remove", "needs-north", "--wait");
        assertThat(remove.code()).as(remove.err()).isZero();
        assertThat(manager.find("needs-north")).isEmpty();
    }

    @Test
    void limitsAreShownForeseenAndSetAndGetSaysWhyAUnitWaits() throws Exception {
        manager.add(Task.of(RunnableSpec.builder("feed").priority(PriorityClass.BATCH)
                .cost(Cost.of(CostDimension.WATCHES, 12)).build(), RunnableContext::awaitStop)).ready().await(BOUND);
        CommandProcess foreseen = run("quota", "what-if", "watches=3");
        assertThat(foreseen.code()).as(foreseen.err()).isZero();
        assertThat(foreseen.lines()).containsExactly("limits watches=3:",
                "  feed (BATCH) FULL → STOPPED, gives back watches=12");
        CommandProcess set = run("quota", "set", "watches=3", "concurrency=4");
        assertThat(set.code()).as(set.err()).isZero();
        assertThat(set.lines()).containsExactly("limits watches=3, concurrency=4:",
                "  feed (BATCH) FULL → STOPPED, gives back watches=12");
        CommandProcess quota = run("quota");
        assertThat(quota.lines().getFirst()).matches("SCOPE +DIMENSION +USED +LIMIT");
        assertThat(quota.lines()).anyMatch(line -> line.matches("\\(manager\\) +watches +0 +3"))
                .anyMatch(line -> line
                        .matches("feed +BATCH +PENDING +STOPPED +watches=12 .*needs watches=12, free 3 of 3.*"));
        assertThat(run("get").lines().getFirst()).endsWith("WAITS FOR");
        assertThat(run("get").lines())
                .anyMatch(line -> line.startsWith("feed ") && line.contains("quota: ") && line.contains("free 3 of 3"));
        assertThat(run("describe", "feed").out()).contains("QUOTA_EXCEEDED: waits for quota: ")
                .containsPattern("Costs: +watches=12 \\(BATCH\\)");
        assertThat(Quotas.of(manager).limits()).isEqualTo(Limits.parse("watches=3, concurrency=4"));
        CommandProcess typo = run("quota", "set", "watchs=40");
        assertThat(typo.code()).isEqualTo(2);
        assertThat(typo.err()).contains("unknown dimension \"watchs\": did you mean watches?");
        CommandProcess unsaid = run("quota", "set");
        assertThat(unsaid.code()).isEqualTo(2);
        assertThat(Quotas.of(manager).limits()).isEqualTo(Limits.parse("watches=3, concurrency=4"));
    }

    @Test
    void replaceTellsHowFarItIsAndWhatCameOfIt() throws Exception {
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
        CommandProcess warm = run("replace", "sluice", "--wait", "--probation", "3s");
        assertThat(warm.code()).as(warm.toString()).isZero();
        assertThat(warm.lines()).filteredOn(line -> line.contains("probation")).hasSize(1);
        assertThat(warm.out()).containsPattern("(?m)^sluice#1 → #2 replaced \\(warm\\)");
        CommandProcess cold = run("replace", "needs-north", "--wait", "--probation", "0");
        assertThat(cold.code()).as(cold.toString()).isZero();
        assertThat(cold.out()).contains("needs-north#1 → #2 replaced (cold: ");
        assertThat(run("replace", "sluice", "--probation", "10m").out()).contains("windlass describe sluice");
        assertThat(run("describe", "sluice").out()).containsPattern("Replacing: +.*#3");
        assertRefused(run("replace", "sluice", "--wait"), "being replaced already");
        assertBadUsage(run("replace", "sluice", "--warm-up", "soon"), "--warm-up", "soon");
    }

    @Test
    void reconfigureChangesSettingsByName() throws Exception {
        CommandProcess changed = run("reconfigure", "needs-north", "priority=critical", "label.team=shop");
        assertThat(changed.code()).as(changed.toString()).isZero();
        assertThat(changed.out()).contains("needs-north#1 READY has revision 2: priority=critical, label.team=shop");
        assertThat(run("describe", "needs-north").out()).containsPattern("Priority: +CRITICAL")
                .containsPattern("Revision: +2").containsPattern("Labels: +.*team=shop");
        assertBadUsage(run("reconfigure", "needs-north"), "SETTING");
        assertBadUsage(run("reconfigure", "needs-north", "priority"), "\"priority\" is no setting", "NAME=VALUE");
        assertBadUsage(run("reconfigure", "needs-north", "priority=batch", "priority=normal"), "twice");
        CommandProcess unknown = run("reconfigure", "needs-north", "workers=8");
        assertThat(unknown.code()).isEqualTo(2);
        assertThat(unknown.err()).contains("no setting \"workers\"", "priority, required, label.NAME");
        assertThat(run("reconfigure", "--help").out()).contains("workers=8", "rate-limit=5ms..1000s");
        assertThat(run("completion").out()).contains("reconfigure", "rate-limit=");
    }

    @Test
    void restartWaitsForTheNextGeneration() throws Exception {
        CommandProcess restart = run("restart", "cluster/north", "--wait", "--cascade");
        assertThat(restart.code()).as(restart.err()).isZero();
        assertThat(restart.out()).matches("cluster/north#2 READY in \\d+ ms.*\\R");
    }

    @Test
    void describeSaysWhenAUnitInBackOffIsTriedAgainAndRestartDoesNotWaitForThat() throws Exception {
        RestartPolicy late = RestartPolicy.onFailure().withDelays(Duration.ofHours(1), Duration.ofHours(1));
        RunnableHandle flaky = manager.add(Task.of(RunnableSpec.builder("flaky").restart(late).build(), context -> {
            if (context.generation() == 1) {
                throw new IllegalStateException("no luck");
            }
            context.awaitStop();
        }));
        await().until(() -> flaky.state() == UnitState.BACKOFF);
        assertThat(run("describe", "flaky").out()).containsPattern("Tries again: +\\d\\d:\\d\\d:\\d\\d, in ");
        assertThat(run("restart", "flaky", "--wait").out()).startsWith("flaky#2 READY");
    }

    @Test
    void describeSaysWhatAUnitWaitsForAndSinceWhen() throws Exception {
        RunnableHandle waits = manager.add(Task.of(RunnableSpec.builder("waits").dependsOn("cluster/nowhere").build(),
                RunnableContext::awaitStop));
        await().until(() -> waits.state() == UnitState.PENDING);
        assertThat(run("describe", "waits").out()).containsPattern("State: +PENDING for \\d+s")
                .containsPattern("Reason: +WAITING: waits for .*cluster/nowhere");
        RunnableHandle slow = manager.add(Task.of(RunnableSpec.builder("slow-start").signalsReadiness(true).build(),
                context -> {
                    context.waiting("the tide");
                    finish.await();
                }));
        await().until(() -> slow.status().message().contains("the tide"));
        assertThat(run("describe", "slow-start").out()).containsPattern("State: +STARTING for \\d+s")
                .containsPattern("Reason: +WAITING: waits for the tide");
    }

    @Test
    void pauseAndCordonAreKeptUntilTheyAreEnded() throws Exception {
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
            context.detail("caught up", () -> "50 objects synced; nothing changed while it was down");
            context.ready();
            context.awaitStop();
        })).ready().await(BOUND);
        CommandProcess pause = run("pause", "pond");
        assertThat(pause.code()).as(pause.err()).isZero();
        assertThat(pause.out()).matches("pond#1 PAUSED in \\d+ ms\\R");
        assertThat(run("cordon", "pond").code()).isZero();
        assertThat(run("describe", "pond").out()).containsPattern("State: +PAUSED")
                .containsPattern("Wanted: +running, paused, cordoned");
        assertThat(run("uncordon", "pond").code()).isZero();
        assertThat(run("resume", "pond").out()).matches("pond#1 READY in \\d+ ms\\R");
        run("stop", "pond", "--wait");
        assertThat(run("pause", "pond").out()).contains("pond#1 STOPPED in ", "it does not run",
                "from its next start on");
        assertRefused(run("pause", "needs-north"), "needs-north#1 cannot be paused");
    }

    @Test
    void whatHangsIsShownAlsoAfterItsNameWasFreed() throws Exception {
        RunnableHandle hung = manager.add("hung", context -> {
            if (context.generation() == 1) {
                var _ = context.claim("default/a").orElseThrow();
                while (finish.getCount() > 0) {
                    Thread.onSpinWait(); // deaf to interrupts
                }
            }
            context.awaitStop();
        });
        await().until(() -> hung.claimedKeys().containsKey("default/a"));
        assertThat(run("describe", "hung").out()).containsPattern("Works on: +default/a\\R");
        CommandProcess stop = run("stop", "hung", "--wait", "--timeout", "100ms");
        assertThat(stop.code()).isEqualTo(1);
        assertThat(stop.out()).contains("quarantined", "left: thread hung#1", "left: key default/a");
        assertThat(run("get", "hung").out()).containsPattern("hung +Task +QUARANTINED")
                .doesNotContain("its name is free");
        hung.start().await(BOUND);
        assertThat(run("describe", "hung").out()).contains("default/a (kept from it by hung#1)",
                "Quarantined: hung#1 for ", "left: thread hung#1", "CommandsTest");
        assertThat(run("threads", "hung").out()).containsPattern("hung#1, in quarantine for \\d+s: 1 thread\\R")
                .containsPattern("  hung#1 RUNNABLE, virtual\\R    at .*")
                .containsPattern("hung#2: 1 thread\\R  hung#2 [A-Z_]+, virtual\\R");
        hung.remove().await(BOUND);
        assertThat(run("threads", "hung").out()).contains("hung#1, in quarantine", "CommandsTest")
                .doesNotContain("hung#2");
        CommandProcess get = run("get", "hung");
        assertThat(get.code()).as(get.err()).isZero();
        assertThat(get.out())
                .contains("hung#1 is in quarantine, its name is free: left are thread hung#1, key default/a");
        JsonNode json = JsonMapper.builder().build().readTree(run("get", "hung", "-o", "json").out());
        assertThat(json.at("/quarantined/0/leftovers/1/name").stringValue()).isEqualTo("default/a");
    }

    @Test
    void whatOthersNeedIsNotEndedUnlessThatIsAskedFor() throws Exception {
        for (String command : new String[]{"stop", "restart", "remove"}) {
            assertRefused(run(command, "cluster/north", "--wait"), "needs-north");
            assertThat(state("cluster/north")).isEqualTo(UnitState.READY);
        }
        CommandProcess remove = run("remove", "cluster/north", "--wait", "--cascade");
        assertThat(remove.code()).as(remove.err()).isZero();
        assertThat(state("needs-north")).isEqualTo(UnitState.STOPPED);
    }

    @Test
    void anUnknownUnitIsRefusedWithNearMatches() throws Exception {
        for (String command : new String[]{"get", "describe", "stop", "start", "restart", "replace", "remove", "pause",
                "threads"}) {
            assertRefused(run(command, "cluster/nort"), "\"cluster/nort\"", "cluster/north");
        }
    }

    @Test
    void waitingEndsWithItsTimeout() throws Exception {
        manager.add(Task.of(RunnableSpec.builder("slow").signalsReadiness(true).build(), context -> {
            finish.await();
            context.awaitStop();
        }));
        assertRefused(run("start", "slow", "--wait", "--timeout", "200ms"), "slow", "STARTING");
    }

    @Test
    void badUsageIsToldInOneLineWithExitCodeTwo() throws Exception {
        assertBadUsage(run(), "no command");
        assertBadUsage(run("get", "--colour"), "--colour");
        assertBadUsage(run("gett"), "gett", "Did you mean get?");
        assertThat(run("frobnicate").err()).doesNotContain("mean");
        assertBadUsage(run("describe"), "NAME");
        assertBadUsage(run("threads"), "NAME");
        assertBadUsage(run("stop", "slow", "--mode", "gently"), "gently", "drain, handoff, abort");
        assertBadUsage(run("stop", "slow", "--timeout", "soon"), "--timeout", "soon", "20s");
        assertBadUsage(run("start", "slow", "--timeout", "5s"), "--wait");
        assertBadUsage(run("get", "--address", "nowhere"), "nowhere", "127.0.0.1:");
    }

    @Test
    void withNoManagerRunningItSaysHowToGetOne() throws Exception {
        server.stop().await(BOUND);
        assertRefused(run("get"), "no demo is running", "./windlass demo");
        assertRefused(run("get", "--address", "127.0.0.1:1"), "127.0.0.1:1");
    }

    @Test
    void withSeveralManagersItAsksWhichAndTakesTheAnswer() throws Exception {
        try (Manager second = Manager.builder().name("forge").build()) {
            ServerHandle other = second.add(AdminServer.at(BindAddress.loopback(0), runtime.resolve("windlass")));
            second.start();
            other.ready().await(BOUND);
            String address = other.address().orElseThrow().getAuthority();
            CommandProcess unclear = run("get");
            assertThat(unclear.code()).isEqualTo(1);
            assertThat(unclear.err()).contains("--address " + address, "forge", "mill");
            CommandProcess clear = run("get", "--address", address);
            assertThat(clear.code()).as(clear.err()).isZero();
            assertThat(clear.lines()).hasSize(2);
        }
    }

    @Test
    void aTokenFileIsForAnAddress() throws Exception {
        assertBadUsage(run("get", "--token-file", "token"), "--token-file", "add --address");
        assertBadUsage(run("demo", "--token-file", "token"), "--token-file", "leave it out");
    }

    @Test
    void aFileThatHoldsNoTokenIsNamedAndWhatItHoldsIsNotShown() throws Exception {
        String address = server.address().orElseThrow().getAuthority();
        Path several = Files.writeString(runtime.resolve("several"), "first-secret\nsecond-secret\n");
        CommandProcess shown = run("get", "--address", address, "--token-file", several.toString());
        assertRefused(shown, several.toString(), "one line");
        assertThat(shown.err()).doesNotContain("secret");
        Path binary = Files.write(runtime.resolve("binary"), new byte[]{(byte) 0xff, (byte) 0xfe, 0});
        assertRefused(run("get", "--address", address, "--token-file", binary.toString()), binary.toString(),
                "not text");
    }

    @Test
    void aPortThatCannotBeIsNoAddress() throws Exception {
        assertBadUsage(run("get", "--address", "127.0.0.1:99999", "--token-file", "/dev/null"), "127.0.0.1:99999",
                "HOST:PORT");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void anOutputThatCannotBeWrittenIsAFailureAndEndsAWatch() throws Exception {
        for (List<String> command : List.of(List.of("get"), List.of("get", "--watch"), List.of("version"))) {
            Path err = runtime.resolve("err");
            Process process = CommandProcess.start(runtime, Path.of("/dev/full"), err,
                    command.toArray(String[]::new));
            try {
                assertThat(process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)).as(command.toString()).isTrue();
            } finally {
                process.destroyForcibly();
            }
            assertThat(process.exitValue()).as(command.toString()).isEqualTo(1);
            assertThat(CommandProcess.text(err)).startsWith("windlass: the output cannot be written: ");
        }
    }

    @Test
    void aManagerThatDiedIsForgotten() throws Exception {
        Path stale = Files.writeString(runtime.resolve("windlass/1-1.endpoint.json"),
                """
                        {"manager":"old","pid":%d,"processStart":"2001-01-01T00:00:00Z","address":"http://127.0.0.1:1",
                         "tokenFile":"%s/1-1.token","started":"2001-01-01T00:00:00Z"}""".formatted(
                        ProcessHandle.current().pid(),
                        runtime));
        assertThat(run("get").code()).isZero();
        assertThat(stale).doesNotExist();
    }

    @Test
    void watchShowsTransitionsUntilTheManagerEnds() throws Exception {
        Path out = runtime.resolve("out");
        Path err = runtime.resolve("err");
        Process watch = CommandProcess.start(runtime, out, err, "get", "cluster/north", "--watch");
        await().atMost(BOUND).until(() -> CommandProcess.text(out).contains("websites"));
        manager.find("cluster/north/websites").orElseThrow().stop().await(BOUND);
        await().atMost(BOUND).untilAsserted(
                () -> assertThat(CommandProcess.text(out)).containsPattern("cluster/north/websites#1  .*→ STOPPED"));
        manager.close();
        assertThat(watch.waitFor()).as(CommandProcess.text(err)).isZero();
    }

    @Test
    void helpVersionAndCompletionNeedNoManager() throws Exception {
        server.stop().await(BOUND);
        assertThat(run("--help").out()).contains("run", "get", "describe", "stop", "start", "restart", "replace",
                "reconfigure",
                "remove", "pause", "resume", "cordon", "uncordon", "threads", "completion",
                "version");
        for (String alone : List.of("demo", "run", "apiserver", "completion", "version", "train-cache")) {
            assertThat(run(alone, "--help").out()).as(alone).contains("--debug").doesNotContain("--address",
                    "--token-file");
        }
        assertThat(run("stop", "--help").out()).contains("--address", "--token-file");
        assertThat(run("stop", "--help").out()).contains("--wait", "--timeout", "--mode", "--cascade");
        assertThat(run("version").out()).matches("windlass \\d+\\.\\d+\\.\\d+\\S*, Java 25.*\\R");
        assertThat(run("--version").out()).isEqualTo(run("version").out());
        assertThat(run("get", "--help").out()).contains("-o, --output=FORMAT", "table, wide, json, yaml");
        assertThat(run("completion").out()).contains("complete -F", "\"wide\"", "\"yaml\"");
    }

    @Test
    void debugAddsTheStackTrace() throws Exception {
        assertThat(run("--debug", "describe", "nothing").err()).contains("\tat dev.windlass.cli.");
    }

    private static void assertRefused(CommandProcess process, String... words) {
        assertOneMessage(process, 1, words);
    }

    private static void assertBadUsage(CommandProcess process, String... words) {
        assertOneMessage(process, 2, words);
    }

    private static void assertOneMessage(CommandProcess process, int code, String... words) {
        assertThat(process.code()).as(process.toString()).isEqualTo(code);
        assertThat(process.err()).startsWith("windlass: ").contains(words).doesNotContain("\tat ", "Exception");
        assertThat(process.err().lines().count()).as(process.err()).isLessThanOrEqualTo(3);
    }

    private CommandProcess run(String... arguments) throws Exception {
        return CommandProcess.run(runtime, arguments);
    }

    private UnitState state(String name) {
        return manager.find(name).orElseThrow().state();
    }
}
