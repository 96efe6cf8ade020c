package dev.windlass.lifecycle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs messages one at a time, in the order in which they were posted. There is no thread behind it: whoever posts to an idle
 * mailbox runs what is there, and what others post meanwhile. Messages are engine code only: short, never blocking, never
 * calling user code, so that it does not matter whose thread runs them.
 *
 * <p>{@code head} is the whole state: null when idle, {@code BUSY} when somebody runs messages and no others wait, else the
 * newest message that waits. A poster that replaces null becomes the one who runs.
 */
abstract class Mailbox {

    private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);
    private static final Node BUSY = new Node(() -> {
    });
    private static final VarHandle HEAD;

    static {
        try {
            HEAD = MethodHandles.lookup().findVarHandle(Mailbox.class, "head", Node.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final class Node {

        final Runnable message;
        @Nullable
        Node next;

        Node(Runnable message) {
            this.message = message;
        }
    }

    @SuppressWarnings("unused") // through HEAD
    private volatile @Nullable Node head;

    /** Runs the message after all that were posted before: now, or by whoever is running them. */
    final void post(Runnable message) {
        Node node = new Node(message);
        Node seen;
        do {
            seen = head;
            node.next = seen == BUSY ? null : seen;
        } while (!HEAD.compareAndSet(this, seen, node));
        if (seen == null) {
            drain();
        }
    }

    private void drain() {
        do {
            Node newest = (Node) HEAD.getAndSet(this, BUSY);
            for (Node node = reversed(newest); node != null; node = node.next) {
                turn();
                run(node.message);
            }
        } while (!HEAD.compareAndSet(this, BUSY, null));
    }

    /** Called before each message, by the thread that runs it. */
    void turn() {
        // Most mailboxes go on at once.
    }

    private static void run(Runnable message) {
        try {
            message.run();
        } catch (RuntimeException | Error e) {
            // A defect of the engine: the other messages must be run all the same.
            LOG.atError().setCause(e).log("a lifecycle message failed; please report this");
        }
    }

    private static @Nullable Node reversed(Node newest) {
        Node first = null;
        for (Node node = newest; node != null;) {
            Node older = node.next;
            node.next = first;
            first = node;
            node = older;
        }
        return first;
    }
}
