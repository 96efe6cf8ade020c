package dev.windlass.cli.operator;

import dev.windlass.controller.Request;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One call of a reconciler, when it has returned.
 *
 * @param controller the name of the controller
 * @param request what it was asked
 * @param took how long it took
 * @param failure what it threw; null when it returned
 */
public record Reconciliation(String controller, Request<?> request, Duration took, @Nullable Exception failure) {
}
