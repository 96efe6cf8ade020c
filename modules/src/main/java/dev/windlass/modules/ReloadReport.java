package dev.windlass.modules;

import dev.windlass.lifecycle.ReplaceOutcome;
import dev.windlass.lifecycle.ReplaceReport;
import java.util.List;
import java.util.Locale;

/**
 * What came of a reload. Strings and numbers only.
 *
 * @param module the module's name
 * @param from the version that ran
 * @param to the version that was to follow
 * @param outcome which of the two stays
 * @param message the same for people: what went wrong, if anything did
 * @param replaced of the units that both versions have
 * @param added the units that only the new version has; empty unless it stays
 * @param removed the units that only the old version had; empty unless the new one stays
 * @param unloaded what is known of the classes of the version that does not stay
 */
public record ReloadReport(String module, String from, String to, ReplaceOutcome outcome, String message,
        List<ReplaceReport> replaced, List<String> added, List<String> removed, UnloadReport unloaded) {

    /** Copies its lists. */
    public ReloadReport {
        replaced = List.copyOf(replaced);
        added = List.copyOf(added);
        removed = List.copyOf(removed);
    }

    /** One line: {@code billing 2.1 → 2.2 replaced: 3 units replaced, 1 added, 1040 items handed over}. */
    @Override
    public String toString() {
        long handedOver = replaced.stream().mapToLong(ReplaceReport::handedOver).sum();
        StringBuilder line = new StringBuilder("%s %s → %s %s: %s replaced".formatted(module, from, to,
                outcome.name().toLowerCase(Locale.ROOT).replace('_', ' '), counted(replaced.size(), "unit")));
        if (!added.isEmpty()) {
            line.append(", ").append(added.size()).append(" added");
        }
        if (!removed.isEmpty()) {
            line.append(", ").append(removed.size()).append(" removed");
        }
        if (handedOver > 0) {
            line.append(", ").append(counted(handedOver, "item")).append(" handed over");
        }
        if (!message.isEmpty()) {
            line.append(": ").append(message);
        }
        return line.toString();
    }

    private static String counted(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }
}
