package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.auth.ServiceAccountTokens;
import dev.windlass.apiserver.internal.auth.ServiceAccountTokens.Bound;
import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import dev.windlass.apiserver.internal.store.Stored;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The sub-resource of service accounts that gives out tokens. Thread-safe. */
final class TokenRequests {
    static final String SUBRESOURCE = "token";
    private static final String GROUP = "authentication.k8s.io";
    private static final String KIND = "TokenRequest";
    private static final ResourceType TYPE = Unstored.form(GROUP, KIND);
    private static final long FEWEST_SECONDS = 600;
    private static final long MOST_SECONDS = 1L << 32;

    private final Resources resources;
    private final Unstored unstored;
    private final ServiceAccountTokens tokens;

    TokenRequests(Resources resources, Unstored unstored, ServiceAccountTokens tokens) {
        this.resources = resources;
        this.unstored = unstored;
        this.tokens = tokens;
    }

    static boolean appliesTo(Target target) {
        return target.type().is("", "serviceaccounts") && target.subresource().equals(SUBRESOURCE);
    }

    /** The request with a token in its status. */
    Reply.Whole answer(Target target, Call call) {
        ObjectNode request = Bodies.object(call, TYPE, resources.catalog());
        List<String> warnings = unstored.admit(target, TYPE, request, call);
        String name = Metadata.name(request);
        if (!name.isEmpty() && !name.equals(target.name())) {
            throw ApiException.invalid(GROUP, KIND, target.name(), List.of(FieldError.invalid("metadata.name", name,
                    "must match the service account name if specified")));
        }
        ObjectNode account = resources.decode(resources.require(target), target.type());
        refuseOtherUid(request, account);
        if (request.path("spec").path("audiences").isEmpty()) {
            Json.child(request, "spec").putArray("audiences").add(tokens.issuer());
        }
        Instant now = resources.surroundings().clock().instant();
        Metadata.of(request).put("name", target.name()).put("namespace", target.namespace())
                .put("uid", Metadata.uid(account)).put("creationTimestamp", Surroundings.time(now));
        request.remove("status");
        resources.shapes().shape(request, TYPE);
        ObjectNode spec = Json.child(request, "spec");
        long seconds = Json.number(spec, 0, "expirationSeconds");
        validate(spec, seconds);
        unstored.validate(target, request, call, warnings);
        List<String> audiences = new ArrayList<>();
        spec.path("audiences").forEach(audience -> audiences.add(audience.stringValue("")));
        Duration lifetime = Duration.ofSeconds(seconds);
        String token = tokens.sign(new ServiceAccountTokens.Wanted(target.namespace(), target.name(),
                Metadata.uid(account), audiences, lifetime, bound(target, spec)), now);
        request.putObject("status").put("token", token).put("expirationTimestamp",
                Surroundings.time(now.plus(lifetime)));
        resources.shapes().shape(request, TYPE);
        return Reply.json(201, request).withWarnings(warnings);
    }

    private static void refuseOtherUid(ObjectNode request, ObjectNode account) {
        String uid = Metadata.uid(request);
        if (!uid.isEmpty() && !uid.equals(Metadata.uid(account))) {
            throw ApiException.conflict(GROUP, KIND, Metadata.name(account), "the UID in the token request (" + uid
                    + ") does not match the UID of the service account (" + Metadata.uid(account) + ")");
        }
    }

    private static void validate(ObjectNode spec, long seconds) {
        List<FieldError> errors = new ArrayList<>();
        if (seconds < FEWEST_SECONDS) {
            errors.add(FieldError.invalid("spec.expirationSeconds", spec.get("expirationSeconds"),
                    "may not specify a duration less than 10 minutes"));
        }
        if (seconds > MOST_SECONDS) {
            errors.add(FieldError.invalid("spec.expirationSeconds", spec.get("expirationSeconds"),
                    "may not specify a duration larger than 2^32 seconds"));
        }
        if (!errors.isEmpty()) {
            throw ApiException.invalid(GROUP, KIND, "", errors);
        }
    }

    private List<Bound> bound(Target target, ObjectNode spec) {
        JsonNode wanted = Json.find(spec, "boundObjectRef");
        if (wanted == null) {
            return List.of();
        }
        String version = Json.textOrEmpty(wanted, "apiVersion");
        String kind = Json.textOrEmpty(wanted, "kind");
        boolean core = version.indexOf('/') < 0;
        String field = !core ? "" : switch (kind) {
            case "Pod" -> "pod";
            case "Secret" -> "secret";
            case "Node" -> "node";
            default -> "";
        };
        if (field.isEmpty()) {
            throw ApiException.badRequest("cannot bind token to object of type " + (core ? "/" + version : version)
                    + ", Kind=" + kind);
        }
        String name = Json.textOrEmpty(wanted, "name");
        ObjectNode object = require(field + "s", field.equals("node") ? "" : target.namespace(), name);
        if (field.equals("pod") && !Json.textOrEmpty(object, "spec", "serviceAccountName").equals(target.name())) {
            throw ApiException.badRequest("cannot bind token for serviceaccount " + GoText.quoted(target.name())
                    + " to pod running with different serviceaccount name.");
        }
        String uid = Json.textOrEmpty(wanted, "uid");
        if (!uid.isEmpty() && !uid.equals(Metadata.uid(object))) {
            throw ApiException.conflict("", kind, name, "the UID in the bound object reference (" + uid
                    + ") does not match the UID in record. The object might have been deleted and then recreated");
        }
        List<Bound> bound = new ArrayList<>();
        String node = field.equals("pod") ? Json.textOrEmpty(object, "spec", "nodeName") : "";
        if (!node.isEmpty()) {
            ObjectNode running = find("nodes", "", node);
            bound.add(new Bound("node", node, running == null ? "" : Metadata.uid(running)));
        }
        bound.add(new Bound(field, name, Metadata.uid(object)));
        return bound;
    }

    private ObjectNode require(String plural, String namespace, String name) {
        ObjectNode found = find(plural, namespace, name);
        if (found == null) {
            throw ApiException.notFound("", plural, name);
        }
        return found;
    }

    private @Nullable ObjectNode find(String plural, String namespace, String name) {
        ResourceType type = resources.catalog().require("", "v1", plural);
        Stored stored = resources.find(type, namespace, name);
        return stored == null ? null : resources.decode(stored, type);
    }
}
