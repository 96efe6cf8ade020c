package dev.windlass.apiserver.internal.http;

import dev.windlass.apiserver.internal.auth.ServiceAccountTokens;
import dev.windlass.apiserver.internal.discovery.Discovery;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.Accepted;
import dev.windlass.apiserver.internal.rest.Call;
import dev.windlass.apiserver.internal.rest.Reply;
import dev.windlass.apiserver.internal.status.ApiException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What is served beside resources: discovery, version, keys, health. Thread-safe. */
final class Documents {
    static final String AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    private final Discovery discovery;
    private final OpenApiDocuments openApi;
    private final ServiceAccountTokens tokens;

    Documents(Discovery discovery, OpenApiDocuments openApi, ServiceAccountTokens tokens) {
        this.discovery = discovery;
        this.openApi = openApi;
        this.tokens = tokens;
    }

    /**
     * @return null when the path is none of these
     * @throws ApiException
     *             404 or 405 when it is near one of them
     */
    @Nullable
    Reply answer(Call call) {
        if (call.path().equals("/")) {
            return Reply.json(200, discovery.paths());
        }
        Reply health = HealthChecks.answer(call);
        if (health != null) {
            return health;
        }
        if (call.path().startsWith("/openapi")) {
            return openApi.answer(call);
        }
        List<String> parts = List.of(call.path().substring(1).replaceAll("/+$", "").split("/", -1));
        boolean ofGroups = parts.getFirst().equals("apis") && parts.size() < 3; // for whatever method, like health
        Reply found = document(call, parts);
        if (found != null && !ofGroups && !call.method().equals("GET")) {
            throw ApiException.methodNotAllowed();
        }
        return found;
    }

    private @Nullable Reply document(Call call, List<String> parts) {
        return switch (parts.getFirst()) {
            case "version" -> version(call, parts);
            case "api" -> core(call, parts);
            case "apis" -> groups(call, parts);
            case ".well-known" ->
                parts.equals(List.of(".well-known", "openid-configuration"))
                        ? inJson(call, tokens.configuration())
                        : null;
            case "openid" -> parts.equals(List.of("openid", "v1", "jwks")) ? keys() : null;
            default -> null;
        };
    }

    private Reply version(Call call, List<String> parts) {
        if (parts.size() > 1) {
            throw ApiException.noSuchResource();
        }
        return inJson(call, discovery.version());
    }

    private static Reply inJson(Call call, ObjectNode document) {
        if (Accepted.mediaTypes(call.accept()).stream().noneMatch(List.of("*/*", Reply.JSON)::contains)) {
            throw ApiException.noRepresentation(List.of(Reply.JSON));
        }
        return Reply.json(200, document);
    }

    private Reply keys() {
        return new Reply.Whole(200, "application/jwk-set+json", ByteBuffer.wrap(Json.bytes(tokens.keys())), 0,
                List.of());
    }

    private @Nullable Reply core(Call call, List<String> parts) {
        return switch (parts.size()) {
            case 1 -> wantsAggregated(call) ? aggregated(true) : inItsForm(call, discovery.coreVersions(), true);
            case 2 -> resources(call, "", parts.get(1), true);
            default -> throw ApiException.noSuchResource();
        };
    }

    private @Nullable Reply groups(Call call, List<String> parts) {
        if (parts.size() == 1) {
            boolean aggregated = wantsAggregated(call) && call.path().equals("/apis"); // not of what has a slash after it
            return aggregated ? aggregated(false) : inItsForm(call, discovery.groups(), false);
        }
        ObjectNode group = discovery.groupDocument(parts.get(1));
        if (group == null) {
            return null;
        }
        if (parts.size() == 2) {
            return inItsForm(call, group, false);
        }
        return resources(call, parts.get(1), parts.get(2), parts.size() == 3);
    }

    /**
     * Nobody knows of the versions of custom resources that are not served.
     *
     * @param whole
     *            whether the path ends there
     */
    private @Nullable Reply resources(Call call, String group, String version, boolean whole) {
        if (!discovery.serves(group, version)) {
            if (discovery.isBuiltIn(group)) {
                throw ApiException.noSuchResource();
            }
            return null;
        }
        return whole ? inItsForm(call, discovery.resources(group, version), true) : null;
    }

    /** @param routed whether what cannot be given is refused before it is looked for, in other words */
    private static Reply inItsForm(Call call, ObjectNode document, boolean routed) {
        return Accepted.document(call.accept(), routed) == Accepted.Format.YAML
                ? Reply.yaml(200, document)
                : Reply.json(200, document);
    }

    private static boolean wantsAggregated(Call call) {
        for (String clause : call.accept().split(",", -1)) {
            String tight = clause.replace(" ", "");
            boolean v2 = tight.contains("v=v2;") || tight.endsWith("v=v2");
            if (tight.startsWith("application/json") && tight.contains("g=apidiscovery.k8s.io") && v2) {
                return true;
            }
        }
        return false;
    }

    private Reply aggregated(boolean core) {
        Reply.Whole plain = Reply.json(200, discovery.aggregated(core));
        return new Reply.Whole(200, AGGREGATED, plain.body(), 0, List.of());
    }
}
