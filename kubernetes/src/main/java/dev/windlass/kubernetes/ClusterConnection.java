package dev.windlass.kubernetes;

import dev.windlass.lifecycle.RunnableContext;

/**
 * A cluster that is being worked on: one for each generation of its unit. Losing the connection and regaining it does not make
 * a new one; a stop ends it for good. Thread-safe.
 */
public interface ClusterConnection {

    /** What the cluster is called. */
    String name();

    /** The generation of the cluster's unit. */
    long generation();

    /** The scope: what works on the cluster is added here, and stops before the cluster does. */
    RunnableContext context();

    /** A client for one owner: in its ledger, revoked when it is cancelled. */
    default Client client(RunnableContext owner) {
        return client(owner, WriteFence.open());
    }

    /** A client for one owner whose writes pass a fence. */
    Client client(RunnableContext owner, WriteFence fence);

    /** The watches of the cluster. To be asked for anew after the unit that runs them was started again. */
    Informers informers();
}
