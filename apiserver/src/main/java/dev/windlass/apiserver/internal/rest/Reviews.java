package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.auth.Access;
import dev.windlass.apiserver.internal.auth.Authenticator;
import dev.windlass.apiserver.internal.auth.Authorizer;
import dev.windlass.apiserver.internal.auth.PolicyRule;
import dev.windlass.apiserver.internal.auth.RequestInfo;
import dev.windlass.apiserver.internal.auth.User;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Kinds that are asked and not stored: who somebody is, and what they may do. Thread-safe. */
final class Reviews {
    private final Resources resources;
    private final Unstored unstored;
    private final Access access;

    Reviews(Resources resources, Unstored unstored, Access access) {
        this.resources = resources;
        this.unstored = unstored;
        this.access = access;
    }

    static boolean appliesTo(ResourceType type) {
        return type.group().equals("authorization.k8s.io") || type.group().equals("authentication.k8s.io");
    }

    /** The review with its answer. */
    Reply.Whole answer(Target target, Call call) {
        ResourceType type = target.type();
        ObjectNode review = Bodies.object(call, type, resources.catalog());
        List<String> warnings = unstored.admit(target, type, review, call);
        ObjectNode answered = switch (type.plural()) {
            case "selfsubjectreviews" -> self(type, call.user());
            case "selfsubjectrulesreviews" -> rules(type, review, call.user());
            case "tokenreviews" -> token(review);
            default -> {
                ReviewChecks.check(type, review);
                yield access(review, type.plural().startsWith("self") ? call.user() : subject(review));
            }
        };
        return Reply.json(201, resources.shapes().written(answered, type)).withWarnings(warnings);
    }

    private static ObjectNode fresh(ResourceType type) {
        ObjectNode review = Json.object().put("kind", type.kind()).put("apiVersion", type.apiVersion());
        review.putObject("metadata");
        return review;
    }

    private ObjectNode self(ResourceType type, User user) {
        ObjectNode review = fresh(type);
        Metadata.of(review).put("creationTimestamp", resources.surroundings().now());
        describe(review.putObject("status").putObject("userInfo"), user);
        return review;
    }

    private static void describe(ObjectNode out, User user) {
        out.put("username", user.name());
        if (!user.uid().isEmpty()) {
            out.put("uid", user.uid());
        }
        user.groups().forEach(out.putArray("groups")::add);
        if (!user.extra().isEmpty()) {
            ObjectNode extra = out.putObject("extra");
            user.extra().forEach((key, values) -> values.forEach(extra.withArray(key)::add));
        }
    }

    private ObjectNode rules(ResourceType type, ObjectNode asked, User user) {
        String namespace = Json.textOrEmpty(asked, "spec", "namespace");
        if (namespace.isEmpty()) {
            throw ApiException.badRequest("no namespace on request");
        }
        Authorizer.Rules allowed = access.authorizer().rulesOf(user, namespace);
        ObjectNode review = fresh(type);
        review.putObject("spec");
        ObjectNode status = review.putObject("status");
        var forResources = status.putArray("resourceRules");
        var forPaths = status.putArray("nonResourceRules");
        for (PolicyRule rule : allowed.rules()) {
            if (!rule.resources().isEmpty()) {
                ObjectNode out = forResources.addObject();
                put(out, "verbs", rule.verbs());
                put(out, "apiGroups", rule.groups());
                put(out, "resources", rule.resources());
                put(out, "resourceNames", rule.names());
            }
            if (!rule.paths().isEmpty()) {
                ObjectNode out = forPaths.addObject();
                put(out, "verbs", rule.verbs());
                put(out, "nonResourceURLs", rule.paths());
            }
        }
        status.put("incomplete", false);
        if (!allowed.errors().isEmpty()) {
            status.put("evaluationError", allowed.errors().size() == 1
                    ? allowed.errors().getFirst()
                    : "[" + String.join(", ", allowed.errors()) + "]");
        }
        return review;
    }

    private static void put(ObjectNode out, String field, List<String> values) {
        if (!values.isEmpty()) {
            values.forEach(out.putArray(field)::add);
        }
    }

    private ObjectNode token(ObjectNode review) {
        String token = Json.textOrEmpty(review, "spec", "token");
        if (token.isEmpty()) {
            throw ApiException.badRequest("token is required for TokenReview in authentication");
        }
        Authenticator.Reviewed reviewed = access.authenticator().review(token,
                strings(review.path("spec").path("audiences")));
        ObjectNode status = review.putObject("status");
        User user = reviewed.user();
        if (user == null) {
            status.putObject("user");
            status.put("error", reviewed.error());
        } else {
            status.put("authenticated", true);
            describe(status.putObject("user"), user);
            put(status, "audiences", reviewed.audiences());
        }
        return review;
    }

    private static List<String> strings(JsonNode array) {
        List<String> strings = new ArrayList<>();
        array.forEach(each -> strings.add(each.stringValue("")));
        return strings;
    }

    private static User subject(ObjectNode review) {
        JsonNode spec = review.path("spec");
        Map<String, List<String>> extra = new LinkedHashMap<>();
        spec.path("extra").properties().forEach(each -> extra.put(each.getKey(), strings(each.getValue())));
        return new User(Json.textOrEmpty(spec, "user"), Json.textOrEmpty(spec, "uid"), strings(spec.path("groups")),
                extra);
    }

    private ObjectNode access(ObjectNode review, User user) {
        Authorizer.Decision decision = access.authorizer().decide(user, asked(review.path("spec")));
        ObjectNode status = review.putObject("status").put("allowed", decision.allowed());
        if (!decision.reason().isEmpty()) {
            status.put("reason", decision.reason());
        }
        return review;
    }

    private static RequestInfo asked(JsonNode spec) {
        JsonNode resource = Json.find(spec, "resourceAttributes");
        if (resource == null) {
            return RequestInfo.ofPath(Json.textOrEmpty(spec, "nonResourceAttributes", "path"),
                    Json.textOrEmpty(spec, "nonResourceAttributes", "verb"));
        }
        return new RequestInfo(true, "", Json.textOrEmpty(resource, "verb"), Json.textOrEmpty(resource, "group"),
                Json.textOrEmpty(resource, "version"), Json.textOrEmpty(resource, "namespace"),
                Json.textOrEmpty(resource, "resource"), Json.textOrEmpty(resource, "subresource"),
                Json.textOrEmpty(resource, "name"));
    }
}
