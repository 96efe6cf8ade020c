package dev.windlass.server;

import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Unit;

/**
 * Serves the manager's health checks to probes: {@code /healthz} and {@code /livez} for liveness, {@code /readyz} for
 * readiness, each with {@code ?verbose}, {@code ?exclude=CHECK} and a path per check, {@code /readyz/CHECK}.
 *
 * <p>Readiness fails from the moment the manager begins to stop, under the check {@code shutdown}; liveness does not. The unit
 * is named {@code server/health}. Immutable.
 */
public final class HealthServer implements Unit<ServerHandle> {
    private final RunnableSpec spec = HttpRunnable.spec("server/health", "HealthServer");
    private final BindAddress address;

    private HealthServer(BindAddress address) {
        this.address = address;
    }

    /** Health at this address. */
    public static HealthServer at(BindAddress address) {
        return new HealthServer(address);
    }

    @Override
    public RunnableSpec spec() {
        return spec;
    }

    @Override
    public ManagedRunnable newInstance() {
        return new HttpRunnable(address, Failures.TEXT, (context, _) -> new HealthHandler(context.manager()));
    }

    @Override
    public ServerHandle handle(RunnableHandle base) {
        return new ServerHandle(base);
    }
}
