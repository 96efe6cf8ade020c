package dev.windlass.testkit;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/** Reads from a kubeconfig what a client needs. */
final class Clients {

    private static final Pattern SERVER = Pattern.compile("server: \"(\\S+)\"");
    private static final Pattern AUTHORITY = Pattern.compile("certificate-authority-data: (\\S+)");
    private static final Pattern TOKEN = Pattern.compile("token: \"(\\S+)\"");

    private Clients() {
    }

    static Api api(String kubeconfig) {
        return new Api(server(kubeconfig), authority(kubeconfig), token(kubeconfig));
    }

    static URI server(String kubeconfig) {
        return URI.create(find(SERVER, kubeconfig));
    }

    static String token(String kubeconfig) {
        return find(TOKEN, kubeconfig);
    }

    static SSLContext context(String kubeconfig) {
        return Api.trusting(authority(kubeconfig));
    }

    private static String authority(String kubeconfig) {
        return new String(Base64.getDecoder().decode(find(AUTHORITY, kubeconfig)), StandardCharsets.UTF_8);
    }

    private static String find(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new AssertionError("no " + pattern + " in " + text);
        }
        return matcher.group(1);
    }
}
