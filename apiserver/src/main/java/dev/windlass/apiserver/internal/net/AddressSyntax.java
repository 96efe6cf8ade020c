package dev.windlass.apiserver.internal.net;

/** Says what is wrong with a text that is no IP address, in the words of Go. One use; not thread-safe. */
public final class AddressSyntax {
    private static final int BYTES = 16;
    private static final int HEX = 16;
    private static final int MOST_IN_BYTE = 0xff;

    private final String text;

    private AddressSyntax(String text) {
        this.text = text;
    }

    /** Whether it is an address, without a zone. */
    public static boolean isAddress(String text) {
        return !text.contains("%") && problem(text).isEmpty();
    }

    /** Empty when it is an address; one that is written with colons may have a zone. */
    public static String problem(String text) {
        return problemOfBytes(Percent.bytes(text));
    }

    /** The same of a text that has a character for each byte. */
    static String problemOfBytes(String text) {
        try {
            new AddressSyntax(text).check();
            return "";
        } catch (IllegalArgumentException e) {
            return "ParseAddr(" + Percent.quoted(text) + "): " + e.getMessage();
        }
    }

    private static IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(what);
    }

    private static IllegalArgumentException wrong(String what, String at) {
        return wrong(at.isEmpty() ? what : what + " (at " + Percent.quoted(at) + ")");
    }

    private void check() {
        for (int i = 0; i < text.length(); i++) {
            switch (text.charAt(i)) {
                case '.' -> {
                    version4(text);
                    return;
                }
                case ':' -> {
                    version6();
                    return;
                }
                case '%' -> throw wrong("missing IPv6 address");
                default -> {
                }
            }
        }
        throw wrong("unable to parse IP");
    }

    private static void version4(String address) {
        int dots = 0;
        int digits = 0;
        int value = 0;
        for (int i = 0; i < address.length(); i++) {
            char c = address.charAt(i);
            if (c >= '0' && c <= '9') {
                if (digits == 1 && value == 0) {
                    throw wrong("IPv4 field has octet with leading zero");
                }
                value = value * 10 + c - '0';
                digits++;
                if (value > MOST_IN_BYTE) {
                    throw wrong("IPv4 field has value >255");
                }
            } else if (c != '.') {
                throw wrong("unexpected character", address.substring(i));
            } else {
                if (digits == 0 || i == address.length() - 1) {
                    throw wrong("IPv4 field must have at least one digit", address.substring(i));
                }
                if (++dots > 3) {
                    throw wrong("IPv4 address too long");
                }
                value = 0;
                digits = 0;
            }
        }
        if (dots < 3) {
            throw wrong("IPv4 address too short");
        }
    }

    private void version6() {
        int percent = text.indexOf('%');
        if (percent == text.length() - 1) {
            throw wrong("zone must be a non-empty string");
        }
        String rest = percent < 0 ? text : text.substring(0, percent);
        boolean shortened = rest.startsWith("::");
        rest = shortened ? rest.substring(2) : rest;
        int bytes = 0;
        // After the two colons there may be nothing.
        while (bytes < BYTES && !(shortened && rest.isEmpty())) {
            int digits = group(rest);
            if (rest.startsWith(".", digits)) {
                embedded(rest, bytes, shortened);
                bytes += 4;
                rest = "";
                break;
            }
            bytes += 2;
            if (digits == rest.length()) {
                rest = "";
                break;
            }
            rest = afterColon(rest.substring(digits));
            if (rest.startsWith(":")) {
                if (shortened) {
                    throw wrong("multiple :: in address", rest);
                }
                shortened = true;
                rest = rest.substring(1);
            }
        }
        whole(rest, bytes, shortened);
    }

    private static void whole(String rest, int bytes, boolean shortened) {
        if (!rest.isEmpty()) {
            throw wrong("trailing garbage after address", rest);
        }
        if (bytes < BYTES && !shortened) {
            throw wrong("address string too short");
        }
        if (bytes >= BYTES && shortened) {
            throw wrong("the :: must expand to at least one field of zeros");
        }
    }

    /** How many digits a text begins with. */
    private static int group(String text) {
        int digits = 0;
        while (digits < text.length() && Character.digit(text.charAt(digits), HEX) >= 0) {
            if (++digits > 4) {
                throw wrong("each group must have 4 or less digits", text);
            }
        }
        if (digits == 0) {
            throw wrong("each colon-separated field must have at least one digit", text);
        }
        return digits;
    }

    private static String afterColon(String text) {
        if (text.charAt(0) != ':') {
            throw wrong("unexpected character, want colon", text);
        }
        if (text.length() == 1) {
            throw wrong("colon must be followed by more characters", text);
        }
        return text.substring(1);
    }

    private static void embedded(String address, int bytes, boolean shortened) {
        if (!shortened && bytes != BYTES - 4) {
            throw wrong("embedded IPv4 address must replace the final 2 fields of the address", address);
        }
        if (bytes + 4 > BYTES) {
            throw wrong("too many hex fields to fit an embedded IPv4 at the end of the address", address);
        }
        version4(address);
    }
}
