package dev.windlass.testkit;

import dev.windlass.apiserver.OpenWatch;
import dev.windlass.testkit.LinuxSockets.Tcp;
import dev.windlass.testkit.ThreadDump.Entry;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.ObjectName;

/** The usual witnesses of a {@link LeakCheck}. */
public final class Witnesses {

    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final Pattern HISTOGRAM = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+(\\S+).*");
    private static final Pattern LOADER = Pattern
            .compile("0x[0-9a-f]+\\s+0x[0-9a-f]+\\s+0x[0-9a-f]+\\s+\\d+\\s+\\d+\\s+\\d+\\s+(.+)");
    private static final Pattern LAMBDA = Pattern.compile("\\$\\$Lambda.*");
    /** Threads that the JDK and the test runner start when they like, and keep for themselves. */
    private static final Pattern FOREIGN = Pattern
            .compile("Reference Handler|Finalizer|Signal Dispatcher|Service Thread"
                    + "|Monitor Deflation Thread|Notification Thread|Common-Cleaner|Attach Listener|C[12] CompilerThread.*"
                    + "|.*-Poller.*|VirtualThread-unblocker|ForkJoinPool-\\d+-delayScheduler|CompletableFutureDelayScheduler"
                    + "|ForkJoinPool\\.commonPool-.*|process reaper.*|Keep-Alive-.*|JFR .*|RMI .*|surefire-.*|awaitility-.*|Cleaner-\\d+");
    private static final String CARRIER = "jdk.internal.misc.CarrierThread";
    private static final String OWN = Witnesses.class.getPackageName() + ".";
    private static final int FRAMES = 16;

    private Witnesses() {
    }

    /** Platform threads by name, numbers in it left out; not those that the JDK keeps for itself. */
    public static Witness threads() {
        return cheap("platform threads", () -> {
            Set<String> carriers = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getClass().getName().equals(CARRIER))
                    .map(thread -> Long.toString(thread.threadId())).collect(Collectors.toSet());
            return threads(entry -> !entry.virtual() && !carriers.contains(entry.id()));
        });
    }

    /** Virtual threads, parked ones too, by name, or by the code that they run when they have none. */
    public static Witness virtualThreads() {
        return cheap("virtual threads", () -> threads(Entry::virtual));
    }

    private static Map<String, Witness.Sighting> threads(Predicate<Entry> which) {
        return group(ThreadDump.take().stream().filter(which).filter(entry -> !FOREIGN.matcher(entry.name()).matches())
                .toList(), Witnesses::label, Entry::id, Witnesses::describe);
    }

    private static String label(Entry thread) {
        if (!thread.name().isEmpty()) {
            return NUMBER.matcher(thread.name()).replaceAll("#");
        }
        // The outermost frame that is not the JDK's is the code that the thread was started with.
        return thread.stack().reversed().stream().filter(frame -> !frame.startsWith("java.")).findFirst()
                .map(frame -> "unnamed, in " + frame).orElse("unnamed");
    }

    private static String describe(Entry thread) {
        String stack = thread.stack().stream().limit(FRAMES).map(frame -> "\n        at " + frame)
                .collect(Collectors.joining());
        return "\"%s\" (thread %s)%s".formatted(thread.name(), thread.id(), stack);
    }

    /** Sockets of this process, by the address of the other end. Sees nothing but on Linux, and says so in its name. */
    public static Witness sockets() {
        if (!LinuxSockets.available()) {
            return cheap("sockets (not seen: there is no /proc on this system)", Map::of);
        }
        return cheap("sockets", Witnesses::ownSockets);
    }

    private static Map<String, Witness.Sighting> ownSockets() {
        Set<String> own = LinuxSockets.inodes("self");
        List<Tcp> sockets = LinuxSockets.all().stream().filter(socket -> own.contains(socket.inode())).toList();
        Set<Integer> listening = sockets.stream().filter(socket -> socket.state().equals(LinuxSockets.LISTEN))
                .map(Tcp::localPort).collect(Collectors.toSet());
        return group(sockets, socket -> {
            if (socket.state().equals(LinuxSockets.LISTEN)) {
                return "listening on %s:%d".formatted(socket.local(), socket.localPort());
            }
            return listening.contains(socket.localPort())
                    ? "accepted on %s:%d".formatted(socket.local(), socket.localPort())
                    : "connected to %s:%d".formatted(socket.remote(), socket.remotePort());
        }, Tcp::inode, Tcp::toString);
    }

    /** Selectors and pipes of this process, by kind: what a client keeps when its connections are closed. Linux only. */
    public static Witness descriptors() {
        if (!LinuxSockets.available()) {
            return cheap("descriptors (not seen: there is no /proc on this system)", Map::of);
        }
        return cheap("descriptors", () -> group(LinuxSockets.descriptors("self").entrySet().stream()
                .filter(entry -> entry.getValue().startsWith("anon_inode:") || entry.getValue().startsWith("pipe:"))
                .toList(), entry -> NUMBER.matcher(entry.getValue()).replaceAll("#"),
                entry -> entry.getKey() + " " + entry.getValue(), Map.Entry::getValue));
    }

    /**
     * Instances that survive a garbage collection, by class.
     *
     * @param prefix of the names of the classes to count, such as {@code dev.windlass.}; those of this library are not
     * @param slack how many more of a class are no leak; what is made once, at the first use, shows up here
     */
    public static Witness instances(String prefix, long slack) {
        return new Costly("instances of " + prefix + "*", slack, () -> {
            Map<String, Witness.Sighting> counts = new TreeMap<>();
            diagnose("gcClassHistogram").lines().map(HISTOGRAM::matcher).filter(Matcher::matches).forEach(line -> {
                String name = LAMBDA.matcher(line.group(2)).replaceFirst("\\$\\$Lambda");
                if (name.startsWith(prefix) && !name.startsWith(OWN)) {
                    counts.merge(name, Witness.Sighting.of(Long.parseLong(line.group(1))),
                            (one, other) -> Witness.Sighting.of(one.count() + other.count()));
                }
            });
            return counts;
        });
    }

    /** Class loaders, by class. */
    public static Witness classLoaders() {
        return new Costly("class loaders", 0, () -> {
            diagnose("gcRun");
            return group(diagnose("vmClassloaderStats").lines().map(LOADER::matcher).filter(Matcher::matches)
                    .map(line -> line.group(1)).toList(), Function.identity(), name -> "", Function.identity());
        });
    }

    /** The watches that others have open at an API server, as it tells. */
    public static Witness watches(TestApiServer server) {
        return cheap("watches at " + server.name(), () -> group(server.openWatches(), OpenWatch::toString, watch -> "",
                OpenWatch::toString));
    }

    /** The connections that others have to an API server, as it tells. */
    public static Witness connections(TestApiServer server) {
        return cheap("connections at " + server.name(),
                () -> server.connections().isPresent()
                        ? Map.of("connections", Witness.Sighting.of(server.connections().getAsLong()))
                        : Map.of());
    }

    /** The connections through a proxy. */
    public static Witness connections(FaultProxy proxy) {
        return cheap("connections through " + proxy,
                () -> Map.of("connections", Witness.Sighting.of(proxy.connections())));
    }

    private static String diagnose(String operation) {
        try {
            boolean arguments = !operation.equals("gcRun");
            return String.valueOf(ManagementFactory.getPlatformMBeanServer().invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"), operation,
                    arguments ? new Object[]{new String[0]} : new Object[0],
                    arguments ? new String[]{String[].class.getName()} : new String[0]));
        } catch (JMException e) {
            throw new IllegalStateException("this JVM cannot answer the diagnostic command " + operation + ": " + e, e);
        }
    }

    private static <T> Map<String, Witness.Sighting> group(List<T> things, Function<T, String> item,
            Function<T, String> identity, Function<T, String> description) {
        Map<String, Map<String, String>> instances = new HashMap<>();
        Map<String, Long> counts = new TreeMap<>();
        for (T thing : things) {
            String key = item.apply(thing);
            counts.merge(key, 1L, Long::sum);
            instances.computeIfAbsent(key, absent -> new HashMap<>()).put(identity.apply(thing),
                    description.apply(thing));
        }
        Map<String, Witness.Sighting> sightings = new TreeMap<>();
        counts.forEach(
                (key, count) -> sightings.put(key, new Witness.Sighting(count, instances.getOrDefault(key, Map.of()))));
        return sightings;
    }

    private static Witness cheap(String name, Supplier<Map<String, Witness.Sighting>> source) {
        return new Cheap(name, source);
    }

    private record Cheap(String name, Supplier<Map<String, Sighting>> source) implements Witness {

        @Override
        public Map<String, Sighting> look() {
            return source.get();
        }
    }

    private record Costly(String name, long slack, Supplier<Map<String, Sighting>> source) implements Witness {

        @Override
        public Map<String, Sighting> look() {
            return source.get();
        }

        @Override
        public boolean costly() {
            return true;
        }
    }
}
