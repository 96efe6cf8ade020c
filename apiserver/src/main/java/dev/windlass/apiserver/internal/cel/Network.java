package dev.windlass.apiserver.internal.cel;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** A range of IP addresses as expressions see it. */
record Network(Address address, int bits) {
    /** @throws IllegalArgumentException when it is none */
    static Network parse(String text) {
        int slash = text.indexOf('/');
        String length = text.substring(slash + 1);
        if (slash < 0 || !length.matches("0|[1-9]\\d{0,2}")) {
            throw new IllegalArgumentException(
                    "network address parse error during conversion from string: netip.ParsePrefix(\""
                            + text + "\"): " + (slash < 0 ? "no '/'" : "bad bits after slash: \"" + length + "\""));
        }
        Address address = Address.parse(text.substring(0, slash));
        int bits = Integer.parseInt(length);
        if (bits > address.address().getAddress().length * 8) {
            throw new IllegalArgumentException(
                    "network address parse error during conversion from string: netip.ParsePrefix(\""
                            + text + "\"): prefix length out of range");
        }
        return new Network(address, bits);
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
