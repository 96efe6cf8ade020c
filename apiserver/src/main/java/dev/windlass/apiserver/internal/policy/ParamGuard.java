package dev.windlass.apiserver.internal.policy;

import dev.windlass.apiserver.internal.auth.Authorizer;
import dev.windlass.apiserver.internal.auth.RequestInfo;
import dev.windlass.apiserver.internal.auth.User;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.GroupVersion;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.rest.Call;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.rest.Target;
import dev.windlass.apiserver.internal.rest.WriteGuard;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Whoever makes a policy with parameters, or binds them, must be allowed to read them: what a policy says of them they would learn otherwise. */
public final class ParamGuard implements WriteGuard {
    private static final String GROUP = "admissionregistration.k8s.io";
    private static final String ANY = "*";

    private final Resources resources;
    private final Authorizer authorizer;

    public ParamGuard(Resources resources, Authorizer authorizer) {
        this.resources = resources;
        this.authorizer = authorizer;
    }

    /** What parameters are of, as far as it is known. */
    private record Wanted(String group, String version, String resource) {
        static final Wanted UNKNOWN = new Wanted(ANY, ANY, ANY);
    }

    @Override
    public void checkValid(Target target, ObjectNode object, @Nullable ObjectNode old, Call call,
            List<String> warnings) {
        ResourceType type = target.type();
        if (!type.group().equals(GROUP) || call.user().isMaster() || !target.subresource().isEmpty()) {
            return;
        }
        JsonNode spec = object.path("spec");
        String problem = null;
        String field = "";
        if (type.plural().endsWith("admissionpolicies") && spec.path("paramKind").isObject()) {
            field = "spec.paramKind";
            boolean same = old != null && Json.same(old.path("spec").get("paramKind"), spec.get("paramKind"));
            problem = same ? null : ofPolicy(spec.path("paramKind"), call.user());
        } else if (type.plural().endsWith("admissionpolicybindings") && spec.path("paramRef").isObject()) {
            field = "spec.paramRef";
            problem = ofBinding(type, spec, call.user());
        }
        if (problem != null) {
            throw ApiException.invalid(GROUP, type.kind(), Json.textOrEmpty(object, "metadata", "name"),
                    List.of(FieldError.forbidden(field, problem)));
        }
    }

    private @Nullable String ofPolicy(JsonNode kind, User user) {
        Wanted wanted = wanted(kind);
        return may(user, "get", wanted, ANY, ANY)
                ? null
                : "user " + shown(user)
                        + " must have \"get\" permission on all objects of the referenced paramKind (kind="
                        + Json.textOrEmpty(kind, "kind") + ", apiVersion=" + Json.textOrEmpty(kind, "apiVersion") + ")";
    }

    private @Nullable String ofBinding(ResourceType type, JsonNode spec, User user) {
        String name = Json.textOrEmpty(spec, "policyName");
        ResourceType policies = resources.catalog().require(GROUP, "v1",
                type.plural().replace("policybindings", "policies"));
        ObjectNode policy = resources.read(policies, "", name);
        JsonNode kind = policy == null ? spec.path("none") : policy.at("/spec/paramKind");
        Wanted wanted = kind.isObject() ? wanted(kind) : Wanted.UNKNOWN;
        String object = Json.textOrEmpty(spec, "paramRef", "name");
        String verb = object.isEmpty() ? "list" : "get";
        if (may(user, verb, wanted, Json.textOrEmpty(spec, "paramRef", "namespace"), object)) {
            return null;
        }
        String all = "to determine minimum required permissions and user " + shown(user) + " does not have \"" + verb
                + "\" permission for all groups, versions and resources";
        if (policy == null) {
            return "unable to get policy " + name + " " + all;
        }
        if (kind.isObject() && wanted.resource().equals(ANY)) {
            return "unable to resolve paramKind &{" + Json.textOrEmpty(kind, "apiVersion") + " "
                    + Json.textOrEmpty(kind, "kind") + "} " + all;
        }
        // The real server takes the one for the other when the policy changes something.
        boolean swapped = type.plural().startsWith("mutating");
        return "user " + (swapped ? verb : shown(user)) + " does not have \"" + (swapped ? shown(user) : verb)
                + "\" permission on the object referenced by paramRef";
    }

    private Wanted wanted(JsonNode kind) {
        String apiVersion = Json.textOrEmpty(kind, "apiVersion");
        GroupVersion version = GroupVersion.of(apiVersion);
        ResourceType type = resources.catalog().ofKind(apiVersion, Json.textOrEmpty(kind, "kind"));
        return new Wanted(version.group(), version.version(), type == null ? ANY : type.plural());
    }

    private boolean may(User user, String verb, Wanted wanted, String namespace, String name) {
        return authorizer.decide(user, new RequestInfo(true, "", verb, wanted.group(), wanted.version(), namespace,
                wanted.resource(), "", name)).allowed();
    }

    /** As Go prints it. */
    private static String shown(User user) {
        Map<String, List<String>> sorted = new TreeMap<>(user.extra());
        String extra = sorted.entrySet().stream()
                .map(each -> each.getKey() + ":[" + String.join(" ", each.getValue()) + "]")
                .collect(Collectors.joining(" "));
        return "&{" + user.name() + " " + user.uid() + " [" + String.join(" ", user.groups()) + "] map[" + extra + "]}";
    }
}
