package dev.windlass.apiserver.internal.net;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A URL as Go reads it, which takes much that the JDK does not.
 *
 * @param scheme
 *            in small letters, "" when there is none
 * @param user
 *            as it is written, null when none is told
 * @param host
 *            with its port, "" when there is none
 * @param escapedPath
 *            as it is written, if it could be written so
 * @param query
 *            as it is written, "" when there is none
 * @param fragment
 *            what it says, "" when there is none
 */
public record Url(String scheme, @Nullable String user, String host, String escapedPath, String query,
        String fragment) {
    private static final int MOST_PARAMETERS = 10_000;

    /**
     * Reads a URL, which may be relative to another.
     *
     * @throws IllegalArgumentException
     *             saying what is wrong, as Go does
     */
    public static Url parse(String text) {
        int hash = text.indexOf('#');
        String fragment = hash < 0 ? "" : text.substring(hash + 1);
        Url url = read(hash < 0 ? text : text.substring(0, hash), false);
        if (fragment.isEmpty()) {
            return url;
        }
        try {
            String said = Percent.text(Percent.FRAGMENT.unescaped(Percent.bytes(fragment)));
            return new Url(url.scheme, url.user, url.host, url.escapedPath, url.query, said);
        } catch (IllegalArgumentException e) {
            throw failure(text, e);
        }
    }

    /**
     * Reads a URL that is absolute, or a path that is; a fragment is none.
     *
     * @throws IllegalArgumentException
     *             saying what is wrong, as Go does
     */
    public static Url parseRequest(String text) {
        return read(text, true);
    }

    private static Url read(String text, boolean absolute) {
        try {
            return UrlParser.parse(Percent.bytes(text), absolute);
        } catch (IllegalArgumentException e) {
            throw failure(text, e);
        }
    }

    private static IllegalArgumentException failure(String text, IllegalArgumentException cause) {
        return new IllegalArgumentException(
                "parse " + Percent.quoted(Percent.bytes(text)) + ": " + cause.getMessage(), cause);
    }

    /** The host, without the brackets of an address. */
    public String hostname() {
        String name = host.substring(0, portStart());
        return name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
    }

    /** "" when none is told. */
    public String port() {
        return host.substring(portStart()).replace(":", "");
    }

    private int portStart() {
        int colon = host.lastIndexOf(':');
        return colon >= 0 && UrlParser.isPort(host.substring(colon)) ? colon : host.length();
    }

    /** The values of each name in the query; what cannot be read is left out. */
    public Map<String, List<String>> parameters() {
        Map<String, List<String>> out = new LinkedHashMap<>();
        String[] pairs = Percent.bytes(query).split("&", -1);
        for (String pair : pairs.length > MOST_PARAMETERS ? new String[0] : pairs) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            if (pair.isEmpty() || pair.contains(";")) {
                continue;
            }
            try {
                String read = Percent.text(Percent.QUERY.unescaped(value));
                out.computeIfAbsent(Percent.text(Percent.QUERY.unescaped(name)), _ -> new ArrayList<>()).add(read);
            } catch (IllegalArgumentException _) {
                // as if it were not there
            }
        }
        return out;
    }
}
