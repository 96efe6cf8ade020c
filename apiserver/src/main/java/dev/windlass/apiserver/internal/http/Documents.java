package dev.windlass.apiserver.internal.http;

import dev.windlass.apiserver.internal.auth.ServiceAccountTokens;
import dev.windlass.apiserver.internal.discovery.Discovery;
import dev.windlass.apiserver.internal.discovery.OpenApi;
import dev.windlass.apiserver.internal.discovery.Swagger;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.protobuf.SwaggerMessage;
import dev.windlass.apiserver.internal.rest.Accepted;
import dev.windlass.apiserver.internal.rest.Call;
import dev.windlass.apiserver.internal.rest.Reply;
import dev.windlass.apiserver.internal.status.ApiException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What is served beside resources: discovery, version, health. Thread-safe. */
final class Documents {
    private static final Set<String> HEALTH = Set.of("healthz", "readyz", "livez");
    static final String AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    private static final List<String> OPENID_CONFIGURATION = List.of(".well-known", "openid-configuration");
    private static final List<String> OPENID_KEYS = List.of("openid", "v1", "jwks");
    private static final List<String> OPENAPI_V2 = List.of("openapi", "v2");
    /** What is told instead: a media type cannot have an @, and kubectl does not read an answer that has one. */
    private static final String PROTOBUF_V2 = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
    private static final String FORMER_PROTOBUF_V2 = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

    private static final Set<String> ANY_JSON = Set.of(Reply.JSON, "application/*", "*/*");
    private static final Reply NOT_ACCEPTABLE = new Reply.Whole(406, "", ByteBuffer.allocate(0), 0, List.of());

    private final Discovery discovery;
    private final OpenApi openApi;
    private final Swagger swagger;
    private final ServiceAccountTokens tokens;

    Documents(Discovery discovery, OpenApi openApi, Swagger swagger, ServiceAccountTokens tokens) {
        this.tokens = tokens;
        this.swagger = swagger;
        this.discovery = discovery;
        this.openApi = openApi;
    }

    /** @return null when the path is none of these */
    @Nullable
    Reply answer(Call call) {
        Reply found = document(call);
        if (found == null || call.method().equals("GET")) {
            return found;
        }
        boolean plain = call.path().startsWith("/openapi")
                || HEALTH.stream().anyMatch(endpoint -> call.path().startsWith("/" + endpoint));
        if (!plain) {
            throw ApiException.methodNotAllowed();
        }
        return call.method().equals("HEAD") ? found : null;
    }

    private @Nullable Reply document(Call call) {
        List<String> parts = List.of(call.path().substring(1).replaceAll("/+$", "").split("/", -1));
        String first = parts.getFirst();
        if (HEALTH.contains(first)) {
            return health(call, first);
        }
        return switch (first) {
            case "version" -> parts.size() == 1 ? Reply.json(200, discovery.version()) : null;
            case "api" -> core(call, parts);
            case "openapi" -> parts.equals(OPENAPI_V2) ? openApiV2(call) : openApi(call, parts);
            case "apis" -> groups(call, parts);
            case ".well-known" -> parts.equals(OPENID_CONFIGURATION) ? Reply.json(200, tokens.configuration()) : null;
            case "openid" -> parts.equals(OPENID_KEYS) ? keys() : null;
            default -> null;
        };
    }

    private Reply keys() {
        return new Reply.Whole(200, "application/jwk-set+json", ByteBuffer.wrap(Json.bytes(tokens.keys())), 0,
                List.of());
    }

    private static Reply health(Call call, String endpoint) {
        return Reply.text(200,
                call.parameter("verbose") == null ? "ok" : "[+]ping ok\n" + endpoint + " check passed\n");
    }

    private @Nullable Reply core(Call call, List<String> parts) {
        return switch (parts.size()) {
            case 1 -> wantsAggregated(call) ? aggregated(true) : Reply.json(200, discovery.coreVersions());
            case 2 -> found(discovery.resources("", parts.get(1)));
            default -> null;
        };
    }

    private @Nullable Reply groups(Call call, List<String> parts) {
        return switch (parts.size()) {
            case 1 -> wantsAggregated(call) ? aggregated(false) : Reply.json(200, discovery.groups());
            case 2 -> found(discovery.groupDocument(parts.get(1)));
            case 3 -> found(discovery.resources(parts.get(1), parts.get(2)));
            default -> null;
        };
    }

    private Reply openApiV2(Call call) {
        for (String media : Accepted.mediaTypes(call.accept())) {
            if (ANY_JSON.contains(media)) {
                return Reply.json(200, swagger.document());
            }
            if (media.equals(PROTOBUF_V2) || media.equals(FORMER_PROTOBUF_V2)) {
                return new Reply.Whole(200, PROTOBUF_V2, ByteBuffer.wrap(SwaggerMessage.write(swagger.document())), 0,
                        List.of());
            }
        }
        return NOT_ACCEPTABLE;
    }

    private @Nullable Reply openApi(Call call, List<String> parts) {
        if (parts.size() < 2 || !parts.get(1).equals("v3")) {
            return null;
        }
        return switch (parts.size()) {
            case 2 -> Reply.text(200, Json.string(openApi.index()));
            case 4 -> parts.get(2).equals("api") ? openApiV3(call, openApi.find("", parts.get(3))) : null;
            case 5 -> parts.get(2).equals("apis") ? openApiV3(call, openApi.find(parts.get(3), parts.get(4))) : null;
            default -> null;
        };
    }

    private static @Nullable Reply openApiV3(Call call, @Nullable ObjectNode document) {
        boolean acceptable = Accepted.mediaTypes(call.accept()).stream().anyMatch(ANY_JSON::contains);
        return document == null || acceptable ? found(document) : NOT_ACCEPTABLE;
    }

    private static @Nullable Reply found(@Nullable ObjectNode document) {
        return document == null ? null : Reply.json(200, document);
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
