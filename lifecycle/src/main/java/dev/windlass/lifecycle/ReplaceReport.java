package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What came of a replace. Strings and numbers only.
 *
 * @param unit full name
 * @param from the generation that ran, or that ran last
 * @param to the generation that was to follow; the same as {@code from} when none was started
 * @param method whether one got warm beside the other
 * @param whyCold why not; empty when it did
 * @param outcome which of the two stays
 * @param message the same for people: what went wrong, if anything did
 * @param handedOver items of pending work that went from one to the other
 * @param retired of the end of the generation that does not stay; null when none was ended
 * @param duration from the order to the end of that
 */
public record ReplaceReport(String unit, long from, long to, ReplaceMethod method, String whyCold,
        ReplaceOutcome outcome,
        String message, long handedOver, @Nullable StopReport retired, Duration duration) {

    /** One line: {@code websites#1 → #2 replaced (warm), 12 handed over}. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(unit).append('#').append(from).append(" → #").append(to).append(' ')
                .append(outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ')).append(" (")
                .append(method.name().toLowerCase(Locale.ROOT));
        if (!whyCold.isEmpty()) {
            line.append(": ").append(whyCold);
        }
        line.append(')');
        if (handedOver > 0) {
            line.append(", ").append(handedOver).append(" handed over");
        }
        if (!message.isEmpty()) {
            line.append(": ").append(message);
        }
        return line.toString();
    }
}
