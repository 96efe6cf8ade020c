package dev.windlass.apiserver.internal.cel;

import dev.cel.common.values.NullValue;
import dev.windlass.apiserver.internal.auth.Authorizer;
import dev.windlass.apiserver.internal.auth.User;
import dev.windlass.apiserver.internal.json.Json;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What expressions are told of a request. Immutable. */
public final class RequestFacts {
    static final String AUTHORIZER = "authorizer";
    static final String REQUEST_RESOURCE = "authorizer.requestResource";
    static final String NAMESPACE = "namespaceObject";
    static final String PARAMS = "params";
    static final String VARIABLES = "variables";

    private final Map<String, Object> values;

    private RequestFacts(Map<String, Object> values) {
        this.values = values;
    }

    /**
     * A request, the objects in it, and whom it may ask what somebody may do.
     *
     * @param request
     *            the one of a review
     */
    public static RequestFacts of(JsonNode request, Authorizer authorizer, User user) {
        Map<String, Object> values = new HashMap<>();
        values.put("object", SchemaValues.of(request.get("object")));
        values.put("oldObject", SchemaValues.of(request.get("oldObject")));
        values.put("request", SchemaValues.of(request));
        values.put(NAMESPACE, NullValue.NULL_VALUE);
        values.put(PARAMS, NullValue.NULL_VALUE);
        Access access = new Access(authorizer, user);
        JsonNode resource = request.path("requestResource");
        values.put(AUTHORIZER, access);
        values.put(REQUEST_RESOURCE,
                new Access.ToResource(access, Json.textOrEmpty(resource, "group"),
                        Json.textOrEmpty(resource, "resource"), Json.textOrEmpty(request, "requestSubResource"),
                        Json.textOrEmpty(request, "namespace"), Json.textOrEmpty(request, "name")));
        return new RequestFacts(values);
    }

    private RequestFacts with(String name, Object value) {
        Map<String, Object> more = new HashMap<>(values);
        more.put(name, value);
        return new RequestFacts(more);
    }

    /** @param namespace in which it is; null when it is in none */
    public RequestFacts inNamespace(@Nullable JsonNode namespace) {
        return with(NAMESPACE, SchemaValues.of(namespace));
    }

    /** @param params null for none */
    public RequestFacts withParams(@Nullable JsonNode params) {
        return with(PARAMS, SchemaValues.of(params));
    }

    /** The same, and nobody to ask what somebody may do. */
    public RequestFacts withoutAuthorizer() {
        Map<String, Object> fewer = new HashMap<>(values);
        fewer.remove(AUTHORIZER);
        fewer.remove(REQUEST_RESOURCE);
        return new RequestFacts(fewer);
    }

    RequestFacts withVariables(Map<String, Object> variables) {
        return with(VARIABLES, variables);
    }

    Map<String, Object> values() {
        return values;
    }
}
