package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.store.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** An answer: whole, or a watch that goes on. */
public sealed interface Reply {

    /** @param warnings texts for {@code Warning} headers */
    record Whole(int code, String contentType, ByteBuffer body, int retryAfterSeconds,
            List<String> warnings) implements Reply {
        Whole withWarning(String first) {
            List<String> all = new ArrayList<>(List.of(first));
            all.addAll(warnings);
            return new Whole(code, contentType, body, retryAfterSeconds, all);
        }

        public Whole withWarnings(List<String> more) {
            return new Whole(code, contentType, body, retryAfterSeconds, more);
        }
    }

    /** The caller is to stream this watch. */
    record Streaming(WatchPlan plan) implements Reply {
    }

    static Whole json(int code, byte[] body) {
        return new Whole(code, "application/json", ByteBuffer.wrap(body), 0, List.of());
    }

    static Whole json(int code, Bytes body) {
        return new Whole(code, "application/json", body.asBuffer(), 0, List.of());
    }

    static Whole json(int code, JsonNode body) {
        return json(code, Json.bytes(body));
    }

    static Whole text(int code, String body) {
        return new Whole(code, "text/plain; charset=utf-8",
                ByteBuffer.wrap(body.getBytes(java.nio.charset.StandardCharsets.UTF_8)), 0, List.of());
    }

    static Whole error(ApiException refused) {
        return new Whole(refused.code(), "application/json", ByteBuffer.wrap(Json.bytes(refused.status())),
                refused.retryAfterSeconds(), List.of());
    }
}
