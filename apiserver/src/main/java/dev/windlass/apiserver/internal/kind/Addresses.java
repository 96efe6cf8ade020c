package dev.windlass.apiserver.internal.kind;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Addresses and ranges of addresses, and what Kubernetes says of wrong ones. Stateless. */
public final class Addresses {
    private static final Pattern IPV4 = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*");
    private static final Pattern LEADING_ZERO = Pattern.compile("(^|\\.)0\\d");
    private static final String BAD_IP = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
    private static final String BAD_CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
    private static final int BYTE = 8;
    private static final int GROUPS = 8;

    private Addresses() {
    }

    /**
     * A range of addresses.
     *
     * @param address
     *            its bytes, 4 or 16
     * @param prefix
     *            how many of its bits are those of the network
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
    public record Range(byte[] address, int prefix) {
        public boolean contains(Range other) {
            return other.address.length == address.length && other.prefix > prefix
                    && Arrays.equals(masked(), new Range(other.address, prefix).masked());
        }

        byte[] masked() {
            byte[] out = address.clone();
            for (int bit = prefix; bit < out.length * BYTE; bit++) {
                out[bit / BYTE] &= (byte) ~(1 << (BYTE - 1 - bit % BYTE));
            }
            return out;
        }
    }

    /** Whether it is the address of one place that is not this very machine, as Go tells it. */
    public static boolean isGlobalUnicast(String text) {
        byte[] bytes = parse(text);
        if (bytes == null) {
            return false;
        }
        try {
            return isGlobalUnicast(InetAddress.getByAddress(bytes));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }

    /** Whether it is the address of one place that is not this very machine, as Go tells it. */
    public static boolean isGlobalUnicast(InetAddress address) {
        return !address.isAnyLocalAddress() && !address.isLoopbackAddress() && !address.isMulticastAddress()
                && !address.isLinkLocalAddress() && !address.getHostAddress().equals("255.255.255.255");
    }

    /** The bytes of an address as a literal, zeros before its numbers allowed; null when it is none. */
    public static byte @Nullable [] parse(String text) {
        Matcher ipv4 = IPV4.matcher(text);
        if (ipv4.matches()) {
            byte[] bytes = new byte[4];
            for (int i = 0; i < bytes.length; i++) {
                int number = Integer.parseInt(ipv4.group(i + 1));
                if (number > 0xff) {
                    return null;
                }
                bytes[i] = (byte) number;
            }
            return bytes;
        }
        if (!IPV6.matcher(text).matches()) {
            return null;
        }
        try {
            // One that stands for an IPv4 address comes back as such.
            byte[] bytes = InetAddress.ofLiteral(text).getAddress();
            return bytes.length == 4 ? mapped(bytes) : bytes;
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private static byte[] mapped(byte[] ipv4) {
        byte[] bytes = new byte[16];
        bytes[10] = (byte) 0xff;
        bytes[11] = (byte) 0xff;
        System.arraycopy(ipv4, 0, bytes, 12, 4);
        return bytes;
    }

    /** Whether these are the bytes of an IPv4 address, or of one that stands for it. */
    public static boolean isVersion4(byte[] bytes) {
        return bytes.length == 4 || isMapped(bytes);
    }

    private static boolean isMapped(byte[] bytes) {
        return bytes.length == 16 && Arrays.equals(bytes, mapped(Arrays.copyOfRange(bytes, 12, 16)));
    }

    /** The range, null when it is none. */
    public static @Nullable Range range(String text) {
        int slash = text.indexOf('/');
        byte[] address = slash < 0 ? null : parse(text.substring(0, slash));
        String prefix = text.substring(slash + 1);
        if (address == null || !prefix.matches("\\d{1,3}") || Integer.parseInt(prefix) > address.length * BYTE) {
            return null;
        }
        return new Range(address, Integer.parseInt(prefix));
    }

    /** What is wrong with an address; it need not be in its canonical form. */
    public static List<String> address(String text) {
        byte[] bytes = parse(text);
        if (bytes == null) {
            return List.of(BAD_IP);
        }
        List<String> problems = new ArrayList<>();
        if (bytes.length == 4 && LEADING_ZERO.matcher(text).find()) {
            problems.add("must not have leading 0s");
        }
        if (isMapped(bytes)) {
            problems.add("must not be an IPv4-mapped IPv6 address");
        }
        return problems;
    }

    /** What to say of an address that is right but not in its canonical form, empty when it is in it. */
    public static String addressWarning(String text) {
        byte[] bytes = parse(text);
        if (bytes == null || bytes.length == 4 || isMapped(bytes) || canonical(bytes).equals(text)) {
            return "";
        }
        return "IPv6 address \"" + text + "\" should be in RFC 5952 canonical format (\"" + canonical(bytes) + "\")";
    }

    /** What is wrong with an address that must be in its canonical form. */
    public static List<String> canonicalAddress(String text) {
        List<String> problems = address(text);
        byte[] bytes = parse(text);
        return problems.isEmpty() && bytes != null && !canonical(bytes).equals(text)
                ? List.of("must be in canonical form (\"" + canonical(bytes) + "\")")
                : problems;
    }

    /** What is wrong with a range; its address need not be in its canonical form. */
    public static List<String> cidr(String text) {
        Range range = range(text);
        if (range == null) {
            return List.of(BAD_CIDR);
        }
        if (LEADING_ZERO.matcher(text).find() || text.matches(".*/0\\d+")) {
            return List.of("must not have leading 0s in IP or prefix length");
        }
        if (isMapped(range.address())) {
            return List.of("must not have an IPv4-mapped IPv6 address");
        }
        return Arrays.equals(range.address(), range.masked())
                ? List.of()
                : List.of("must not have bits set beyond the prefix length");
    }

    /** What is wrong with a range that must be in its canonical form. */
    public static List<String> canonicalCidr(String text) {
        List<String> problems = cidr(text);
        Range range = range(text);
        if (!problems.isEmpty() || range == null) {
            return problems;
        }
        String canonical = canonical(range.address()) + "/" + range.prefix();
        return canonical.equals(text) ? problems : List.of("must be in canonical form (\"" + canonical + "\")");
    }

    /** What to say of a range that is right but not in its canonical form, empty when it is in it. */
    public static String cidrWarning(String text) {
        Range range = range(text);
        if (range == null || range.address().length == 4 || isMapped(range.address())) {
            return "";
        }
        String canonical = canonical(range.address()) + "/" + range.prefix();
        return canonical.equals(text)
                ? ""
                : "IPv6 CIDR value \"" + text + "\" should be in RFC 5952 canonical format (\"" + canonical + "\")";
    }

    /** As RFC 5952 has it: the longest run of zeros is left out. */
    static String canonical(byte[] bytes) {
        if (bytes.length == 4) {
            return (bytes[0] & 0xff) + "." + (bytes[1] & 0xff) + "." + (bytes[2] & 0xff) + "." + (bytes[3] & 0xff);
        }
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = ((bytes[2 * i] & 0xff) << BYTE) | (bytes[2 * i + 1] & 0xff);
        }
        int start = -1;
        int length = 1;
        for (int i = 0; i < GROUPS; i++) {
            int end = i;
            while (end < GROUPS && groups[end] == 0) {
                end++;
            }
            if (end - i > length) {
                start = i;
                length = end - i;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == start) {
                text.append("::");
                i += length - 1;
            } else {
                text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":")
                        .append(Integer.toHexString(groups[i]));
            }
        }
        return text.toString();
    }
}
