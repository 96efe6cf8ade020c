package dev.windlass.apiserver.internal.auth;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.status.ApiException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Acting as somebody else, as the headers {@code Impersonate-User}, {@code -Group}, {@code -Uid} and {@code -Extra-KEY} ask. It is allowed in one of several
 * modes, of which the old one, the verb {@code impersonate}, is tried last; the refusal of the first is told. Stateless.
 */
public final class Impersonation {
    private static final String PREFIX = "impersonate-";
    private static final String EXTRA = "extra-";
    private static final String NODE = "system:node:";
    private static final String AUTHENTICATION = "authentication.k8s.io";
    /** From so many values on, being allowed all of them is tried before each. */
    private static final int MANY = 4;

    private Impersonation() {
    }

    /** A header of the request, in the order of the request. */
    public record Header(String name, String value) {
    }

    /**
     * The user that a request is answered for.
     *
     * @param headers
     *            of the request; others than those of impersonation are ignored
     * @throws ApiException
     *             400 when they make no sense, 403 when it is not allowed
     */
    public static User apply(User user, List<Header> headers, RequestInfo request, Authorizer authorizer) {
        User wanted = wanted(headers);
        if (wanted == null) {
            return user;
        }
        ApiException refusal = null;
        for (Mode mode : Mode.values()) {
            if (mode.fits(wanted)) {
                try {
                    return mode.check(user, wanted, request, authorizer);
                } catch (ApiException e) {
                    refusal = refusal == null ? e : refusal;
                }
            }
        }
        throw refusal == null ? ApiException.internal("all impersonation modes failed") : refusal;
    }

    private static @Nullable User wanted(List<Header> headers) {
        String name = "";
        String uid = "";
        List<String> groups = new ArrayList<>();
        Map<String, List<String>> extra = new TreeMap<>();
        for (Header header : headers) {
            String key = header.name().toLowerCase(Locale.ROOT);
            if (!key.startsWith(PREFIX)) {
                continue;
            }
            String about = key.substring(PREFIX.length());
            switch (about) {
                case "user" -> name = name.isEmpty() ? header.value() : name;
                case "uid" -> uid = uid.isEmpty() ? header.value() : uid;
                case "group" -> groups.add(header.value());
                default -> {
                    if (about.startsWith(EXTRA)) {
                        extra.computeIfAbsent(unescape(about.substring(EXTRA.length())), _ -> new ArrayList<>())
                                .add(header.value());
                    }
                }
            }
        }
        if (!name.isEmpty()) {
            return new User(name, uid, groups, extra);
        }
        if (!uid.isEmpty() || !groups.isEmpty() || !extra.isEmpty()) {
            throw ApiException.badRequest("requested &user.DefaultInfo{Name:\"\", UID:" + GoText.quoted(uid)
                    + ", Groups:" + show(groups) + ", Extra:map[string][]string" + show(extra)
                    + "} without impersonating a user name");
        }
        return null;
    }

    private static String unescape(String key) {
        try {
            return URLDecoder.decode(key.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return key; // kept as it is: what is not escaped well is still a key
        }
    }

    private static String show(List<String> values) {
        return "[]string" + (values.isEmpty()
                ? "(nil)"
                : values.stream().map(GoText::quoted).collect(Collectors.joining(", ", "{", "}")));
    }

    private static String show(Map<String, List<String>> extra) {
        return extra.isEmpty()
                ? "(nil)"
                : extra.entrySet().stream().map(each -> GoText.quoted(each.getKey()) + ":" + show(each.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
    }

    private enum Mode {
        ARBITRARY_NODE("arbitrary-node") {
            @Override
            boolean fits(User wanted) {
                return onlyName(wanted) && isNode(wanted);
            }
        },
        SERVICE_ACCOUNT("serviceaccount") {
            @Override
            boolean fits(User wanted) {
                return onlyName(wanted) && ServiceAccounts.parse(wanted.name()) != null;
            }
        },
        USER_INFO("user-info") {
            @Override
            boolean fits(User wanted) {
                return !isNode(wanted) && ServiceAccounts.parse(wanted.name()) == null;
            }
        },
        ANY("") {
            @Override
            boolean fits(User wanted) {
                return true;
            }
        };

        private final String title;
        private final boolean constrained;
        private final String verb;

        Mode(String title) {
            this.title = title;
            this.constrained = !title.isEmpty();
            this.verb = constrained ? "impersonate:" + title : "impersonate";
        }

        abstract boolean fits(User wanted);

        private static boolean onlyName(User wanted) {
            return wanted.uid().isEmpty() && wanted.groups().isEmpty() && wanted.extra().isEmpty();
        }

        private static boolean isNode(User wanted) {
            return wanted.name().startsWith(NODE) && wanted.name().length() > NODE.length();
        }

        User check(User user, User wanted, RequestInfo request, Authorizer authorizer) {
            if (constrained) {
                authorizer.require(user, request.withVerb("impersonate-on:" + title + ":" + request.verb()));
            }
            List<String> groups = wanted.groups();
            ServiceAccounts.Name account = ServiceAccounts.parse(wanted.name());
            if (constrained && isNode(wanted)) {
                authorizer.require(user, about("nodes", "", wanted.name().substring(NODE.length())));
                groups = List.of("system:nodes");
            } else if (account != null) {
                authorizer.require(user, about("serviceaccounts", account.namespace(), account.name()));
                groups = groups.isEmpty() ? ServiceAccounts.groups(account.namespace()) : groups;
            } else {
                authorizer.require(user, about("users", "", wanted.name()));
            }
            if (!wanted.uid().isEmpty()) {
                authorizer.require(user, onlyAbout("uids", "", wanted.uid()));
            }
            checkGroups(user, wanted.groups(), authorizer);
            checkExtra(user, wanted.extra(), authorizer);
            User actual = new User(wanted.name(), wanted.uid(), groups, wanted.extra());
            return wanted.name().equals(User.ANONYMOUS.name())
                    ? actual.in(User.UNAUTHENTICATED)
                    : actual.authenticated();
        }

        private RequestInfo about(String resource, String namespace, String name) {
            return RequestInfo.ofResource(verb, constrained ? AUTHENTICATION : "", resource, namespace, name);
        }

        private RequestInfo onlyAbout(String resource, String subresource, String name) {
            return new RequestInfo(true, "", verb, AUTHENTICATION, "v1", "", resource, subresource, name);
        }

        private void checkGroups(User user, List<String> groups, Authorizer authorizer) {
            if (constrained && groups.contains("")) {
                throw Authorizer.forbidden(user, about("groups", "", ""),
                        "impersonating the empty string group is not allowed");
            }
            if (constrained && groups.contains(User.MASTERS)) {
                throw Authorizer.forbidden(user, about("groups", "", User.MASTERS),
                        "impersonating the system:masters group is not allowed");
            }
            if (constrained && groups.size() >= MANY
                    && authorizer.decide(user, about("groups", "", "*")).allowed()) {
                return;
            }
            groups.forEach(group -> authorizer.require(user, about("groups", "", group)));
        }

        private void checkExtra(User user, Map<String, List<String>> extra, Authorizer authorizer) {
            int values = extra.values().stream().mapToInt(List::size).sum();
            if (constrained && values >= MANY
                    && authorizer.decide(user, onlyAbout("userextras", "*", "*")).allowed()) {
                return;
            }
            extra.forEach((key, each) -> each
                    .forEach(value -> authorizer.require(user, onlyAbout("userextras", key, value))));
        }
    }
}
