package dev.windlass.benchmarks;

import dev.windlass.benchmarks.measure.Figures;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.Subscription;
import dev.windlass.lifecycle.UnitState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Events to 100 listeners: from the first add of a batch of units until each listener has heard that each was removed. */
final class EventBenchmark {

    private static final int LISTENERS = 100;
    private static final int UNITS = 500;

    private EventBenchmark() {
    }

    static void run(int rounds) throws InterruptedException {
        for (int round = 0; round < rounds; round++) {
            once(round < rounds / 2 ? "cold." : "");
        }
    }

    private static void once(String prefix) throws InterruptedException {
        List<Subscription> subscriptions = new ArrayList<>();
        CountDownLatch heard = new CountDownLatch(LISTENERS * UNITS);
        long[] delivered = new long[LISTENERS];
        try (Manager manager = Manager.create()) {
            manager.start();
            for (int i = 0; i < LISTENERS; i++) {
                int listener = i;
                subscriptions.add(manager.subscribe(event -> {
                    delivered[listener]++;
                    if (event.to() == UnitState.REMOVED) {
                        heard.countDown();
                    }
                }));
            }
            long began = System.nanoTime();
            for (int i = 0; i < UNITS; i++) {
                RunnableHandle handle = manager.add("unit-" + i, RunnableContext::awaitStop);
                handle.ready().await();
                handle.remove().await();
            }
            heard.await();
            double seconds = (System.nanoTime() - began) / 1e9;
            long events = 0;
            for (int i = 0; i < LISTENERS; i++) {
                events += delivered[i];
                if (subscriptions.get(i).dropped() > 0) {
                    throw new IllegalStateException("listener " + i + " lost " + subscriptions.get(i).dropped()
                            + " events: the figure would not count what it claims");
                }
            }
            Figures.report(prefix + "delivered", events / seconds, "events/s");
        }
    }
}
