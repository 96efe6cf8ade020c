package dev.windlass.apiserver.internal.protobuf;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.protobuf.Message.Field;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads messages into the JSON that Go would make of them: a field that is empty is left out unless empty means something, which is when it is a pointer.
 * What is unknown is skipped. One use each; not thread-safe.
 */
final class MessageReader {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    /** As deep as JSON may be. */
    private static final int DEEPEST = 500;

    private final byte[] bytes;
    private int at;
    private int depth;

    MessageReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws MalformedException when the bytes are no such message */
    ObjectNode read(Message message) {
        ObjectNode object = Json.object();
        fields(message, object, bytes.length);
        return object;
    }

    private void fields(Message message, ObjectNode into, int end) {
        if (++depth > DEEPEST) {
            throw new MalformedException("exceeded max depth");
        }
        while (at < end) {
            int start = at;
            long tag = varint(end);
            int number = (int) (tag >> 3);
            int wireType = (int) (tag & 7);
            if (wireType == Wire.GROUP_END) {
                throw new MalformedException(
                        "proto: " + message.shortName() + ": wiretype end group for non-group");
            }
            if (number <= 0) {
                throw new MalformedException("proto: " + message.shortName() + ": illegal tag " + number
                        + " (wire type " + Long.toUnsignedString(tag) + ")");
            }
            Field field = message.field(number);
            if (field == null) {
                at = start;
                skip(end);
            } else {
                field(field, wireType, into, end, message.fold() != null);
            }
        }
        depth--;
    }

    /** @param zeros whether what is empty is told too */
    private void field(Field field, int wireType, ObjectNode into, int end, boolean zeros) {
        boolean packed = field.repetition() == Message.Repetition.LIST && wireType == Wire.BYTES;
        if (wireType != field.wireType() && !packed) {
            throw new MalformedException("proto: wrong wireType = " + wireType + " for field "
                    + field.name().substring(0, 1).toUpperCase(Locale.ROOT) + field.name().substring(1));
        }
        if (field.inline()) {
            fields(Messages.all().named(field.type()), into, length(end));
            return;
        }
        switch (field.repetition()) {
            case ONCE -> {
                JsonNode value = value(field.type(), into.get(field.name()), end);
                if (value != null && (zeros || field.pointer() || !isZero(value))) {
                    into.set(field.name(), value);
                } else {
                    into.remove(field.name());
                }
            }
            case LIST -> list(field, wireType, into, end);
            case MAP -> {
                ObjectNode map = Json.child(into, field.name());
                entry(field, map, length(end));
            }
        }
    }

    private void list(Field field, int wireType, ObjectNode into, int end) {
        ArrayNode list = into.get(field.name()) instanceof ArrayNode before ? before : into.putArray(field.name());
        if (wireType != field.wireType()) {
            int packedEnd = length(end);
            while (at < packedEnd) {
                list.add(value(field.type(), null, packedEnd));
            }
            return;
        }
        JsonNode value = value(field.type(), null, end);
        list.add(value == null ? NODES.nullNode() : value);
    }

    private void entry(Field field, ObjectNode map, int end) {
        String key = "";
        JsonNode value = null;
        boolean given = false;
        while (at < end) {
            int start = at;
            long tag = varint(end);
            switch ((int) (tag >> 3)) {
                case 1 -> key = text(end);
                case 2 -> {
                    value = value(field.type(), value, end);
                    given = true;
                }
                default -> {
                    at = start;
                    skip(end);
                }
            }
        }
        if (!given) {
            value = field.isMessage() ? folded(Messages.all().named(field.type()), Json.object()) : zero(field.type());
        }
        map.set(key, value == null ? NODES.nullNode() : value);
    }

    private static JsonNode zero(String type) {
        return switch (type) {
            case "string", "bytes" -> NODES.stringNode("");
            case "bool" -> NODES.booleanNode(false);
            default -> NODES.numberNode(0);
        };
    }

    /** @param before what the same field has been told already, which is added to */
    private @Nullable JsonNode value(String type, @Nullable JsonNode before, int end) {
        return switch (type) {
            case "string" -> NODES.stringNode(text(end));
            case "bytes" -> NODES.stringNode(Base64.getEncoder().encodeToString(slice(end)));
            case "bool" -> NODES.booleanNode(varint(end) != 0);
            case "int32" -> NODES.numberNode((int) varint(end));
            case "int64" -> NODES.numberNode(varint(end));
            case "double" -> number(Double.longBitsToDouble(fixed64(end)));
            default -> message(Messages.all().named(type), before, length(end));
        };
    }

    private @Nullable JsonNode message(Message message, @Nullable JsonNode before, int end) {
        if (message.isOneField()) {
            ObjectNode holder = Json.object();
            fields(message, holder, end);
            JsonNode all = holder.get(Field.ALL);
            return all == null ? NODES.arrayNode() : all;
        }
        Fold fold = message.fold();
        ObjectNode object = fold == null && before instanceof ObjectNode known ? known : Json.object();
        fields(message, object, end);
        return fold == null ? object : fold.fold(object);
    }

    private static @Nullable JsonNode folded(Message message, ObjectNode empty) {
        Fold fold = message.fold();
        return fold == null ? empty : fold.fold(empty);
    }

    private static boolean isZero(JsonNode value) {
        return (value.isString() && value.stringValue().isEmpty()) || (value.isBoolean() && !value.booleanValue())
                || (value.isNumber() && value.doubleValue() == 0);
    }

    private static JsonNode number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1L << 53
                ? NODES.numberNode((long) value)
                : NODES.numberNode(value);
    }

    private long varint(int end) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at >= end) {
                throw MalformedException.cutOff();
            }
            byte b = bytes[at++];
            value |= (b & 0x7FL) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new MalformedException("proto: integer overflow");
    }

    private long fixed64(int end) {
        if (at + Long.BYTES > end) {
            throw MalformedException.cutOff();
        }
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value |= (bytes[at++] & 0xFFL) << (8 * i);
        }
        return value;
    }

    /** Reads a length; where what is so long ends. */
    private int length(int end) {
        long length = varint(end);
        if (length < 0) {
            throw new MalformedException("proto: negative length found during unmarshaling");
        }
        if (length > end - at) {
            throw MalformedException.cutOff();
        }
        return at + (int) length;
    }

    private byte[] slice(int end) {
        int last = length(end);
        byte[] slice = Arrays.copyOfRange(bytes, at, last);
        at = last;
        return slice;
    }

    private String text(int end) {
        return new String(slice(end), StandardCharsets.UTF_8);
    }

    private void skip(int end) {
        int groups = 0;
        do {
            int wireType = (int) (varint(end) & 7);
            switch (wireType) {
                case Wire.VARINT -> varint(end);
                case Wire.FIXED64 -> advance(Long.BYTES, end);
                case Wire.BYTES -> at = length(end);
                case Wire.GROUP_START -> groups++;
                case Wire.GROUP_END -> {
                    if (groups-- == 0) {
                        throw new MalformedException("proto: unexpected end of group");
                    }
                }
                case Wire.FIXED32 -> advance(Integer.BYTES, end);
                default -> throw new MalformedException("proto: illegal wireType " + wireType);
            }
        } while (groups > 0);
    }

    private void advance(int count, int end) {
        if (count > end - at) {
            throw MalformedException.cutOff();
        }
        at += count;
    }
}
