package dev.windlass.server;

import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Unit;

/**
 * Serves the manager's meters at {@code /metrics}: Prometheus text, OpenMetrics or Prometheus protobuf, as the scraper asks.
 * {@code ?name[]=NAME} restricts the answer to meters of these names. The unit is named {@code server/metrics}. Immutable.
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
        return new HttpRunnable(address, (context, _) -> new MetricsHandler(context.manager().metrics()));
    }

    @Override
    public ServerHandle handle(RunnableHandle base) {
        return new ServerHandle(base);
    }
}
