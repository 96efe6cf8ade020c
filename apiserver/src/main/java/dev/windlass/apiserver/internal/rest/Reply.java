package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.protobuf.Protobuf;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.store.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** An answer: whole, or a watch that goes on. */
public sealed interface Reply {
    String JSON = "application/json";

    /** @param warnings texts for {@code Warning} headers */
    record Whole(int code, String contentType, ByteBuffer body, int retryAfterSeconds,
            List<String> warnings) implements Reply {
        Whole withWarningsFirst(List<String> first) {
            List<String> all = new ArrayList<>(first);
            all.addAll(warnings);
            return new Whole(code, contentType, body, retryAfterSeconds, all);
        }

        private Whole withRetryAfter(int seconds) {
            return new Whole(code, contentType, body, seconds, warnings);
        }

        public Whole withWarnings(List<String> more) {
            return new Whole(code, contentType, body, retryAfterSeconds, more);
        }

        /** The same as protobuf, when that is what the client likes best and what this answer has. */
        public Whole asAccepted(String accept) {
            if (!contentType.equals(JSON) || !accept.contains(Protobuf.MEDIA_TYPE)
                    || !Accepted.prefersProtobuf(accept, code >= 400)) {
                return this;
            }
            byte[] json = new byte[body.remaining()];
            body.duplicate().get(json);
            if (Json.parse(json) instanceof ObjectNode object && Protobuf.knows(Json.textOrEmpty(object, "apiVersion"),
                    Json.textOrEmpty(object, "kind"))) {
                return new Whole(code, Protobuf.MEDIA_TYPE, ByteBuffer.wrap(Protobuf.encode(object)), retryAfterSeconds,
                        warnings);
            }
            return this;
        }
    }

    /**
     * The caller is to stream this watch.
     *
     * @param warnings texts for {@code Warning} headers
     */
    record Streaming(WatchPlan plan, List<String> warnings) implements Reply {
    }

    /** Texts for {@code Warning} headers. */
    List<String> warnings();

    static Whole json(int code, byte[] body) {
        return new Whole(code, JSON, ByteBuffer.wrap(body), 0, List.of());
    }

    static Whole json(int code, Bytes body) {
        return new Whole(code, JSON, body.asBuffer(), 0, List.of());
    }

    static Whole json(int code, JsonNode body) {
        return json(code, Json.bytes(body));
    }

    static Whole text(int code, String body) {
        return new Whole(code, "text/plain; charset=utf-8",
                ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)), 0, List.of());
    }

    static Whole yaml(int code, JsonNode body) {
        return new Whole(code, "application/yaml", ByteBuffer.wrap(Json.yaml(body).getBytes(StandardCharsets.UTF_8)), 0,
                List.of());
    }

    /** @param yaml whether the client rather reads YAML than JSON */
    static Whole error(ApiException refused, boolean yaml) {
        if (refused.isPlainText()) {
            return text(refused.code(), refused.getMessage() + "\n").withRetryAfter(refused.retryAfterSeconds());
        }
        if (yaml) {
            return yaml(refused.code(), refused.status()).withRetryAfter(refused.retryAfterSeconds())
                    .withWarnings(refused.warnings());
        }
        return new Whole(refused.code(), JSON, ByteBuffer.wrap(Json.bytes(refused.status())),
                refused.retryAfterSeconds(), List.copyOf(refused.warnings()));
    }
}
