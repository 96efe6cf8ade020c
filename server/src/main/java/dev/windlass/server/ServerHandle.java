package dev.windlass.server;

import dev.windlass.lifecycle.RunnableHandle;
import java.net.URI;
import java.util.Optional;

/** The handle of an HTTP endpoint. Thread-safe. */
public final class ServerHandle extends RunnableHandle {
    static final String ADDRESS = "address";

    ServerHandle(RunnableHandle base) {
        super(base);
    }

    /** Where the endpoint can be reached now: {@code http://127.0.0.1:8081}. Empty while it does not listen. */
    public Optional<URI> address() {
        return Optional.ofNullable(details().get(ADDRESS)).map(URI::create);
    }
}
