package dev.windlass.modules;

import java.time.Instant;
import java.util.List;

/**
 * What became of the classes of one load of a module. Strings and numbers only: it keeps nothing of the module alive.
 *
 * @param module the module's name
 * @param version its version
 * @param load how often the module had been loaded into this manager, from 1; 0 when it never was
 * @param state what is known
 * @param since since when
 * @param cause what holds the classes, in one word; empty unless that is known
 * @param held what exactly does; empty unless that is known
 * @param chain the references that lead from what the JVM keeps to the class loader, one a line; empty unless a dump was looked at
 * @param remedy what to do about it; empty unless the cause is known
 * @param remains what the module had left behind elsewhere in the JVM, and whether that was cleared
 */
public record UnloadReport(String module, String version, long load, UnloadState state, Instant since, String cause,
        String held, List<String> chain, String remedy, List<String> remains) {

    /** Copies its lists. */
    public UnloadReport {
        chain = List.copyOf(chain);
        remains = List.copyOf(remains);
    }

    /** One line: {@code billing 2.1 (load 3): PROVED}. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder("%s %s (load %d): %s".formatted(module, version, load, state));
        if (!cause.isEmpty()) {
            line.append(": ").append(cause).append(": ").append(held);
        }
        if (!remedy.isEmpty()) {
            line.append("; ").append(remedy);
        }
        return line.toString();
    }
}
