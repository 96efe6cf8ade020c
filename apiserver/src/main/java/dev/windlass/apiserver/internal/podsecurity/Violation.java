package dev.windlass.apiserver.internal.podsecurity;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Something that a standard forbids.
 *
 * @param reason
 *            what it is, in short
 * @param detail
 *            where, and what is forbidden of it
 */
record Violation(String reason, String detail) {

    static String details(List<Violation> violations) {
        return violations.stream().map(each -> each.reason + " (" + each.detail + ")")
                .collect(Collectors.joining(", "));
    }

    static String reasons(List<Violation> violations) {
        return violations.stream().map(Violation::reason).collect(Collectors.joining(", "));
    }
}
