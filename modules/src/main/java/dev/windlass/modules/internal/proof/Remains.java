package dev.windlass.modules.internal.proof;

import java.beans.Introspector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes away what a module left behind in the JVM, when all of its units have ended: JDBC drivers, MBeans, log handlers, handlers for
 * uncaught exceptions, security providers, and what the JDK keeps by class. Threads that do not end within a moment are reported and left
 * alone: nobody can end one that does not want to.
 */
public final class Remains {

    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.modules");

    /** Until the first thread that does not end: one that has been told to, such as that of a timer that was cancelled, is still there a moment later. */
    private static final Duration GRACE = Duration.ofMillis(500);

    private Remains() {
    }

    /** Takes away what can be, and names all that there was. */
    public static List<Remain> clear(ClassLoader loader) {
        return clear(loader, GRACE);
    }

    static List<Remain> clear(ClassLoader loader, Duration grace) {
        List<Remain> remains = new ArrayList<>();
        Duration left = grace;
        for (Holders.Holder holder : Holders.of(loader)) {
            Thread thread = holder.thread();
            if (thread != null) {
                if (ends(thread, left)) {
                    continue;
                }
                left = Duration.ZERO;
            }
            remains.add(new Remain(holder.cause().name(), holder.name(), cleared(holder), holder.cause().remedy()));
        }
        ResourceBundle.clearCache(loader);
        if (Holders.has("java.desktop")) {
            Introspector.flushCaches(); // softly held, and so there for as long as there is memory
        }
        return remains;
    }

    private static boolean ends(Thread thread, Duration patience) {
        try {
            return thread.join(patience);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return !thread.isAlive();
        }
    }

    /** One that does not let itself be taken away must not keep the others there. */
    private static boolean cleared(Holders.Holder holder) {
        Holders.Undo undo = holder.undo();
        if (undo == null) {
            return false;
        }
        try {
            undo.run();
            return true;
        } catch (Throwable e) {
            LOG.atWarn().setCause(e).log("{} {} cannot be taken away", holder.cause(), holder.name());
            return false;
        }
    }
}
