package dev.windlass.cli.operator;

import dev.windlass.server.BindAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a manager can be asked.
 *
 * @param admin where the admin API listens; a loopback address
 * @param health where probes are answered
 * @param metrics where meters are shown
 * @param modules the folder from which modules may be loaded; null when none may be
 */
public record Endpoints(BindAddress admin, BindAddress health, BindAddress metrics, @Nullable Path modules) {
}
