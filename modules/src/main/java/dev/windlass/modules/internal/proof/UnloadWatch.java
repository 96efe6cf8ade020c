package dev.windlass.modules.internal.proof;

import dev.windlass.lifecycle.TimeSource;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches class loaders go. Each is {@code PENDING} until it has been collected, and {@code PROVED} then; after {@link #COLLECTIONS}
 * collections that would have found it unreachable it is {@code LEAKED}, and {@code PROVED} when it goes later all the same. That happens
 * by itself, on a thread that exists only while there is something to wait for. Nothing is forced.
 *
 * <p>The monitor guards the fields that are not final. The listener is called on that thread, without it, and may block.
 */
public final class UnloadWatch implements AutoCloseable {

    /**
     * After how many collections that unload classes a loader that is still there counts as leaked. One would do for what is simply
     * unreachable, two for what had finalizers; the third is for whoever was still on its way out when the first began.
     */
    public static final int COLLECTIONS = 3;

    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.modules");

    private final TimeSource time;
    private final Consumer<UnloadProof> onChange;
    private final ReferenceQueue<Object> queue = new ReferenceQueue<>();
    private final List<UnloadProof> open = new ArrayList<>();
    private @Nullable Thread thread;
    private @Nullable Canary canary;
    private long canaries;
    private boolean closed;

    /** @param onChange told of each change of a state, and of what is found out about one, on the thread of the watch or of the prover */
    public UnloadWatch(TimeSource time, Consumer<UnloadProof> onChange) {
        this.time = time;
        this.onChange = onChange;
    }

    /**
     * Begins to watch a loader. From here on the caller must not hold it.
     *
     * @throws IllegalStateException after {@link #close()}
     */
    public synchronized UnloadProof watch(String name, long generation, ClassLoader loader) {
        if (closed) {
            throw new IllegalStateException("the end of %s cannot be watched: the watch is closed".formatted(name));
        }
        UnloadProof proof = new UnloadProof(name, generation, loader, queue, canaries + 1, this, time);
        open.add(proof);
        if (canary == null) {
            releaseCanary();
        }
        if (thread == null) {
            thread = Thread.ofVirtual().name("windlass-unload-watch").inheritInheritableThreadLocals(false)
                    .start(this::run);
        }
        return proof;
    }

    /** Those that have not been proved, oldest first. */
    public synchronized List<UnloadProof> open() {
        return open.stream().filter(proof -> proof.state() != UnloadProof.State.PROVED).toList();
    }

    /** Ends the watch: what is not proved now stays as it is. */
    @Override
    public synchronized void close() {
        closed = true;
        if (thread != null) {
            new WeakReference<>(new Object(), queue).enqueue(); // wakes it
        }
    }

    private void releaseCanary() {
        canary = Canary.release(queue, ++canaries);
    }

    private void run() {
        // A thread starts with the context class loader of its maker, which may be the one that is to go.
        Thread.currentThread().setContextClassLoader(UnloadWatch.class.getClassLoader());
        boolean goesOn = true;
        while (goesOn) {
            List<Reference<?>> gone = new ArrayList<>();
            try {
                gone.add(queue.remove());
            } catch (InterruptedException e) {
                continue; // nobody has reason to: it ends by being closed
            }
            for (Reference<?> one = queue.poll(); one != null; one = queue.poll()) {
                gone.add(one);
            }
            changedBy(gone).forEach(this::tell);
            goesOn = goesOn();
        }
    }

    /** Loaders first: one that went with a canary has gone. */
    private List<UnloadProof> changedBy(List<Reference<?>> gone) {
        List<UnloadProof> changed = new ArrayList<>();
        for (Reference<?> one : gone) {
            if (one instanceof LoaderReference reference && reference.proof.proved()) {
                changed.add(reference.proof);
            }
        }
        for (Reference<?> one : gone) {
            if (one instanceof Canary dead) {
                count(dead, changed);
            }
        }
        return changed;
    }

    private void count(Canary dead, List<UnloadProof> changed) {
        for (UnloadProof proof : open()) {
            proof.collected(dead.number);
            if (proof.state() == UnloadProof.State.PENDING && !proof.isHeldSoftly()
                    && proof.fullCollections() >= COLLECTIONS && proof.leaked(holderOf(proof))) {
                changed.add(proof);
            }
        }
        synchronized (this) {
            canary = null;
        }
    }

    /** What the JVM calls to be asked may be somebody's code. */
    private static @Nullable Leak holderOf(UnloadProof proof) {
        try {
            return proof.look();
        } catch (RuntimeException | LinkageError e) {
            LOG.atWarn().setCause(e).log("what holds {} cannot be looked for", proof);
            return null;
        }
    }

    void tell(UnloadProof proof) {
        try {
            onChange.accept(proof);
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("whoever is to be told of unloads failed at {}", proof);
        }
    }

    private synchronized boolean goesOn() {
        open.removeIf(proof -> proof.state() == UnloadProof.State.PROVED);
        if (closed || open.isEmpty()) {
            canary = null;
            thread = null;
            return false;
        }
        if (canary == null && open.stream().anyMatch(proof -> proof.state() == UnloadProof.State.PENDING)) {
            releaseCanary();
        }
        return true;
    }
}
