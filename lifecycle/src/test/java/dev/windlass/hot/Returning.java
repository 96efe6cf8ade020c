package dev.windlass.hot;

import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.RunnableContext;

/** Has nothing to do. */
public final class Returning implements ManagedRunnable {

    @Override
    public void run(RunnableContext context) {
        // is done
    }
}
