package dev.windlass.apiserver.internal.auth;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Somebody who asks.
 *
 * @param uid
 *            empty when there is none
 * @param extra
 *            what else is known of them, by key
 */
public record User(String name, String uid, List<String> groups, Map<String, List<String>> extra) {
    static final String MASTERS = "system:masters";
    static final String AUTHENTICATED = "system:authenticated";
    static final String UNAUTHENTICATED = "system:unauthenticated";

    /** Whoever shows nothing. */
    public static final User ANONYMOUS = new User("system:anonymous", "", List.of(UNAUTHENTICATED), Map.of());

    public User {
        groups = List.copyOf(groups);
        extra = Map.copyOf(extra);
    }

    /** Somebody of whom no more is known than the name and the groups. */
    public static User of(String name, List<String> groups) {
        return new User(name, "", groups, Map.of());
    }

    /** Whether no rule is needed for whatever they do. */
    public boolean isMaster() {
        return groups.contains(MASTERS);
    }

    /** The same user with one more group, unless they are in it. */
    User in(String group) {
        if (groups.contains(group)) {
            return this;
        }
        List<String> more = new ArrayList<>(groups);
        more.add(group);
        return new User(name, uid, more, extra);
    }

    /** The same user as one whose proof was accepted: in the group of all who are, but for the anonymous. */
    User authenticated() {
        return groups.contains(UNAUTHENTICATED) ? this : in(AUTHENTICATED);
    }
}
