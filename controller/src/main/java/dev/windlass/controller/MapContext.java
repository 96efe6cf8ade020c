package dev.windlass.controller;

/** What a {@link Mapper} is given beside the object. Thread-safe. */
public interface MapContext {

    /** The name of the controller. */
    String controller();

    /** The name of the cluster that the object is on. */
    String cluster();

    /** Reads what the controller watches on this cluster. Before the controller is ready it may be incomplete. */
    CacheReader cache();
}
