package dev.windlass.apiserver.internal.cel;

import com.google.common.net.InetAddresses;
import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.net.AddressSyntax;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** A range of IP addresses as expressions see it. */
record Network(Address address, int bits) {
    private static final String PROBLEM = "network address parse error during conversion from string: ";

    /** @throws IllegalArgumentException when it is none */
    static Network parse(String text) {
        int slash = text.lastIndexOf('/');
        if (slash < 0) {
            throw wrong(text, "no '/'");
        }
        String address = text.substring(0, slash);
        String problem = AddressSyntax.problem(address);
        if (!problem.isEmpty()) {
            throw wrong(text, problem);
        }
        if (address.contains("%")) {
            throw wrong(text, "IPv6 zones cannot be present in a prefix");
        }
        String length = text.substring(slash + 1);
        if (!length.matches("0|[1-9]\\d*")) {
            throw wrong(text, "bad bits after slash: " + GoText.quoted(length));
        }
        Address first = new Address(InetAddresses.forString(address));
        boolean mapped = first.isFour() && address.contains(":");
        int most = first.isFour() && !mapped ? Integer.SIZE : 4 * Integer.SIZE;
        if (new BigInteger(length).compareTo(BigInteger.valueOf(most)) > 0) {
            throw wrong(text, "prefix length out of range");
        }
        if (mapped) {
            throw new IllegalArgumentException(
                    PROBLEM + "IPv4-mapped IPv6 address " + GoText.quoted(text) + " is not allowed");
        }
        return new Network(first, Integer.parseInt(length));
    }

    private static IllegalArgumentException wrong(String text, String why) {
        return new IllegalArgumentException(
                PROBLEM + PROBLEM + "netip.ParsePrefix(" + GoText.quoted(text) + "): " + why);
    }

    Network masked() {
        byte[] bytes = address.address().getAddress();
        for (int i = 0; i < bytes.length; i++) {
            int kept = Math.clamp(bits - 8L * i, 0, 8);
            bytes[i] = (byte) (bytes[i] & (0xff << (8 - kept)));
        }
        try {
            return new Network(new Address(InetAddress.getByAddress(bytes)), bits);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + bytes.length + " bytes is none", e);
        }
    }

    boolean contains(Address other) {
        return other.isFour() == address.isFour()
                && new Network(other, bits).masked().address().equals(masked().address());
    }

    boolean contains(Network other) {
        return other.bits >= bits && contains(other.masked().address());
    }

    @Override
    public String toString() {
        return InetAddresses.toAddrString(address.address()) + "/" + bits;
    }
}
