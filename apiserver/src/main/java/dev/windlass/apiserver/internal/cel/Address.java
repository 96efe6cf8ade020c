package dev.windlass.apiserver.internal.cel;

import com.google.common.net.InetAddresses;
import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.net.AddressSyntax;
import java.net.Inet4Address;
import java.net.InetAddress;

/** An IP address as expressions see it. */
record Address(InetAddress address) {
    /** @throws IllegalArgumentException when it is none, or a form that Kubernetes does not take */
    static Address parse(String text) {
        String problem = AddressSyntax.problem(text);
        if (!problem.isEmpty()) {
            throw new IllegalArgumentException("IP Address " + GoText.quoted(text)
                    + " parse error during conversion from string: " + problem);
        }
        if (text.contains("%")) {
            throw new IllegalArgumentException("IP address " + GoText.quoted(text) + " with zone value is not allowed");
        }
        Address address = new Address(InetAddresses.forString(text));
        if (text.contains(":") && address.isFour()) {
            throw new IllegalArgumentException(
                    "IPv4-mapped IPv6 address " + GoText.quoted(text) + " is not allowed");
        }
        return address;
    }

    boolean isFour() {
        return address instanceof Inet4Address;
    }

    @Override
    public String toString() {
        return InetAddresses.toAddrString(address);
    }
}
