package dev.windlass.apiserver;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Says where a service is really answered, since nothing runs behind the services of an embedded server. Thread-safe. */
@FunctionalInterface
public interface ServiceResolver {

    /**
     * Where the server connects to when a webhook names this service. What answers there must show a certificate for {@code <name>.<namespace>.svc}.
     *
     * @param port
     *            that the webhook names, 443 if it names none
     * @return null for a service that it does not know
     */
    @Nullable
    InetSocketAddress resolve(String namespace, String name, int port);
}
