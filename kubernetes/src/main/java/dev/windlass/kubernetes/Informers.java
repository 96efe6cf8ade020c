package dev.windlass.kubernetes;

import dev.windlass.lifecycle.RunnableContext;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;

/**
 * The informers of a cluster, for one generation of the {@linkplain #unit() unit} that runs them: shared by all that watch the same.
 * Thread-safe.
 */
public interface Informers {

    /** What the unit that runs them is called in the scope of its cluster. */
    String NAME = "informers";

    /** The full name of the unit that runs them: what uses them depends on it, so that it stops first. */
    String unit();

    /**
     * Uses an informer, starting it if nobody does yet. Returns at once: what it watches need not exist, or be allowed.
     *
     * @param owner who uses it; the lease is in its ledger and ends with it
     */
    <T extends HasMetadata> InformerLease<T> acquire(RunnableContext owner, WatchSpec<T> spec);

    /** The state of each informer, those that linger included. */
    List<InformerStatus> status();
}
