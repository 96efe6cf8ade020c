package dev.windlass.modules.internal.proof;

/** What can hold the class loader of a module that has ended. */
public enum LeakCause {
    /** A platform thread runs the module's code. */
    THREAD("start threads with context.fork, which ends them with their unit, or interrupt and join it when the unit ends"),
    /** A virtual thread runs the module's code, parked or not. */
    VIRTUAL_THREAD(
            "start threads with context.fork, which ends them with their unit, or interrupt it when the unit ends"),
    /** A {@code java.util.Timer} that was not cancelled. */
    TIMER("use context.schedule, or cancel the timer when the unit ends"),
    /** A task waits in an executor that is not the module's own. */
    SCHEDULED_TASK("use context.schedule, or cancel the task when the unit ends"),
    /** A thread that is not the module's has its class loader as context class loader, as a rule because the module made it start. */
    CONTEXT_CLASS_LOADER(
            "have the host fill its pools before, or let their thread factory set the context class loader"),
    /** A thread that lives on has a thread-local value of the module. */
    THREAD_LOCAL(
            "call ThreadLocal.remove() in a finally block on the thread that set it, or use threads of the module's own"),
    /** The handler for exceptions that nobody catches, of a thread or of all. */
    UNCAUGHT_EXCEPTION_HANDLER("set the previous handler again when the unit ends"),
    /** A hook for the end of the JVM. */
    SHUTDOWN_HOOK("use context.own or context.onRelease, or call Runtime.removeShutdownHook when the unit ends"),
    /** A driver in {@code DriverManager}. */
    JDBC_DRIVER("call DriverManager.deregisterDriver when the unit ends"),
    /** An MBean. */
    MBEAN("call MBeanServer.unregisterMBean when the unit ends"),
    /** A handler, filter or formatter of {@code java.util.logging}, or an appender of another log backend. */
    LOG_HANDLER("remove it from its logger when the unit ends"),
    /** A provider of cryptography. */
    SECURITY_PROVIDER("call Security.removeProvider when the unit ends"),
    /** A meter whose callback is the module's. */
    METER("register it with context.meter, or unregister it when the unit ends"),
    /** A cache of a library or of the JDK, keyed by classes or holding them. */
    HOST_CACHE(
            "give the module a mapper of its own, with caches of its own, and pass trees, bytes or JDK types to the host's"),
    /** A {@code CompletableFuture} of the host that has not completed. */
    HOST_FUTURE(
            "do not attach to futures of the host: cancelling what depends on one does not unlink it; complete it, or wait for it on a thread of the unit"),
    /** An exception that the host keeps; it holds the classes that it was thrown through, whatever its own class. */
    KEPT_EXCEPTION(
            "keep its message and its stack trace as text: the exception itself holds every class that it came through"),
    /** A value that is computed once for each class, kept by a class of the host. */
    CLASS_VALUE("call ClassValue.remove for that class when the unit ends"),
    /** Native code. */
    NATIVE("release the native library's references when the unit ends"),
    /** Anything else that the host can reach. */
    HOST_OBJECT("take it out of there when the unit ends: context.own does so by itself"),
    /** Only soft references, which the JVM gives up before it runs out of memory: no leak. */
    SOFT_REFERENCE(
            "nothing needs to be done: the JVM clears them when memory gets short, at the latest after a second without use for each free MB of the heap, or sooner with a smaller -XX:SoftRefLRUPolicyMSPerMB"),
    /** Nothing that a dump or the JVM's own lists show. */
    UNKNOWN("prove it, which looks at a dump of the heap");

    private final String remedy;

    LeakCause(String remedy) {
        this.remedy = remedy;
    }

    /** What the author of the module, or of the host, can do about it. */
    public String remedy() {
        return remedy;
    }
}
