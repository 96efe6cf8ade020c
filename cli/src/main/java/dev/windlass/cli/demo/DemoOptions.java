package dev.windlass.cli.demo;

import dev.windlass.cli.operator.Endpoints;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a demo is set up.
 *
 * @param endpoints where the manager can be asked
 * @param joined kubeconfig files of further clusters, by name
 * @param election where the Lease is for which the manager stands
 */
public record DemoOptions(Endpoints endpoints, Map<String, Path> joined, Election election) {

    /**
     * Whether the controllers work only where their manager leads.
     *
     * @param wanted whether there is an election at all
     * @param kubeconfig of the server with the Lease; null for the demo's own north
     */
    public record Election(boolean wanted, @Nullable Path kubeconfig) {
    }
}
