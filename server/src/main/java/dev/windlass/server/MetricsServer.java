package dev.windlass.server;

import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Unit;

/**
 * Serves the manager's meters at {@code /metrics}: Prometheus text or OpenMetrics, as the scraper asks, and Prometheus protobuf
 * where {@code prometheus-metrics-exposition-formats} is on the class path. {@code ?name[]=NAME} restricts the answer to meters
 * of these names, or with series of them. The unit is named {@code server/metrics}. Immutable.
 */
public final class MetricsServer implements Unit<ServerHandle> {
    private final RunnableSpec spec = HttpRunnable.spec("server/metrics", "MetricsServer");
    private final BindAddress address;

    private MetricsServer(BindAddress address) {
        this.address = address;
    }

    /** Metrics at this address. */
    public static MetricsServer at(BindAddress address) {
        return new MetricsServer(address);
    }

    @Override
    public RunnableSpec spec() {
        return spec;
    }

    @Override
    public ManagedRunnable newInstance() {
        return new HttpRunnable(address, Failures.TEXT,
                (context, _) -> new MetricsHandler(context.manager().metrics()));
    }

    @Override
    public ServerHandle handle(RunnableHandle base) {
        return new ServerHandle(base);
    }
}
