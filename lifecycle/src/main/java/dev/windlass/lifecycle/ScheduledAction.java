package dev.windlass.lifecycle;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One action of a generation that runs later, on a thread of its own, unless it is cancelled or the generation is. In the ledger until
 * then. The monitor guards what is not final; the ledger is asked outside of it.
 */
final class ScheduledAction implements Timer, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.unit");

    private final Incarnation owner;
    private final Forked action;
    private @Nullable Timer timer;
    private boolean over;

    ScheduledAction(Incarnation owner, Forked action) {
        this.owner = owner;
        this.action = action;
    }

    synchronized void arm(Timer armed) {
        timer = armed;
        if (over) {
            armed.cancel();
        }
    }

    void fire() {
        if (end()) {
            take();
            if (!owner.isCancelled()) {
                try {
                    owner.fork("timer", action);
                } catch (RevokedException e) {
                    // The unit has ended meanwhile: as if the timer had been withdrawn in time.
                    LOG.atTrace().addKeyValue("unit", owner.id()).log("a timer of an ended unit");
                }
            }
        }
    }

    @Override
    public boolean cancel() {
        boolean first = end();
        take();
        return first;
    }

    private void take() {
        Ledger open = owner.openLedger();
        if (open != null) {
            open.take(this);
        }
    }

    @Override
    public void close() {
        end();
    }

    private synchronized boolean end() {
        if (over) {
            return false;
        }
        over = true;
        if (timer != null) {
            timer.cancel();
        }
        return true;
    }
}
