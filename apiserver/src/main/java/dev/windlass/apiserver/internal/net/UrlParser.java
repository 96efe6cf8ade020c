package dev.windlass.apiserver.internal.net;

import java.util.Locale;

/** Takes URLs apart, and words what is wrong with them as Go does. The texts have a character for each byte. Stateless. */
final class UrlParser {
    private static final String IN_USER = "-._:~!$&'()*+,;=%@";
    private static final String ZONE = "%25";
    private static final int DELETE = 0x7f;
    private static final int ASCII = 0x80;

    private UrlParser() {
    }

    /** @param absolute whether a path that is relative to another, or nothing, is refused */
    static Url parse(String text, boolean absolute) {
        if (text.chars().anyMatch(c -> c < ' ' || c == DELETE)) {
            throw new IllegalArgumentException("net/url: invalid control character in URL");
        }
        if (text.isEmpty() && absolute) {
            throw new IllegalArgumentException("empty url");
        }
        int colon = schemeEnd(text);
        String scheme = colon < 0 ? "" : text.substring(0, colon).toLowerCase(Locale.ROOT);
        String rest = text.substring(colon + 1);
        int mark = rest.indexOf('?');
        String query = mark < 0 ? "" : Percent.text(rest.substring(mark + 1));
        String path = mark < 0 ? rest : rest.substring(0, mark);
        if (!path.startsWith("/") && !text.equals("*")) {
            if (!scheme.isEmpty()) {
                return new Url(scheme, null, "", "", query, "");
            }
            checkRelative(path, absolute);
        }
        boolean hasHost = path.startsWith("//")
                && (!scheme.isEmpty() || (!absolute && !path.startsWith("///")));
        if (!hasHost) {
            return new Url(scheme, null, "", path(path), query, "");
        }
        int slash = path.indexOf('/', 2);
        String authority = slash < 0 ? path.substring(2) : path.substring(2, slash);
        int at = authority.lastIndexOf('@');
        String host = Percent.text(host(scheme, authority.substring(at + 1)));
        String user = at < 0 ? null : user(authority.substring(0, at));
        return new Url(scheme, user, host, path(slash < 0 ? "" : path.substring(slash)), query, "");
    }

    private static void checkRelative(String path, boolean absolute) {
        if (absolute) {
            throw new IllegalArgumentException("invalid URI for request");
        }
        int slash = path.indexOf('/');
        if ((slash < 0 ? path : path.substring(0, slash)).contains(":")) {
            throw new IllegalArgumentException("first path segment in URL cannot contain colon");
        }
    }

    /** Where the colon after the scheme is, -1 when there is no scheme. */
    private static int schemeEnd(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean isLetter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (c == ':') {
                if (i == 0) {
                    throw new IllegalArgumentException("missing protocol scheme");
                }
                return i;
            }
            if (!isLetter && (i == 0 || ((c < '0' || c > '9') && "+-.".indexOf(c) < 0))) {
                return -1;
            }
        }
        return -1;
    }

    private static String path(String path) {
        Percent.PATH.unescaped(path);
        return Percent.text(Percent.PATH.escapedAgain(path));
    }

    private static String user(String user) {
        if (!user.chars().allMatch(c -> (c < ASCII && Character.isLetterOrDigit(c)) || IN_USER.indexOf(c) >= 0)) {
            throw new IllegalArgumentException("net/url: invalid userinfo");
        }
        int colon = user.indexOf(':');
        if (colon < 0) {
            return reescaped(user);
        }
        return reescaped(user.substring(0, colon)) + ":" + reescaped(user.substring(colon + 1));
    }

    private static String reescaped(String user) {
        return Percent.USER.escaped(Percent.USER.unescaped(user));
    }

    private static String host(String scheme, String host) {
        int open = host.lastIndexOf('[');
        if (open > 0) {
            throw new IllegalArgumentException("invalid IP-literal");
        }
        if (open == 0) {
            return literal(host);
        }
        int colon = host.indexOf(':');
        if (colon >= 0) {
            boolean strict = scheme.equals("http") || scheme.equals("https");
            checkPort(host.substring(strict ? colon : host.lastIndexOf(':')));
        }
        return Percent.HOST.unescaped(host);
    }

    private static String literal(String host) {
        int close = host.lastIndexOf(']');
        if (close < 0) {
            throw new IllegalArgumentException("missing ']' in host");
        }
        checkPort(host.substring(close + 1));
        String inside = host.substring(1, close);
        int zone = inside.indexOf(ZONE);
        String name = zone < 0
                ? Percent.HOST.unescaped(inside)
                : Percent.HOST.unescaped(inside.substring(0, zone)) + Percent.ZONE.unescaped(inside.substring(zone));
        String problem = AddressSyntax.problemOfBytes(name);
        if (!problem.isEmpty()) {
            throw new IllegalArgumentException("invalid host: " + problem);
        }
        if (!name.contains(":")) {
            throw new IllegalArgumentException("invalid IP-literal");
        }
        return "[" + name + "]" + host.substring(close + 1);
    }

    private static void checkPort(String port) {
        if (!isPort(port)) {
            throw new IllegalArgumentException("invalid port " + Percent.quoted(port) + " after host");
        }
    }

    /** Nothing, or a colon and digits, of which there may be none. */
    static boolean isPort(String text) {
        return text.isEmpty() || (text.charAt(0) == ':' && text.chars().skip(1).allMatch(c -> c >= '0' && c <= '9'));
    }
}
