package dev.windlass.modules.internal.proof;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import dev.windlass.lifecycle.TimeSource;
import java.beans.Introspector;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.stream.Stream;
import javax.management.ObjectName;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each way in which a module can be kept is found, named, and told from the others: each in a class loader of its own, all in one dump. A
 * module that leaves nothing is never accused.
 */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LeakCausesTest {

    private static final Duration HANG = Duration.ofMinutes(2);

    /**
     * One leak.
     *
     * @param named what must be said of it
     * @param visible whether it is named without a dump too
     */
    record Scenario(String method, LeakCause cause, String named, boolean visible) {

        @Override
        public String toString() {
            return method;
        }
    }

    private final TimeSource time = TimeSource.system();
    private final List<UnloadProof> told = new CopyOnWriteArrayList<>();
    private final UnloadWatch watch = new UnloadWatch(time, told::add);
    private final Map<String, UnloadProof> proofs = new LinkedHashMap<>();
    private final Map<String, Leak> withoutDump = new LinkedHashMap<>();
    private final Map<String, Leak> proved = new LinkedHashMap<>();

    static Stream<Scenario> leaks() {
        return Stream.of(
                new Scenario("valueInAThreadLocalOfTheHost", LeakCause.THREAD_LOCAL, "thread \"pool of the host\"",
                        false),
                new Scenario("valueInAThreadLocalOfItsOwn", LeakCause.THREAD_LOCAL, "thread \"pool of the host\"",
                        false),
                new Scenario("timer", LeakCause.TIMER, "thread \"timer of the module\"", true),
                new Scenario("thread", LeakCause.THREAD, "thread \"thread of the module\"", true),
                new Scenario("virtualThread", LeakCause.VIRTUAL_THREAD, "thread \"virtual thread of the module\"",
                        false),
                new Scenario("shutdownHook", LeakCause.SHUTDOWN_HOOK, "thread \"hook of the module\"", false),
                new Scenario("driver", LeakCause.JDBC_DRIVER, "Leaks$NoDriver", true),
                new Scenario("mbean", LeakCause.MBEAN, "shop:type=Till", true),
                new Scenario("securityProvider", LeakCause.SECURITY_PROVIDER, "Leaks$NoProvider", true),
                new Scenario("logHandler", LeakCause.LOG_HANDLER, "Leaks$NoHandler", true),
                new Scenario("appender", LeakCause.LOG_HANDLER, "Leaks$NoAppender", false),
                new Scenario("hostWritesItsType", LeakCause.HOST_CACHE, "Host.WRITER", false),
                new Scenario("hostReadsItsType", LeakCause.HOST_CACHE, "Host.READER", false),
                new Scenario("meter", LeakCause.METER, "shop_orders", false),
                new Scenario("startsAThreadOfThePool", LeakCause.CONTEXT_CLASS_LOADER,
                        "thread \"thread started later\"",
                        true),
                new Scenario("scheduledTask", LeakCause.SCHEDULED_TASK, "Leaks", false),
                new Scenario("valueInAMap", LeakCause.HOST_OBJECT, "Host.KEPT", false),
                new Scenario("callbackOfAFuture", LeakCause.HOST_FUTURE, "Host.NEVER", false),
                new Scenario("futureWithATimeout", LeakCause.HOST_FUTURE, "Leaks", false),
                new Scenario("defaultHandler", LeakCause.UNCAUGHT_EXCEPTION_HANDLER, "Leaks", true),
                new Scenario("exceptionOfItsOwn", LeakCause.KEPT_EXCEPTION, "Leaks$Refused in", false),
                new Scenario("exceptionOfTheJdk", LeakCause.KEPT_EXCEPTION, "java.lang.IllegalStateException in",
                        false),
                new Scenario("classValue", LeakCause.CLASS_VALUE, "Leaks", false));
    }

    static Stream<String> clean() {
        return Stream.of("nothing", "threadThatWasNeverStarted", "lambdaProxyAndStream", "ownLogLevelAndMdc",
                "threadLocalOfJdkValues", "endedThreads", "mapperOfItsOwn");
    }

    static Stream<String> heldSoftly() {
        return Stream.of("beanInfo", "recordsAreCompared");
    }

    @BeforeAll
    void leakAll() throws Exception {
        Host.start();
        for (String method : Stream.of(leaks().map(Scenario::method), clean(), heldSoftly())
                .flatMap(each -> each).toList()) {
            proofs.put(method, leak(method));
        }
        Awaitility.await().dontCatchUncaughtExceptions().atMost(HANG).until(() -> {
            System.gc();
            return proofs.values().stream().allMatch(proof -> proof.state() != UnloadProof.State.PENDING);
        });
        proofs.forEach((method, proof) -> proof.leak().ifPresent(leak -> withoutDump.put(method, leak)));
        UnloadProver.prove(List.copyOf(proofs.values()));
        proofs.forEach((method, proof) -> proof.leak().ifPresent(leak -> proved.put(method, leak)));
    }

    private UnloadProof leak(String method) throws Exception {
        LoaderOfLeaks loader = new LoaderOfLeaks(method);
        loader.run(method);
        return watch.watch(method, 1, loader);
    }

    @ParameterizedTest
    @MethodSource("leaks")
    void isNamed(Scenario scenario) {
        UnloadProof proof = Objects.requireNonNull(proofs.get(scenario.method()));
        assertThat(proof.state()).isEqualTo(UnloadProof.State.LEAKED);
        Leak leak = Objects.requireNonNull(proved.get(scenario.method()));
        assertThat(leak.cause()).as(leak.chain().toString()).isEqualTo(scenario.cause());
        assertThat(leak.what()).contains(scenario.named());
        assertThat(leak.remedy()).isNotBlank();
        assertThat(leak.chain()).hasSizeGreaterThan(1);
        assertThat(leak.chain().getLast()).contains(LoaderOfLeaks.class.getName());
    }

    @ParameterizedTest
    @MethodSource("leaks")
    void isNamedWithoutADumpWhereTheJvmShowsIt(Scenario scenario) {
        Leak leak = withoutDump.get(scenario.method());
        if (scenario.visible()) {
            assertThat(Objects.requireNonNull(leak)).returns(scenario.cause(), Leak::cause)
                    .returns(List.of(), Leak::chain);
            assertThat(leak.what()).contains(scenario.named());
        } else {
            assertThat(leak).as("nothing but a dump tells").isNull();
        }
    }

    @ParameterizedTest
    @MethodSource("clean")
    void whatLeavesNothingIsProved(String method) {
        assertThat(proofs.get(method)).returns(UnloadProof.State.PROVED, UnloadProof::state);
        assertThat(withoutDump).doesNotContainKey(method);
    }

    @ParameterizedTest
    @MethodSource("heldSoftly")
    void whatIsHeldSoftlyIsNoLeakAndSaysSo(String method) {
        UnloadProof proof = Objects.requireNonNull(proofs.get(method));
        if (proof.state() != UnloadProof.State.PROVED) { // Shenandoah clears soft references when it is asked for a collection
            assertThat(proof.state()).isEqualTo(UnloadProof.State.PENDING);
            Leak leak = proof.leak().orElseThrow();
            assertThat(leak.cause()).as(leak.chain().toString()).isEqualTo(LeakCause.SOFT_REFERENCE);
            assertThat(leak.chain()).anyMatch(line -> line.contains("referent"));
            assertThat(leak.remedy()).contains("the JVM clears them when memory gets short", "SoftRefLRUPolicyMSPerMB");
        }
    }

    @Test
    void theListenerIsToldOfEachWordThatIsNew() {
        assertThat(told).filteredOn(proof -> proof.name().equals("nothing")).hasSize(1);
        assertThat(told).filteredOn(proof -> proof.name().equals("valueInAMap")).as("by itself, and with the chain")
                .hasSize(2);
    }

    @Test
    void nothingOfADumpIsLeft() throws IOException {
        String ours = "windlass-proof-" + ProcessHandle.current().pid() + "-";
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith(ours))).isEmpty();
        }
    }

    /** Each has been kept by what was named, and by nothing else. */
    @AfterAll
    void mendAll() throws Exception {
        Host.onPool(Host.LOCAL::remove);
        Host.end();
        Host.TASKS.values().forEach(task -> task.cancel(true));
        Host.METERS.clear();
        Host.KEPT.clear();
        Host.NEVER.complete("at last");
        Thread.setDefaultUncaughtExceptionHandler(null);
        Introspector.flushCaches();
        Logger root = ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(Logger.ROOT_LOGGER_NAME);
        root.detachAppender("appender of the module");
        root.warn("Logback lets go of an appender with the next message only");
        ManagementFactory.getPlatformMBeanServer().unregisterMBean(new ObjectName("shop:type=Till"));
        Security.removeProvider("provider of the module");
        var logger = LogManager.getLogManager().getLogger("");
        for (Handler handler : logger.getHandlers()) {
            if (handler.getClass().getName().endsWith("NoHandler")) {
                logger.removeHandler(handler);
            }
        }
        List<String> unmended = List.of("timer", "shutdownHook", "classValue", "hostWritesItsType", "hostReadsItsType",
                "driver", "recordsAreCompared");
        Awaitility.await().dontCatchUncaughtExceptions().atMost(HANG).untilAsserted(() -> {
            System.gc();
            assertThat(watch.open()).extracting(UnloadProof::name).isSubsetOf(unmended);
        });
        watch.close();
    }
}
