package dev.windlass.modules.internal.proof;

import dev.windlass.lifecycle.TimeSource;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the end of one class loader. It keeps nothing of it alive. Thread-safe.
 *
 * <p>{@code lock} guards the fields that change. {@code looking} is held by whoever looks at the loader itself, or at a dump in which
 * nobody may be looking at it; it is taken before {@code lock}.
 */
public final class UnloadProof {

    /** How much is known. */
    public enum State {
        /** There were not enough collections yet that would have found it out, or only soft references hold it. */
        PENDING,
        /** The class loader has been collected, with all of its classes and their objects. */
        PROVED,
        /** Something holds it. It becomes {@link #PROVED} when that lets go. */
        LEAKED
    }

    private final String name;
    private final long generation;
    private final UnloadWatch watch;
    private final TimeSource time;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ReentrantLock looking = new ReentrantLock();
    private final WeakReference<ClassLoader> loader;
    private final LoaderReference reference;
    private final long firstCanary;
    private State state = State.PENDING;
    private @Nullable Leak leak;
    private Instant since;
    private int collections;

    UnloadProof(String name, long generation, ClassLoader loader, ReferenceQueue<Object> queue, long firstCanary,
            UnloadWatch watch, TimeSource time) {
        this.name = name;
        this.generation = generation;
        this.watch = watch;
        this.time = time;
        this.since = time.now();
        this.firstCanary = firstCanary;
        this.loader = new WeakReference<>(loader);
        this.reference = new LoaderReference(loader, queue, this);
    }

    /** Whose class loader it is. */
    public String name() {
        return name;
    }

    /** Which one of those that the name had. */
    public long generation() {
        return generation;
    }

    /** How much is known. */
    public State state() {
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
    }

    /** What holds it, as far as that is known; never of one that is {@link State#PROVED}. */
    public Optional<Leak> leak() {
        lock.lock();
        try {
            return Optional.ofNullable(leak);
        } finally {
            lock.unlock();
        }
    }

    /** Since when it has been in its state. */
    public Instant since() {
        lock.lock();
        try {
            return since;
        } finally {
            lock.unlock();
        }
    }

    /** How many collections that unload classes have begun and ended since it was watched. */
    public int fullCollections() {
        lock.lock();
        try {
            return collections;
        } finally {
            lock.unlock();
        }
    }

    /** One line: {@code billing (load 3): PROVED}. */
    @Override
    public String toString() {
        lock.lock();
        try {
            return "%s (load %d): %s%s".formatted(name, generation, state, leak == null ? "" : ": " + leak);
        } finally {
            lock.unlock();
        }
    }

    UnloadWatch watch() {
        return watch;
    }

    /** By what it is found in a dump. */
    long number() {
        return reference.number;
    }

    /** Nobody looks at the loader until this is unlocked. */
    ReentrantLock looking() {
        return looking;
    }

    /** @return whether that is news */
    boolean proved() {
        return enter(State.PROVED, null);
    }

    /** @return whether that is news */
    boolean leaked(@Nullable Leak found) {
        return enter(State.LEAKED, found);
    }

    /** @return whether that is news */
    boolean heldSoftly(Leak found) {
        return enter(State.PENDING, found);
    }

    /** The state stays what it is. */
    boolean notFound(Leak found) {
        return enter(state(), found);
    }

    /** Whether the number of collections says nothing, since soft references outlive them. */
    boolean isHeldSoftly() {
        return leak().filter(found -> found.cause() == LeakCause.SOFT_REFERENCE).isPresent();
    }

    private boolean enter(State next, @Nullable Leak found) {
        lock.lock();
        try {
            if (state == State.PROVED || (state == next && found == null)) {
                return false;
            }
            if (state != next) {
                state = next;
                since = time.now();
            }
            leak = found;
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** A collection has ended, which had begun after a canary was released. */
    void collected(long canary) {
        lock.lock();
        try {
            if (canary >= firstCanary) {
                collections++;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until it is proved or this many collections were counted, for some time at most. */
    void await(int enough, Duration limit) throws InterruptedException {
        long left = limit.toNanos();
        lock.lock();
        try {
            while (state != State.PROVED && collections < enough && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Looks for what holds it in the lists that the JVM shows, unless somebody else looks already. */
    @Nullable
    Leak look() {
        if (!looking.tryLock()) {
            return null;
        }
        try {
            ClassLoader present = loader.get();
            return present == null ? null : Holders.first(present);
        } finally {
            looking.unlock();
        }
    }
}
