package dev.windlass.server;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** How values of this room look in JSON: times in RFC 3339, durations in ISO 8601, null for what does not apply. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {
    }

    static byte[] bytes(Object value) {
        return line(value).getBytes(StandardCharsets.UTF_8);
    }

    static String line(Object value) {
        return MAPPER.writeValueAsString(value) + "\n";
    }

    /** Null for a JSON null. */
    static <T> @Nullable T read(byte[] text, Class<T> type) {
        return MAPPER.readValue(text, type);
    }
}
