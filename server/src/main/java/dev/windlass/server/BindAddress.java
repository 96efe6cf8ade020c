package dev.windlass.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * Where an endpoint listens.
 *
 * @param host a name or an address; the empty string stands for all interfaces
 * @param port 0 to 65535; 0 takes any free port
 */
public record BindAddress(String host, int port) {
    private static final int MAX_PORT = 65_535;

    /** @throws IllegalArgumentException when the port is out of range */
    public BindAddress {
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException(
                    "port %d is out of range: use 0 (any free port) to %d".formatted(port, MAX_PORT));
        }
    }

    /** A port of the loopback interface, which only processes on the same machine reach. */
    public static BindAddress loopback(int port) {
        return new BindAddress("127.0.0.1", port);
    }

    /** A port of all interfaces, as probes need it that come from outside of the pod. */
    public static BindAddress everywhere(int port) {
        return new BindAddress("", port);
    }

    /**
     * Reads {@code 127.0.0.1:8081}, {@code [::1]:8081}, {@code localhost:0}, or {@code :8081} for all interfaces.
     *
     * @throws IllegalArgumentException when the text is none of these
     */
    public static BindAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw malformed(text);
        }
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (bracketed) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw malformed(text);
        }
        try {
            return new BindAddress(host, Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            IllegalArgumentException malformed = malformed(text);
            malformed.initCause(e);
            throw malformed;
        }
    }

    /**
     * Whether only processes on the same machine reach it.
     *
     * @throws IllegalArgumentException when the host cannot be resolved
     */
    public boolean isLoopback() {
        try {
            return !host.isEmpty()
                    && Arrays.stream(InetAddress.getAllByName(host)).allMatch(InetAddress::isLoopbackAddress);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(
                    "host \"%s\" of bind address %s cannot be resolved: use an address of this machine".formatted(host,
                            this),
                    e);
        }
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "\"%s\" is not a bind address: use HOST:PORT, for example 127.0.0.1:8081, [::1]:8081 or :8081"
                        .formatted(text));
    }

    /** The form that {@link #parse(String)} reads. */
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
