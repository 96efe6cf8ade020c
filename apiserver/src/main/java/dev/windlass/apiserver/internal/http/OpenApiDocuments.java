package dev.windlass.apiserver.internal.http;

import dev.windlass.apiserver.internal.discovery.OpenApi;
import dev.windlass.apiserver.internal.discovery.Swagger;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.protobuf.SwaggerMessage;
import dev.windlass.apiserver.internal.rest.Accepted;
import dev.windlass.apiserver.internal.rest.Call;
import dev.windlass.apiserver.internal.rest.Reply;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What is served below {@code /openapi}. Thread-safe. */
final class OpenApiDocuments {
    /** What is told instead: a media type cannot have an @, and kubectl does not read an answer that has one. */
    private static final String PROTOBUF_V2 = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
    private static final String FORMER_PROTOBUF_V2 = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
    private static final String V3 = "/openapi/v3/";
    private static final Set<String> ANY_JSON = Set.of(Reply.JSON, "application/*", "*/*");

    private final OpenApi openApi;
    private final Swagger swagger;

    OpenApiDocuments(OpenApi openApi, Swagger swagger) {
        this.openApi = openApi;
        this.swagger = swagger;
    }

    /** @return null when the path is none of these */
    @Nullable
    Reply answer(Call call) {
        String path = call.path();
        if (path.equals("/openapi/v2")) {
            return v2(call);
        }
        if (path.equals("/openapi/v3")) {
            return Reply.text(200, Json.string(openApi.index()));
        }
        return path.startsWith(V3) ? v3(call, path.substring(V3.length())) : null;
    }

    private Reply v2(Call call) {
        for (String media : Accepted.mediaTypes(call.accept())) {
            if (ANY_JSON.contains(media)) {
                return Reply.json(200, swagger.document());
            }
            if (media.equals(PROTOBUF_V2) || media.equals(FORMER_PROTOBUF_V2)) {
                return new Reply.Whole(200, PROTOBUF_V2, ByteBuffer.wrap(SwaggerMessage.write(swagger.document())), 0,
                        List.of());
            }
        }
        return empty(406);
    }

    private Reply v3(Call call, String root) {
        ObjectNode document = openApi.find(root);
        if (document == null) {
            return empty(404);
        }
        boolean acceptable = Accepted.mediaTypes(call.accept()).stream().anyMatch(ANY_JSON::contains);
        return acceptable ? Reply.json(200, document) : empty(406);
    }

    private static Reply empty(int code) {
        return new Reply.Whole(code, "", ByteBuffer.allocate(0), 0, List.of());
    }
}
