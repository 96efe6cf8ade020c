package dev.windlass.kubernetes;

import dev.windlass.lifecycle.RunnableHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The outside face of a cluster. Thread-safe. */
public final class ClusterHandle extends RunnableHandle {

    private final String clusterName;
    private volatile @Nullable LiveConnection connection;

    ClusterHandle(RunnableHandle base, String clusterName) {
        super(base);
        this.clusterName = clusterName;
    }

    /** What the cluster is called, without the prefix of the unit's name. */
    public String clusterName() {
        return clusterName;
    }

    /** The connection, if there is one now. Never blocks, never connects. */
    public Optional<ClusterConnection> connection() {
        return Optional.ofNullable(connection);
    }

    synchronized void connection(LiveConnection now) {
        connection = now;
    }

    /** Forgets that connection; a newer one stays. */
    synchronized void withdraw(LiveConnection gone) {
        if (connection == gone) {
            connection = null;
        }
    }
}
