package dev.windlass.kubernetes;

import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.json.JsonFactory;

/**
 * Cuts the answer to a list, or the stream of a watch, into objects as they arrive: of each it reads only the identity and
 * keeps the bytes as the server sent them. For one thread.
 */
final class ObjectScanner implements AutoCloseable {

    private final SlicingInput input;
    private final JsonParser parser;
    private final OmittedFields omitted;
    private final Map<String, String> namespaces = new HashMap<>();

    private String name = "";
    private String namespace = "";
    private String uid = "";
    private String resourceVersion = "";
    private long[] cuts = new long[8];
    private int cutCount;

    ObjectScanner(JsonFactory json, InputStream stream, OmittedFields omitted, boolean metadataOnly) {
        this.input = new SlicingInput(stream);
        this.parser = json.createParser(tools.jackson.core.ObjectReadContext.empty(), input);
        this.omitted = metadataOnly ? omitted.onlyMetadata() : omitted;
    }

    /** An object with its identity as the server gave it. What a bookmark or a status lacks is empty. */
    static final class Scanned {

        private final String namespace;
        private final String name;
        private final String uid;
        private final String resourceVersion;
        private final byte[] json;

        Scanned(String namespace, String name, String uid, String resourceVersion, byte[] json) {
            this.namespace = namespace;
            this.name = name;
            this.uid = uid;
            this.resourceVersion = resourceVersion;
            this.json = json;
        }

        String namespace() {
            return namespace;
        }

        String name() {
            return name;
        }

        String uid() {
            return uid;
        }

        String resourceVersion() {
            return resourceVersion;
        }

        byte[] json() {
            return json;
        }
    }

    /** An event of a watch. */
    record Event(String type, Scanned object) {
    }

    /** What a list says of itself. */
    record ListMeta(String resourceVersion, String continueToken) {
    }

    /** Reads a whole list, handing out its objects as they come. */
    ListMeta readList(Consumer<Scanned> sink) {
        require(parser.nextToken(), JsonToken.START_OBJECT);
        String version = "";
        String continueToken = "";
        String field;
        while ((field = parser.nextName()) != null) {
            JsonToken value = parser.nextToken();
            if (field.equals("items") && value == JsonToken.START_ARRAY) {
                while (parser.nextToken() == JsonToken.START_OBJECT) {
                    sink.accept(scanObject(omitted));
                }
            } else if (field.equals("metadata") && value == JsonToken.START_OBJECT) {
                String inner;
                while ((inner = parser.nextName()) != null) {
                    parser.nextToken();
                    switch (inner) {
                        case "resourceVersion" -> version = text();
                        case "continue" -> continueToken = text();
                        default -> parser.skipChildren();
                    }
                }
            } else {
                parser.skipChildren();
            }
        }
        require(parser.currentToken(), JsonToken.END_OBJECT);
        return new ListMeta(version, continueToken);
    }

    /** The next event of a watch, or null at the orderly end of the stream. */
    @Nullable
    Event nextEvent() {
        JsonToken start = parser.nextToken();
        if (start == null) {
            return null;
        }
        require(start, JsonToken.START_OBJECT);
        String type = "";
        Scanned object = null;
        String field;
        while ((field = parser.nextName()) != null) {
            JsonToken value = parser.nextToken();
            if (field.equals("type")) {
                type = text();
            } else if (field.equals("object") && value == JsonToken.START_OBJECT) {
                // The type comes first. What a bookmark says of itself is never left out.
                object = scanObject(type.equals("BOOKMARK") ? OmittedFields.NOTHING : omitted);
            } else {
                parser.skipChildren();
            }
        }
        require(parser.currentToken(), JsonToken.END_OBJECT);
        if (object == null) {
            throw new MalformedAnswerException("a watch event of type \"" + type + "\" has no object");
        }
        return new Event(type, object);
    }

    private Scanned scanObject(OmittedFields leftOut) {
        long start = parser.currentTokenLocation().getByteOffset();
        input.keepFrom(start);
        name = "";
        namespace = "";
        uid = "";
        resourceVersion = "";
        cutCount = 0;
        scanFields(leftOut.isLeaf() ? null : leftOut, Level.OBJECT, start + 1);
        byte[] json = input.slice(start, parser.currentLocation().getByteOffset(), cuts, cutCount);
        return new Scanned(namespace, name, uid, resourceVersion, json);
    }

    private enum Level {
        OBJECT, METADATA, BELOW
    }

    /** Walks the fields of the object that the parser stands in, to its end, and notes which bytes are left out. */
    private void scanFields(@Nullable OmittedFields omit, Level level, long begin) {
        long keptEnd = begin;
        boolean cutting = false;
        boolean keptAny = false;
        String field;
        while ((field = parser.nextName()) != null) {
            OmittedFields child = omit == null ? null : omit.child(field);
            boolean drop = child != null && child.isLeaf();
            if (omit != null) {
                long fieldStart = parser.currentTokenLocation().getByteOffset();
                if (drop && !cutting) {
                    cut(fieldStart, fieldStart);
                } else if (!drop && cutting) {
                    cuts[cutCount - 1] = fieldStart;
                }
                cutting = drop;
            }
            JsonToken value = parser.nextToken();
            scanValue(field, value, child, drop, level);
            if (omit != null) {
                // A string is read lazily: its end is known only when it has been read.
                parser.finishToken();
                if (drop) {
                    cuts[cutCount - 1] = parser.currentLocation().getByteOffset();
                } else {
                    keptEnd = parser.currentLocation().getByteOffset();
                    keptAny = true;
                }
            }
        }
        if (cutting && keptAny) {
            cuts[cutCount - 2] = keptEnd;
        }
    }

    private void scanValue(String field, JsonToken value, @Nullable OmittedFields child, boolean drop, Level level) {
        if (level == Level.METADATA) {
            switch (field) {
                case "name" -> name = text();
                case "namespace" -> namespace = namespaces.computeIfAbsent(text(), same -> same);
                case "uid" -> uid = text();
                case "resourceVersion" -> resourceVersion = text();
                default -> scanBelow(value, child, drop);
            }
        } else if (level == Level.OBJECT && value == JsonToken.START_OBJECT && field.equals("metadata")) {
            scanFields(child, Level.METADATA, parser.currentLocation().getByteOffset());
        } else {
            scanBelow(value, child, drop);
        }
    }

    private void scanBelow(JsonToken value, @Nullable OmittedFields child, boolean drop) {
        if (child != null && !drop && value == JsonToken.START_OBJECT) {
            scanFields(child, Level.BELOW, parser.currentLocation().getByteOffset());
        } else {
            parser.skipChildren();
        }
    }

    private void cut(long from, long to) {
        if (cutCount + 2 > cuts.length) {
            cuts = Arrays.copyOf(cuts, 2 * cuts.length);
        }
        cuts[cutCount++] = from;
        cuts[cutCount++] = to;
    }

    private String text() {
        String text = parser.getValueAsString();
        return text == null ? "" : text;
    }

    private static void require(@Nullable JsonToken found, JsonToken expected) {
        if (found != expected) {
            throw new MalformedAnswerException("expected " + expected + " but the server sent " + found);
        }
    }

    @Override
    public void close() {
        parser.close();
    }
}
