package dev.windlass.benchmarks.suite;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;

/** On what it was measured. */
record Machine(String date, int cores, long gigabytes, String processor, String jdk, String go, String system,
        double load) {

    static Machine here() throws IOException, InterruptedException {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        Process go = new ProcessBuilder("go", "env", "GOVERSION").redirectErrorStream(true).start();
        String goVersion = new String(go.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        go.waitFor();
        String processor = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name")).findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip()).orElse("unknown");
        return new Machine(LocalDate.now(ZoneOffset.UTC).toString(), system.getAvailableProcessors(),
                Math.round(system.getTotalMemorySize() / (double) (1L << 30)), processor,
                System.getProperty("java.vendor") + " " + System.getProperty("java.runtime.version"), goVersion,
                System.getProperty("os.name") + " " + System.getProperty("os.version"), system.getSystemLoadAverage());
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d shared cores (%s), %d GB, %s, JDK %s, Go %s, load %.1f at the start",
                cores, processor, gigabytes, system, jdk, go, load);
    }
}
