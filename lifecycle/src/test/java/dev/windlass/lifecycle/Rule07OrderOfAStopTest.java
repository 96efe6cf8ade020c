package dev.windlass.lifecycle;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class Rule07OrderOfAStopTest {

    private final List<String> log = new CopyOnWriteArrayList<>();

    @Test
    void intakeClosesThenChildrenThenTheScopeThenRequestsThenResources() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        CountDownLatch responseThread = new CountDownLatch(1);
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle scope = manager.add(Task.of(RunnableSpec.builder("scope").drains(true).build(), context -> {
                context.own("connection", "c", () -> log.add("connection closed"));
                InFlight request = context.inFlight("request", "PUT things", true);
                Thread.ofVirtual().start(() -> {
                    responseThread.countDown();
                    Trial.await(answered);
                    log.add("answered");
                    request.close();
                });
                context.add("child", inner -> {
                    inner.own("cache", "k", () -> log.add("child released"));
                    running.countDown();
                    inner.awaitStop();
                    assertThatThrownBy(() -> context.add("late", RunnableContext::awaitStop))
                            .isInstanceOf(StoppingException.class);
                    log.add("child ended");
                });
                context.awaitStop();
                log.add("intake closed");
                assertThat(context.cancelled().isSet()).isFalse();
                Trial.until(() -> log.contains("child released"));
                log.add("drained");
            }));
            Trial.await(running);
            scope.ready().await();
            Operation<StopReport> stop = scope.stop();
            Trial.until(() -> log.contains("drained"));
            assertThat(stop.isDone()).isFalse();
            assertThat(log).doesNotContain("connection closed");
            answered.countDown();
            StopReport report = stop.await();
            assertThat(report.clean()).isTrue();
            assertThat(report.children()).extracting(StopReport::unit).containsExactly("scope/child");
        }
        log.remove("intake closed"); // beside the child's end
        assertThat(log).containsExactly("child ended", "child released", "drained", "answered", "connection closed");
    }

    @Test
    void theReportListsWhatAnotherUnitStoppedInTheSameStop() throws Exception {
        StopReport report;
        try (Manager manager = Manager.create()) {
            manager.start();
            CountDownLatch added = new CountDownLatch(1);
            RunnableHandle scope = manager.add("scope", context -> {
                context.add("earlier", RunnableContext::awaitStop).ready().await();
                context.add(Task.of(RunnableSpec.builder("child").drains(true).build(), inner -> {
                    inner.awaitStop();
                    inner.account().drained(3);
                }));
                added.countDown();
                context.awaitStop();
            });
            Trial.await(added);
            RunnableHandle child = manager.find("scope/child").orElseThrow();
            manager.find("scope/earlier").orElseThrow().stop().await();
            RunnableSpec spec = RunnableSpec.builder("keeper").dependsOn("scope").build();
            manager.add(Task.of(spec, context -> {
                try {
                    context.awaitStop();
                } finally {
                    child.stop().await();
                }
            })).ready().await();
            child.ready().await();
            report = manager.stop().await();
            assertThat(scope.lastStop().orElseThrow().children()).containsExactly(child.lastStop().orElseThrow());
        }
        assertThat(report.children()).extracting(StopReport::unit).containsExactly("keeper", "scope");
        StopReport scope = report.children().getLast();
        assertThat(scope.children()).as("not what had ended before").extracting(StopReport::unit)
                .containsExactly("scope/child");
        assertThat(scope.children().getFirst().drained()).isEqualTo(3);
        assertThat(report.drained()).as("of all units").isEqualTo(3);
    }

    @Test
    void childrenStopInTheOrderOfTheirDependencies() throws Exception {
        AtomicReference<RunnableHandle> last = new AtomicReference<>();
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle scope = manager.add("scope", context -> {
                for (String name : List.of("a", "b", "c")) {
                    RunnableSpec.Builder spec = RunnableSpec.builder(name);
                    if (!name.equals("a")) {
                        spec.dependsOn("scope/" + (char) (name.charAt(0) - 1));
                    }
                    last.set(context.add(Task.of(spec.build(), inner -> {
                        inner.awaitStop();
                        log.add(inner.name());
                    })));
                }
                context.awaitStop();
            });
            Trial.until(() -> last.get() != null && Trial.present(last).name().equals("scope/c")
                    && Trial.present(last).state() == UnitState.READY);
            scope.stop().await();
            assertThat(log).containsExactly("scope/c", "scope/b", "scope/a");
        }
    }
}
