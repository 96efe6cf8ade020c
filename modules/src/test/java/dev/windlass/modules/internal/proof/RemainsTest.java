package dev.windlass.modules.internal.proof;

import dev.windlass.lifecycle.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What a module leaves in the JVM is taken away where that can be done, and is named in any case. */
@Timeout(120)
class RemainsTest {

    private static final Duration HANG = Duration.ofSeconds(60);

    private final UnloadWatch watch = new UnloadWatch(TimeSource.system(), _ -> {
    });

    @BeforeEach
    void start() throws Exception {
        Host.start();
    }

    @AfterEach
    void end() {
        watch.close();
    }

    private List<Remain> clearedAfter(String method) throws Exception {
        LoaderOfLeaks loader = new LoaderOfLeaks(method);
        loader.run(method);
        List<Remain> remains = Remains.clear(loader);
        watch.watch(method, 1, loader);
        return remains;
    }

    private void awaitProved() {
        Awaitility.await().dontCatchUncaughtExceptions().atMost(HANG).until(() -> {
            System.gc();
            return watch.open().isEmpty();
        });
    }

    @ParameterizedTest
    @CsvSource({"driver, JDBC_DRIVER, Leaks$NoDriver", "mbean, MBEAN, shop:type=Till",
            "securityProvider, SECURITY_PROVIDER, provider of the module", "logHandler, LOG_HANDLER, Leaks$NoHandler",
            "defaultHandler, UNCAUGHT_EXCEPTION_HANDLER, the default one",
            "startsAThreadOfThePool, CONTEXT_CLASS_LOADER, thread started later"})
    void itIsTakenAwayAndNamed(String method, String kind, String name) throws Exception {
        assertThat(clearedAfter(method)).singleElement().satisfies(remain -> {
            assertThat(remain.kind()).isEqualTo(kind);
            assertThat(remain.name()).contains(name);
            assertThat(remain.cleared()).isTrue();
            assertThat(remain).asString().contains("cleared");
        });
        awaitProved();
    }

    @ParameterizedTest
    @CsvSource({"timer, TIMER, timer of the module", "thread, THREAD, thread of the module"})
    void threadsAreNamedAndLeftAlone(String method, String kind, String name) throws Exception {
        assertThat(clearedAfter(method)).singleElement().satisfies(remain -> {
            assertThat(remain.kind()).isEqualTo(kind);
            assertThat(remain.name()).contains(name);
            assertThat(remain.cleared()).isFalse();
            assertThat(remain).asString().contains("still there").contains(remain.remedy());
        });
        Host.end();
    }

    @Test
    void aThreadThatIsAboutToEndIsNotNamed() throws Exception {
        LoaderOfLeaks loader = new LoaderOfLeaks("thread");
        loader.run("thread");
        FutureTask<List<Remain>> clearing = new FutureTask<>(() -> Remains.clear(loader, HANG));
        Thread waits = Thread.ofPlatform().start(clearing);
        Awaitility.await().atMost(HANG).until(() -> waits.getState() == Thread.State.TIMED_WAITING);
        Host.end();
        assertThat(clearing.get(HANG.toSeconds(), TimeUnit.SECONDS)).isEmpty();
    }

    @Test
    void whatTheJdkKeepsByClassGoesToo() throws Exception {
        assertThat(clearedAfter("beanInfo")).isEmpty();
        awaitProved();
    }

    @Test
    void whereNothingIsLeftNothingIsNamed() throws Exception {
        assertThat(clearedAfter("nothing")).isEmpty();
        awaitProved();
    }
}
