package dev.windlass.cli.operator;

import dev.windlass.lifecycle.Manager;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What signals lead to: the first one asks for an orderly end, the second ends the process. Until a manager {@link #runs}, an
 * orderly end begins with an interrupt of the thread that made this.
 */
public final class Interruption {
    private final AtomicInteger signals = new AtomicInteger();
    private final Thread main = Thread.currentThread();
    private final Consumer<String> teller;
    private volatile @Nullable Manager running;

    private Interruption(Consumer<String> teller) {
        this.teller = teller;
    }

    /** @param teller is told what a signal leads to, on a thread of its own */
    public static Interruption bySignals(Consumer<String> teller) {
        Interruption interruption = new Interruption(teller);
        Signals.onEach(interruption::signal);
        return interruption;
    }

    /**
     * From now on a signal stops this manager.
     *
     * @throws InterruptedException when one has come before
     */
    public void runs(Manager manager) throws InterruptedException {
        running = manager;
        requireNone();
    }

    /** @throws InterruptedException when a signal has come */
    public void requireNone() throws InterruptedException {
        if (signals.get() > 0) {
            throw new InterruptedException();
        }
    }

    private void signal() {
        if (signals.incrementAndGet() > 1) {
            Runtime.getRuntime().halt(1);
        }
        teller.accept("stopping; once more ends it at once");
        Manager manager = running;
        if (manager == null) {
            main.interrupt();
        } else {
            manager.stop();
        }
    }
}
