package dev.windlass.cli.demo;

import dev.windlass.server.BindAddress;
import java.nio.file.Path;
import java.util.Map;

/**
 * How a demo is set up.
 *
 * @param admin where the admin API listens
 * @param health where probes are answered
 * @param metrics where meters are shown
 * @param joined kubeconfig files of further clusters, by name
 */
public record DemoOptions(BindAddress admin, BindAddress health, BindAddress metrics, Map<String, Path> joined) {
}
