package dev.windlass.apiserver.internal.auth;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.store.Store;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Decides by the roles and bindings that are stored; a change of them counts as soon as it is stored. The group {@code system:masters} may do everything.
 */
public final class Rbac implements Authorizer {
    static final String GROUP = "rbac.authorization.k8s.io";

    private final ShelfView<Map<String, List<PolicyRule>>> roles;
    private final ShelfView<Map<String, List<PolicyRule>>> clusterRoles;
    private final ShelfView<Map<String, List<Binding>>> bindings;
    private final ShelfView<List<Binding>> clusterBindings;

    public Rbac(Store store) {
        roles = new ShelfView<>(store.shelf(GROUP + "/roles"), Rbac::rules);
        clusterRoles = new ShelfView<>(store.shelf(GROUP + "/clusterroles"), Rbac::rules);
        bindings = new ShelfView<>(store.shelf(GROUP + "/rolebindings"), objects -> objects.stream()
                .collect(Collectors.groupingBy(Stored::namespace,
                        Collectors.mapping(Binding::read, Collectors.toList()))));
        clusterBindings = new ShelfView<>(store.shelf(GROUP + "/clusterrolebindings"),
                objects -> objects.stream().map(Binding::read).toList());
    }

    private static Map<String, List<PolicyRule>> rules(List<Stored> objects) {
        return objects.stream().collect(
                Collectors.toMap(Stored::key, role -> PolicyRule.read(ShelfView.json(role).path("rules"))));
    }

    /** Which role a binding gives. */
    public record RoleRef(String group, String kind, String name) {
        /** From the binding, as JSON. */
        public static RoleRef of(JsonNode binding) {
            return new RoleRef(Json.textOrEmpty(binding, "roleRef", "apiGroup"),
                    Json.textOrEmpty(binding, "roleRef", "kind"), Json.textOrEmpty(binding, "roleRef", "name"));
        }
    }

    private record Subject(String kind, String namespace, String name) {
        static Subject read(JsonNode subject) {
            return new Subject(Json.textOrEmpty(subject, "kind"), Json.textOrEmpty(subject, "namespace"),
                    Json.textOrEmpty(subject, "name"));
        }

        boolean is(User user, String bindingNamespace) {
            return switch (kind) {
                case "User" -> user.name().equals(name);
                case "Group" -> user.groups().contains(name);
                case "ServiceAccount" -> {
                    String home = namespace.isEmpty() ? bindingNamespace : namespace;
                    yield !home.isEmpty() && user.name().equals(ServiceAccounts.userName(home, name));
                }
                default -> false;
            };
        }

        String describe(String bindingNamespace) {
            String shown = kind.equals("ServiceAccount")
                    ? name + "/" + (namespace.isEmpty() ? bindingNamespace : namespace)
                    : name;
            return kind + " " + GoText.quoted(shown);
        }
    }

    private record Binding(String namespace, String name, RoleRef role, List<Subject> subjects) {
        static Binding read(Stored stored) {
            JsonNode binding = ShelfView.json(stored);
            List<Subject> subjects = new ArrayList<>();
            binding.path("subjects").forEach(subject -> subjects.add(Subject.read(subject)));
            return new Binding(stored.namespace(), stored.name(), RoleRef.of(binding), subjects);
        }

        @Nullable
        Subject subject(User user) {
            return subjects.stream().filter(subject -> subject.is(user, namespace)).findFirst().orElse(null);
        }

        String describe(Subject subject) {
            return (namespace.isEmpty() ? "ClusterRoleBinding " : "RoleBinding ")
                    + GoText.quoted(namespace.isEmpty() ? name : name + "/" + namespace) + " of " + role.kind() + " "
                    + GoText.quoted(role.name()) + " to " + subject.describe(namespace);
        }
    }

    @Override
    public Decision decide(User user, RequestInfo request) {
        if (user.isMaster()) {
            return Decision.ALLOWED;
        }
        SequencedSet<String> errors = new LinkedHashSet<>();
        for (Binding binding : applying(request.namespace())) {
            Subject subject = binding.subject(user);
            if (subject == null) {
                continue;
            }
            List<PolicyRule> given = find(binding.role(), binding.namespace());
            if (given == null) {
                errors.add(missing(binding.role(), "role", "clusterrole"));
            } else if (given.stream().anyMatch(rule -> rule.allows(request))) {
                return new Decision(true, "RBAC: allowed by " + binding.describe(subject));
            }
        }
        return new Decision(false, errors.isEmpty() ? "" : "rbac: RBAC: " + join(errors));
    }

    @Override
    public Rules rulesOf(User user, String namespace) {
        List<PolicyRule> rules = new ArrayList<>();
        SequencedSet<String> errors = new LinkedHashSet<>();
        for (Binding binding : applying(namespace)) {
            if (binding.subject(user) != null) {
                List<PolicyRule> given = find(binding.role(), binding.namespace());
                if (given == null) {
                    errors.add(missing(binding.role(), "role", "clusterrole"));
                } else {
                    rules.addAll(given);
                }
            }
        }
        return new Rules(rules, List.copyOf(errors));
    }

    private List<Binding> applying(String namespace) {
        List<Binding> local = namespace.isEmpty() ? List.of() : bindings.get().getOrDefault(namespace, List.of());
        if (local.isEmpty()) {
            return clusterBindings.get();
        }
        List<Binding> all = new ArrayList<>(clusterBindings.get());
        all.addAll(local);
        return all;
    }

    private @Nullable List<PolicyRule> find(RoleRef role, String namespace) {
        return switch (role.kind()) {
            case "Role" -> roles.get().get(Stored.key(namespace, role.name()));
            case "ClusterRole" -> clusterRoles.get().get(role.name());
            default -> null;
        };
    }

    private static String missing(RoleRef role, String local, String cluster) {
        return switch (role.kind()) {
            case "Role" -> local + "." + GROUP + " " + GoText.quoted(role.name()) + " not found";
            case "ClusterRole" -> cluster + "." + GROUP + " " + GoText.quoted(role.name()) + " not found";
            default -> "unsupported role reference kind: " + GoText.quoted(role.kind());
        };
    }

    private static String join(SequencedSet<String> errors) {
        return errors.size() == 1 ? errors.getFirst() : errors.stream().collect(Collectors.joining(", ", "[", "]"));
    }

    /**
     * The rules of a role that is to be given to somebody.
     *
     * @param asking
     *            the plural of what gives it: the real server names that, and not the role, when there is no such role
     * @throws ApiException
     *             404 when there is no such role
     */
    public List<PolicyRule> rulesOf(RoleRef role, String namespace, String asking) {
        List<PolicyRule> rules = find(role, namespace);
        if (rules != null) {
            return rules;
        }
        throw switch (role.kind()) {
            case "Role", "ClusterRole" -> ApiException.notFound(GROUP, asking, role.name());
            default -> ApiException.internal("unsupported role reference kind: " + GoText.quoted(role.kind()));
        };
    }

    /**
     * Why somebody may not give to others what they do not hold themselves.
     *
     * @return null when they hold it
     */
    public @Nullable String escalation(User user, String namespace, List<PolicyRule> granted) {
        Rules held = rulesOf(user, namespace);
        List<PolicyRule> missing = PolicyRule.missing(held.rules(), granted);
        if (missing.isEmpty()) {
            return null;
        }
        String message = "user " + GoText.quoted(user.name()) + " (groups=" + PolicyRule.quoted(user.groups())
                + ") is attempting to grant RBAC permissions not currently held:\n" + PolicyRule.describe(missing);
        return held.errors().isEmpty()
                ? message
                : message + "; resolution errors: [" + join(new LinkedHashSet<>(held.errors())) + "]";
    }
}
