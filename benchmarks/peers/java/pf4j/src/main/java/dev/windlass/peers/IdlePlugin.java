package dev.windlass.peers;

import java.util.concurrent.CountDownLatch;
import org.pf4j.Plugin;

/** A plugin with one thread, which waits to be interrupted. */
public final class IdlePlugin extends Plugin {

    private Thread thread;

    @Override
    public void start() {
        CountDownLatch begun = new CountDownLatch(1);
        thread = Thread.ofVirtual().start(() -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                // it was to end
            }
        });
        try {
            begun.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void stop() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
