package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(30)
class ManagerTest {

    @Test
    void aTaskIsStartedStoppedAndStartedAgain() throws Exception {
        AtomicInteger ticks = new AtomicInteger();
        try (Manager manager = Manager.create()) {
            RunnableHandle ticker = manager.add("ticker", context -> {
                while (context.sleep(Duration.ofMillis(1))) {
                    ticks.incrementAndGet();
                }
            });
            assertThat(ticker.state()).isEqualTo(UnitState.NEW);
            manager.start();
            ticker.ready().await();
            assertThat(ticker.status().id()).isEqualTo("ticker#1");
            StopReport report = ticker.stop().await();
            assertThat(report.toString()).startsWith("ticker#1 stopped in ").endsWith(" ms, nothing left");
            assertThat(ticker.state()).isEqualTo(UnitState.STOPPED);
            ticker.start().await();
            assertThat(ticker.generation()).isEqualTo(2);
            ticker.remove().await();
            assertThat(manager.find("ticker")).isEmpty();
            RunnableHandle next = manager.add("ticker", RunnableContext::awaitStop);
            next.ready().await();
            assertThat(next.generation()).isEqualTo(3);
        }
    }

    @Test
    void aFailingRootUnitStopsTheManagerAndRunThrowsIt() {
        Manager manager = Manager.create();
        manager.add("calm", RunnableContext::awaitStop);
        manager.add("bad", context -> {
            throw new IllegalStateException("no disk");
        });
        assertThatThrownBy(manager::run).isInstanceOf(UnitFailedException.class)
                .hasMessage("bad#1 failed: java.lang.IllegalStateException: no disk");
        assertThat(manager.find("calm").orElseThrow().state()).isEqualTo(UnitState.STOPPED);
        assertThat(manager.find("bad").orElseThrow().state()).isEqualTo(UnitState.FAILED);
    }

    @Test
    void childrenStopBeforeTheirScopeAndResourcesInReverse() throws Exception {
        StringBuilder order = new StringBuilder(); // written by one thread after the other
        CountDownLatch added = new CountDownLatch(1);
        try (Manager manager = Manager.create()) {
            RunnableHandle scope = manager.add("scope", context -> {
                context.own("thing", "a", () -> order.append(" a"));
                context.own("thing", "b", () -> order.append(" b"));
                context.add("child", inner -> {
                    added.countDown();
                    inner.awaitStop();
                    order.append("child");
                });
                context.awaitStop();
            });
            manager.start();
            assertThat(added.await(10, TimeUnit.SECONDS)).isTrue();
            StopReport report = scope.stop().await();
            assertThat(order).hasToString("child b a");
            assertThat(report.children()).hasSize(1);
            assertThat(report.clean()).isTrue();
        }
    }
}
