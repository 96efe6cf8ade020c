package dev.windlass.lifecycle;

import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.slf4j.helpers.NOPMDCAdapter;

/**
 * The threads of one generation: all are named after it, know whom they work for, and are counted until the unit has taken note of
 * their end. They inherit nothing from the thread that asks for them.
 *
 * <p>The monitor guards all fields that are not final; threads are started and interrupted outside of it.
 */
final class UnitThreads {

    private static final boolean HAS_MDC = !(MDC.getMDCAdapter() instanceof NOPMDCAdapter);
    private static final int MAX_CAUSES = 32;

    /** How a thread ended: with what, the same in words, and whether that was a cancellation. */
    record Ending(Throwable thrown, String description, boolean cancellation) {

        static Ending with(Throwable thrown) {
            return new Ending(thrown, Incarnation.describe(thrown), isCancellation(thrown));
        }

        /** Whether it only says that its thread was interrupted, or that something was cancelled or revoked. */
        private static boolean isCancellation(Throwable thrown) {
            Throwable at = thrown;
            for (int i = 0; at != null && i < MAX_CAUSES; i++) {
                if (at instanceof InterruptedException || at instanceof CancellationException
                        || at instanceof ClosedByInterruptException || at instanceof RevokedException
                        || at instanceof StoppingException
                        || (at instanceof InterruptedIOException && !(at instanceof SocketTimeoutException))) {
                    return true;
                }
                at = at.getCause();
            }
            return false;
        }
    }

    /**
     * What a thread does that is counted: enters the scope in which it knows whom it works for, and there, in a second call, runs the
     * code and tells of its end. One object for both, since there are as many of them as there are threads.
     */
    private final class Counted implements Runnable {

        /** Null when it is the code of the unit itself. */
        private final @Nullable Forked body;
        private boolean entered;

        Counted(@Nullable Forked body) {
            this.body = body;
        }

        @Override
        public void run() {
            if (entered) {
                UnitThreads.this.run(body);
            } else {
                entered = true;
                incarnation.runAs(this);
            }
        }
    }

    private final Incarnation incarnation;
    private @Nullable Thread main;
    private @Nullable Set<Thread> forks;
    private boolean closed;
    private boolean ended;

    UnitThreads(Incarnation incarnation) {
        this.incarnation = incarnation;
    }

    /** Starts the thread that runs the code of the unit. */
    void startMain() {
        start(virtual(), incarnation.id(), null);
    }

    /**
     * Starts a thread of the unit.
     *
     * @param body what it does; null when it is the one that runs the code of the unit
     * @throws RevokedException when the unit takes no threads any more
     */
    Thread start(Thread.Builder builder, String name, @Nullable Forked body) {
        Thread thread = unstarted(builder, name, new Counted(body));
        synchronized (this) {
            if (closed) {
                throw incarnation.revoked("start thread " + name);
            }
            enter(thread, body == null);
        }
        start(thread);
        return thread;
    }

    /** Runs the action of a signal: it may begin when the unit takes no other thread any more, and is awaited all the same. */
    void startAction(Runnable action) {
        Thread thread = unstarted(virtual(), incarnation.id() + "/signal", new Counted(action::run));
        synchronized (this) {
            if (ended) {
                throw incarnation.revoked("run an action on a signal");
            }
            enter(thread, false);
        }
        start(thread);
    }

    /** Starts a virtual thread that works for the unit and is not one of those that its end waits for. */
    void startReleasing(String name, Runnable body) {
        unstarted(virtual(), name, () -> incarnation.runAs(body)).start();
    }

    private Thread.Builder virtual() {
        return incarnation.manager().scheduling().virtual();
    }

    private Thread unstarted(Thread.Builder builder, String name, Runnable body) {
        Thread thread = builder.name(name).inheritInheritableThreadLocals(false).unstarted(body);
        thread.setContextClassLoader(incarnation.contextClassLoader());
        return thread;
    }

    private void start(Thread thread) {
        try {
            thread.start();
        } catch (Throwable e) {
            leave(thread);
            throw e;
        }
    }

    private void enter(Thread thread, boolean first) {
        if (first) {
            main = thread;
        } else {
            if (forks == null) {
                forks = new LinkedHashSet<>();
            }
            forks.add(thread);
        }
    }

    private void run(@Nullable Forked body) {
        if (HAS_MDC) {
            MDC.put("unit", incarnation.id());
        }
        Ending ending = null;
        try {
            if (body == null) {
                incarnation.runMain();
            } else {
                InlineBarrier.runThread(body);
            }
        } catch (Throwable t) {
            ending = Ending.with(t);
        } finally {
            if (HAS_MDC) {
                MDC.remove("unit");
            }
        }
        incarnation.tell().threadEnded(Thread.currentThread(), body == null, ending);
    }

    /** A thread counts as alive until the unit has taken note of its end, and of how it ended, in one message. */
    synchronized void leave(Thread thread) {
        if (main == thread) {
            main = null;
        } else if (forks != null) {
            forks.remove(thread);
        }
    }

    void interrupt() {
        alive().forEach(Thread::interrupt);
    }

    synchronized List<Thread> alive() {
        if (forks == null || forks.isEmpty()) {
            return main == null ? List.of() : List.of(main);
        }
        List<Thread> all = new ArrayList<>(forks.size() + 1);
        if (main != null) {
            all.add(main);
        }
        all.addAll(forks);
        return all;
    }

    private boolean none() {
        return main == null && (forks == null || forks.isEmpty());
    }

    /** Refuses further threads. */
    synchronized void close() {
        closed = true;
    }

    /** Refuses further threads if there are none; returns whether that is so. */
    synchronized boolean closeIfNone() {
        boolean none = none();
        closed |= none;
        return none;
    }

    /** Refuses even the actions of signals if no thread is alive; returns whether that is so. */
    synchronized boolean endIfNone() {
        ended |= none();
        return ended;
    }

    List<ThreadPosition> positions() {
        return alive().stream().map(ThreadPosition::of).toList();
    }

    List<Leftover> leftovers() {
        return alive().stream().map(thread -> new Leftover("thread", thread.getName(), stack(thread))).toList();
    }

    static String stack(Thread thread) {
        StringBuilder frames = new StringBuilder();
        for (StackTraceElement frame : thread.getStackTrace()) {
            frames.append(frames.isEmpty() ? "at " : "\nat ").append(frame);
        }
        return frames.toString();
    }
}
