package dev.windlass.benchmarks.measure;

import java.util.concurrent.CountDownLatch;

/** A module without a runtime: a thread that waits to be interrupted. Its constructor returns when that has begun. */
public final class BareModule implements AutoCloseable {

    private final Thread thread;

    /** Starts the thread. */
    public BareModule() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        thread = Thread.ofVirtual().start(() -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException _) {
                // it was to end
            }
        });
        begun.await();
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted before the module's thread had ended", e);
        }
    }
}
