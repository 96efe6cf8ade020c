package dev.windlass.modules.internal.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells from the way to a class loader what it is that holds it, and what that is called. */
final class Diagnosis {

    /** What a host's class on the way means; the longest beginning of its name counts. */
    private static final Map<String, LeakCause> BY_CLASS = Map.ofEntries(
            Map.entry("java.sql.DriverManager", LeakCause.JDBC_DRIVER),
            Map.entry("java.sql.DriverInfo", LeakCause.JDBC_DRIVER),
            Map.entry("com.sun.jmx.", LeakCause.MBEAN),
            Map.entry("javax.management.", LeakCause.MBEAN),
            Map.entry("java.util.logging.", LeakCause.LOG_HANDLER),
            Map.entry("ch.qos.logback.", LeakCause.LOG_HANDLER),
            Map.entry("org.apache.logging.", LeakCause.LOG_HANDLER),
            Map.entry("sun.security.jca.", LeakCause.SECURITY_PROVIDER),
            Map.entry("java.security.Provider", LeakCause.SECURITY_PROVIDER),
            Map.entry("java.lang.ThreadLocal$ThreadLocalMap", LeakCause.THREAD_LOCAL),
            Map.entry("java.util.Timer", LeakCause.TIMER),
            Map.entry("java.util.TaskQueue", LeakCause.TIMER),
            Map.entry("java.util.concurrent.ScheduledThreadPoolExecutor$", LeakCause.SCHEDULED_TASK),
            Map.entry("java.util.concurrent.FutureTask", LeakCause.SCHEDULED_TASK),
            Map.entry("java.util.concurrent.CompletableFuture", LeakCause.HOST_FUTURE),
            Map.entry("tools.jackson.", LeakCause.HOST_CACHE),
            Map.entry("com.fasterxml.jackson.", LeakCause.HOST_CACHE),
            Map.entry("java.beans.", LeakCause.HOST_CACHE),
            Map.entry("com.sun.beans.", LeakCause.HOST_CACHE),
            Map.entry("java.util.ResourceBundle", LeakCause.HOST_CACHE),
            Map.entry("java.io.ObjectStreamClass", LeakCause.HOST_CACHE),
            Map.entry("io.prometheus.metrics.", LeakCause.METER),
            Map.entry("io.micrometer.", LeakCause.METER),
            Map.entry("java.lang.Thread$FieldHolder", LeakCause.THREAD),
            Map.entry("java.lang.VirtualThread", LeakCause.VIRTUAL_THREAD),
            Map.entry("java.lang.ThreadBuilders$BoundVirtualThread", LeakCause.VIRTUAL_THREAD));

    /** How many steps of a long way are shown of each end. */
    private static final int FIRST = 12;
    private static final int LAST = 12;

    private final HeapDump dump;
    private final DumpedObjects objects;
    private final Chain chain;
    /** How many steps are the host's, before the first one that is the module's. */
    private final int hosts;

    private Diagnosis(HeapDump dump, DumpedObjects objects, Chain chain) {
        this.dump = dump;
        this.objects = objects;
        this.chain = chain;
        int count = 0;
        while (count < chain.steps().size() && !isModules(chain.steps().get(count))) {
            count++;
        }
        this.hosts = count;
    }

    /** @param soft whether there is a soft reference on the way */
    static Leak of(HeapDump dump, DumpedObjects objects, Chain chain, boolean soft) {
        Diagnosis diagnosis = new Diagnosis(dump, objects, chain);
        LeakCause cause = soft ? LeakCause.SOFT_REFERENCE : diagnosis.cause();
        return new Leak(cause, diagnosis.what(cause), diagnosis.lines(), cause.remedy());
    }

    private boolean isModules(Chain.Step step) {
        DumpedClass type = dump.find(step.id());
        if (type == null) {
            type = objects.typeOf(step.id());
        }
        return step.id() == chain.loader() || (type != null && type.loaderId() == chain.loader());
    }

    /** The nearest to the module says most, except of threads that do not run. */
    private LeakCause cause() {
        if (chain.steps().stream().anyMatch(step -> step.type().equals("class java.lang.ApplicationShutdownHooks"))) {
            return LeakCause.SHUTDOWN_HOOK;
        }
        if (chain.root().kind() == DumpedRoot.Kind.CLASS_VALUE) {
            return LeakCause.CLASS_VALUE;
        }
        LeakCause thread = ofThread();
        if (thread != null) {
            return thread;
        }
        for (int i = hosts - 1; i >= 0; i--) {
            LeakCause cause = of(i);
            if (cause != null) {
                return cause;
            }
        }
        if (hosts < chain.steps().size() && objects.isA(chain.steps().get(hosts).id(), "java.lang.Throwable")) {
            return LeakCause.KEPT_EXCEPTION;
        }
        return chain.root().kind() == DumpedRoot.Kind.NATIVE ? LeakCause.NATIVE : LeakCause.HOST_OBJECT;
    }

    /** What the thread itself is, when that is the root. */
    private @Nullable LeakCause ofThread() {
        long id = threadId();
        if (id == 0) {
            return null;
        }
        boolean direct = hosts == 0 && chain.root().kind() != DumpedRoot.Kind.OTHER;
        boolean byLoader = hosts == 1 && chain.steps().get(hosts).via().equals("contextClassLoader");
        if (!direct && !byLoader) {
            return null;
        }
        if (objects.isA(id, "java.util.TimerThread")) {
            return LeakCause.TIMER;
        }
        if (byLoader && !dump.runs(chain.root().thread(), chain.loader())) {
            return LeakCause.CONTEXT_CLASS_LOADER;
        }
        return objects.isA(id, "java.lang.BaseVirtualThread") ? LeakCause.VIRTUAL_THREAD : LeakCause.THREAD;
    }

    private @Nullable LeakCause of(int step) {
        Chain.Step at = chain.steps().get(step);
        String via = step + 1 < chain.steps().size() ? chain.steps().get(step + 1).via() : "";
        if (via.endsWith("ncaughtExceptionHandler")) {
            return LeakCause.UNCAUGHT_EXCEPTION_HANDLER;
        }
        if (objects.isA(at.id(), "java.lang.Throwable")) {
            return LeakCause.KEPT_EXCEPTION;
        }
        String name = at.type().replaceFirst("^class ", "");
        LeakCause best = null;
        int length = 0;
        for (Map.Entry<String, LeakCause> known : BY_CLASS.entrySet()) {
            if (name.startsWith(known.getKey()) && known.getKey().length() > length) {
                best = known.getValue();
                length = known.getKey().length();
            }
        }
        return best == LeakCause.THREAD && objects.isA(threadId(), "java.util.TimerThread") ? LeakCause.TIMER : best;
    }

    /** The thread that is the root, or has it on its stack; 0 when there is none. */
    private long threadId() {
        HeapDump.DumpedThread thread = chain.root().thread() == 0 ? null : dump.thread(chain.root().thread());
        return thread == null ? 0 : thread.id();
    }

    private String what(LeakCause cause) {
        return switch (cause) {
            case THREAD, VIRTUAL_THREAD, TIMER, CONTEXT_CLASS_LOADER -> threadName(threadId());
            case THREAD_LOCAL -> "%s of %s".formatted(modules(), threadName(threadId()));
            case SHUTDOWN_HOOK -> chain.steps().stream().filter(step -> objects.isA(step.id(), "java.lang.Thread"))
                    .findFirst().map(step -> threadName(step.id())).orElseGet(this::modules);
            case MBEAN -> named("com.sun.jmx.mbeanserver.NamedObject", "name", "_canonicalName");
            case METER -> named("io.prometheus.metrics.core.metrics.MetricWithFixedMetadata", "metadata", "name");
            case KEPT_EXCEPTION -> chain.steps().stream()
                    .filter(step -> objects.isA(step.id(), "java.lang.Throwable")).findFirst()
                    .map(step -> "%s in %s".formatted(step.type(), field())).orElseGet(this::field);
            case HOST_CACHE, HOST_OBJECT, HOST_FUTURE, NATIVE, SOFT_REFERENCE, CLASS_VALUE, UNKNOWN -> "%s in %s"
                    .formatted(modules(), field());
            case UNCAUGHT_EXCEPTION_HANDLER, JDBC_DRIVER, LOG_HANDLER, SECURITY_PROVIDER, SCHEDULED_TASK -> modules();
        };
    }

    /** The first thing of the module on the way. */
    private String modules() {
        return hosts < chain.steps().size() ? chain.steps().get(hosts).type() : "the class loader";
    }

    /** Where the host has it: the last static field on the way, or else the root. */
    private String field() {
        for (int i = Math.min(hosts, chain.steps().size() - 1); i > 0; i--) {
            if (chain.steps().get(i).via().startsWith("static ")) {
                return "%s.%s".formatted(chain.steps().get(i - 1).type().replaceFirst("^class ", ""),
                        chain.steps().get(i).via().substring("static ".length()));
            }
        }
        return root();
    }

    private String named(String type, String field, String inIt) {
        for (Chain.Step step : chain.steps()) {
            if (objects.isA(step.id(), type)) {
                String name = objects.string(objects.field(objects.field(step.id(), field), inIt));
                if (!name.isEmpty()) {
                    return name;
                }
            }
        }
        return modules();
    }

    private String threadName(long id) {
        return "thread \"%s\"".formatted(objects.string(objects.field(id, "name")));
    }

    private String root() {
        DumpedRoot root = chain.root();
        return switch (root.kind()) {
            case THREAD -> threadName(threadId());
            case FRAME -> "a variable of %s on the stack of %s".formatted(dump.method(root.thread(), root.frame()),
                    threadName(threadId()));
            case NATIVE -> "native code";
            case MONITOR -> "a lock that is held";
            case CLASS -> chain.steps().getFirst().type();
            case CLASS_VALUE -> "a ClassValue of a class";
            case OTHER -> "the JVM";
        };
    }

    /** Of a long list, which is one step for each element, both ends. */
    private List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("root: " + root());
        int size = chain.steps().size();
        for (int i = 0; i < size; i++) {
            Chain.Step step = chain.steps().get(i);
            if (i == FIRST && i < size - LAST) {
                lines.add("… %d more …".formatted(size - FIRST - LAST));
            } else if ((i < FIRST || i >= size - LAST) && (i > 0 || !step.type().equals(root()))) {
                lines.add("%s%s%s".formatted(step.via(), step.via().isEmpty() ? "" : " → ", step.type()));
            }
        }
        return lines;
    }
}
