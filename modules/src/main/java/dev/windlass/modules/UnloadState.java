package dev.windlass.modules;

/** How much is known of the end of a module's classes. */
public enum UnloadState {
    /** There was no collection of garbage yet that would have found it out. */
    PENDING,
    /** The class loader has been collected, and with it all classes and objects of them. */
    PROVED,
    /** Something still holds the class loader. */
    LEAKED
}
