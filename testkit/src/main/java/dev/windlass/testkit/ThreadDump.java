package dev.windlass.testkit;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The JVM's own list of its threads: the only one that has parked virtual threads too. */
final class ThreadDump {

    private ThreadDump() {
    }

    /** A thread; the stack's innermost frame comes first. */
    record Entry(String id, String name, boolean virtual, List<String> stack) {
    }

    static List<Entry> take() {
        try {
            Path folder = Files.createTempDirectory("windlass-threads-");
            try {
                Path file = folder.resolve("threads.json");
                ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpThreads(file.toString(),
                        HotSpotDiagnosticMXBean.ThreadDumpFormat.JSON);
                return parse(Files.readString(file));
            } finally {
                Folders.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the JVM's threads cannot be dumped: " + e, e);
        }
    }

    /** Reads what the releases of the JDK have in common: they differ in where numbers are text, and in what is added. */
    static List<Entry> parse(String json) {
        List<Entry> entries = new ArrayList<>();
        for (JsonNode container : JsonMapper.shared().readTree(json).path("threadDump").path("threadContainers")) {
            for (JsonNode thread : container.path("threads")) {
                List<String> stack = new ArrayList<>();
                thread.path("stack").forEach(frame -> stack.add(frame.asString("")));
                // JDK 21 has no field "virtual": there the outermost frame tells.
                boolean virtual = thread.path("virtual").asBoolean(false)
                        || (!stack.isEmpty() && stack.getLast().contains("java.lang.VirtualThread.run"));
                entries.add(
                        new Entry(thread.path("tid").asString(""), thread.path("name").asString(""), virtual, stack));
            }
        }
        return entries;
    }
}
