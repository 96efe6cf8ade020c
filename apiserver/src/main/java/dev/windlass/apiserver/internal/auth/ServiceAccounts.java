package dev.windlass.apiserver.internal.auth;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** How service accounts are called as users. Stateless. */
public final class ServiceAccounts {
    private static final String PREFIX = "system:serviceaccount:";
    private static final String ALL = "system:serviceaccounts";

    private ServiceAccounts() {
    }

    /** The two parts of a service account's user name. */
    record Name(String namespace, String name) {
    }

    public static String userName(String namespace, String name) {
        return PREFIX + namespace + ":" + name;
    }

    public static List<String> groups(String namespace) {
        return List.of(ALL, ALL + ":" + namespace);
    }

    /** A service account as nobody has proved to be it. */
    public static User user(String namespace, String name) {
        return User.of(userName(namespace, name), groups(namespace));
    }

    /** @return null when the user is no service account */
    static @Nullable Name parse(String userName) {
        if (!userName.startsWith(PREFIX)) {
            return null;
        }
        String[] parts = userName.substring(PREFIX.length()).split(":", -1);
        return parts.length == 2 && !parts[0].isEmpty() && !parts[1].isEmpty() ? new Name(parts[0], parts[1]) : null;
    }
}
