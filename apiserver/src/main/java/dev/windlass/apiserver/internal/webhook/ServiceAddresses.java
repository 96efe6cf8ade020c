package dev.windlass.apiserver.internal.webhook;

import java.net.InetSocketAddress;

/** Where services are answered. Thread-safe. */
@FunctionalInterface
public interface ServiceAddresses {

    /** @throws CallFailedException when there is no such service, or nothing behind it */
    InetSocketAddress find(String namespace, String name, int port) throws CallFailedException;
}
