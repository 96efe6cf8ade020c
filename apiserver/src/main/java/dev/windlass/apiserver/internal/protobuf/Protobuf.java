package dev.windlass.apiserver.internal.protobuf;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.store.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Objects of built-in kinds in the binary form of Kubernetes: four bytes, and a message that says which kind follows. What messages consist of is data, so
 * this knows of no kind. Stateless.
 */
public final class Protobuf {
    public static final String MEDIA_TYPE = "application/vnd.kubernetes.protobuf";
    private static final byte[] MAGIC = {'k', '8', 's', 0};
    private static final String UNKNOWN = "io.k8s.apimachinery.pkg.runtime.Unknown";
    private static final int RAW = 2;

    private Protobuf() {
    }

    /**
     * What has been sent, its kind read and its content not yet.
     *
     * @param apiVersion
     *            "" when it says none
     * @param kind
     *            "" when it says none
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on and never compared
    public record Envelope(String apiVersion, String kind, byte[] raw) {
    }

    /** @throws MalformedException when it is none */
    public static Envelope open(byte[] body) {
        if (body.length == 0) {
            throw new MalformedException("empty data");
        }
        if (body.length < MAGIC.length || !Arrays.equals(body, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new MalformedException("provided data does not appear to be a protobuf message, expected prefix "
                    + "[107 56 115 0]");
        }
        if (body.length == MAGIC.length) {
            throw new MalformedException("empty body");
        }
        ObjectNode unknown = new MessageReader(Arrays.copyOfRange(body, MAGIC.length, body.length))
                .read(Messages.all().named(UNKNOWN));
        byte[] raw = Base64.getDecoder().decode(Json.textOrEmpty(unknown, "raw"));
        return new Envelope(Json.textOrEmpty(unknown, "apiVersion"), Json.textOrEmpty(unknown, "kind"), raw);
    }

    /** Whether objects of this kind have a binary form. */
    public static boolean knows(String apiVersion, String kind) {
        return Messages.all().ofKind(apiVersion, kind) != null;
    }

    /**
     * The object of a kind that is {@linkplain #knows known}.
     *
     * @throws MalformedException when the bytes are none
     */
    public static ObjectNode decode(String apiVersion, String kind, byte[] raw) {
        ObjectNode object = Json.object().put("kind", kind).put("apiVersion", apiVersion);
        new MessageReader(raw).read(require(apiVersion, kind)).properties()
                .forEach(field -> object.set(field.getKey(), field.getValue()));
        return object;
    }

    /** An object of a kind that is {@linkplain #knows known} in its binary form. */
    public static byte[] encode(ObjectNode object) {
        String apiVersion = Json.textOrEmpty(object, "apiVersion");
        String kind = Json.textOrEmpty(object, "kind");
        Bytes type = new Bytes(64);
        MessageWriter.bytes(1, apiVersion.getBytes(StandardCharsets.UTF_8), type);
        MessageWriter.bytes(2, kind.getBytes(StandardCharsets.UTF_8), type);
        byte[] raw = MessageWriter.write(object, require(apiVersion, kind));
        Bytes out = new Bytes(raw.length + 64);
        out.write(MAGIC);
        MessageWriter.bytes(1, type.toBytes(), out);
        MessageWriter.bytes(RAW, raw, out);
        MessageWriter.bytes(3, new byte[0], out);
        MessageWriter.bytes(4, new byte[0], out);
        return out.toBytes();
    }

    /** Appends an event of a watch, with its length before it. */
    public static void event(String type, ObjectNode object, Bytes out) {
        Bytes extension = new Bytes(256);
        MessageWriter.bytes(1, encode(object), extension);
        Bytes event = new Bytes(extension.size() + 32);
        MessageWriter.bytes(1, type.getBytes(StandardCharsets.UTF_8), event);
        MessageWriter.bytes(2, extension.toBytes(), event);
        out.write(ByteBuffer.allocate(Integer.BYTES).putInt(event.size()).array());
        out.write(event.toBytes());
    }

    private static Message require(String apiVersion, String kind) {
        @Nullable
        Message message = Messages.all().ofKind(apiVersion, kind);
        if (message == null) {
            throw new IllegalArgumentException(kind + " of " + apiVersion + " has no binary form");
        }
        return message;
    }
}
