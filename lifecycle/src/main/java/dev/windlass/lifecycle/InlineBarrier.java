package dev.windlass.lifecycle;

/**
 * Calls that the JIT compiler does not make a part of their caller. It notes which classes a call has met, and compiles the usual ones
 * into the method that calls: those classes cannot be unloaded while a thread is in that method, long after the last call of them,
 * since somebody else's code is called there now, or because the thread waits in a loop for what to call next. So a thread that lives
 * as long as a unit or longer calls code of units, and whatever leads to it soon, through here.
 *
 * <p>A cast notes classes too: there must be none, not even for a type parameter, of an object of a unit's class on the caller's side.
 *
 * <p>Two that do nothing are called before each, at the same place: no class is ever the usual one there. That costs some nanoseconds.
 * Thread-safe.
 */
public final class InlineBarrier {

    private static final First FIRST = new First();
    private static final Second SECOND = new Second();

    private InlineBarrier() {
    }

    private static final class First implements Runnable, Forked, ManagedRunnable {

        @Override
        public void run() {
            // only there to be called
        }

        @Override
        public void run(RunnableContext context) {
            // only there to be called
        }
    }

    private static final class Second implements Runnable, Forked, ManagedRunnable {

        @Override
        public void run() {
            // only there to be called
        }

        @Override
        public void run(RunnableContext context) {
            // only there to be called
        }
    }

    /** Runs the code. What it throws comes through. */
    public static void run(Runnable code) {
        for (int i = 0; i < 3; i++) {
            Runnable next = i == 0 ? FIRST : i == 1 ? SECOND : code;
            next.run();
        }
    }

    /** Runs the body of a thread, whose class may be of a unit's code itself. */
    static void runThread(Forked body) throws Exception {
        for (int i = 0; i < 3; i++) {
            Forked next = i == 0 ? FIRST : i == 1 ? SECOND : body;
            next.run();
        }
    }

    /** Runs the code of a unit. */
    static void runUnit(ManagedRunnable code, RunnableContext context) throws Exception {
        for (int i = 0; i < 3; i++) {
            ManagedRunnable next = i == 0 ? FIRST : i == 1 ? SECOND : code;
            next.run(context);
        }
    }
}
