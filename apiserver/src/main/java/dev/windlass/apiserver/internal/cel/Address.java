package dev.windlass.apiserver.internal.cel;

import com.google.common.net.InetAddresses;
import java.net.Inet4Address;
import java.net.InetAddress;

/** An IP address as expressions see it. */
record Address(InetAddress address) {
    /** @throws IllegalArgumentException when it is none, or a form that Kubernetes does not take */
    static Address parse(String text) {
        if (text.contains("%")) {
            throw new IllegalArgumentException(
                    "IP Address \"" + text + "\" with zone value is not allowed");
        }
        if (!InetAddresses.isInetAddress(text)) {
            throw new IllegalArgumentException("IP Address \"" + text + "\" parse error during conversion from string: "
                    + "ParseAddr(\"" + text + "\"): unable to parse IP");
        }
        if (text.contains(":") && text.contains(".")) {
            throw new IllegalArgumentException("IPv4-mapped IPv6 address \"" + text + "\" is not allowed");
        }
        return new Address(InetAddresses.forString(text));
    }

    boolean isFour() {
        return address instanceof Inet4Address;
    }

    @Override
    public String toString() {
        return InetAddresses.toAddrString(address);
    }
}
