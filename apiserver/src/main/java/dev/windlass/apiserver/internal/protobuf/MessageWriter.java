package dev.windlass.apiserver.internal.protobuf;

import dev.windlass.apiserver.internal.protobuf.Message.Field;
import dev.windlass.apiserver.internal.store.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/**
 * Writes objects as the messages that Go would write, byte for byte: in the order of the numbers, and what is empty too unless it is a pointer, a list or a
 * map. Stateless.
 */
final class MessageWriter {
    private MessageWriter() {
    }

    /** @param object that has been stored or made here, so that its types are right; null for one in which nothing is set */
    static byte[] write(JsonNode object, Message message) {
        Bytes out = new Bytes(256);
        Fold fold = message.fold();
        JsonNode fields = fold == null ? object : fold.unfold(object);
        if (fold != null && fields.isEmpty()) {
            return new byte[0];
        }
        for (Field field : message.fields()) {
            if (field.inline()) {
                bytes(field.number(), write(fields, Messages.all().named(field.type())), out);
            } else {
                JsonNode value = message.isOneField() ? fields : fields.get(field.name());
                field(field, value == null || value.isNull() ? null : value, out);
            }
        }
        return out.toBytes();
    }

    private static void field(Field field, @Nullable JsonNode value, Bytes out) {
        switch (field.repetition()) {
            case ONCE -> {
                if (value != null) {
                    value(field.number(), field.type(), value, out);
                } else if (!field.pointer() && !field.type().equals("bytes")) {
                    value(field.number(), field.type(), NullNode.instance, out);
                }
            }
            case LIST -> {
                if (value != null) {
                    value.forEach(each -> value(field.number(), field.type(), each, out));
                }
            }
            case MAP -> {
                if (value != null) {
                    map(field, value, out);
                }
            }
        }
    }

    private static void map(Field field, JsonNode map, Bytes out) {
        Map<String, JsonNode> sorted = new TreeMap<>();
        map.properties().forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        sorted.forEach((key, value) -> {
            Bytes entry = new Bytes(64);
            bytes(1, key.getBytes(StandardCharsets.UTF_8), entry);
            value(2, field.type(), value, entry);
            bytes(field.number(), entry.toBytes(), out);
        });
    }

    private static void value(int number, String type, JsonNode value, Bytes out) {
        switch (type) {
            case "string" -> bytes(number, value.asString("").getBytes(StandardCharsets.UTF_8), out);
            case "bytes" -> bytes(number, Base64.getDecoder().decode(value.asString("")), out);
            case "bool" -> varint(number, value.asBoolean(false) ? 1 : 0, out);
            case "int32", "int64" -> varint(number, value.asLong(0), out);
            case "double" -> fixed64(number, Double.doubleToLongBits(value.asDouble(0)), out);
            default -> bytes(number, write(value, Messages.all().named(type)), out);
        }
    }

    static void bytes(int number, byte[] value, Bytes out) {
        varint(((long) number << 3) | Wire.BYTES, out);
        varint(value.length, out);
        out.write(value);
    }

    static void varint(int number, long value, Bytes out) {
        varint(((long) number << 3) | Wire.VARINT, out);
        varint(value, out);
    }

    static void fixed64(int number, long value, Bytes out) {
        varint(((long) number << 3) | Wire.FIXED64, out);
        for (int i = 0; i < Long.BYTES; i++) {
            out.write((int) (value >>> (8 * i)));
        }
    }

    private static void varint(long value, Bytes out) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
