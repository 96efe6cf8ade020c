package dev.windlass.cli.operator;

import dev.windlass.server.BindAddress;

/**
 * Where a manager can be asked.
 *
 * @param admin where the admin API listens; a loopback address
 * @param health where probes are answered
 * @param metrics where meters are shown
 */
public record Endpoints(BindAddress admin, BindAddress health, BindAddress metrics) {
}
