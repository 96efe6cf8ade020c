package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.protobuf.Protobuf;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import dev.windlass.apiserver.internal.store.Bytes;
import dev.windlass.apiserver.internal.store.Stored;
import dev.windlass.apiserver.internal.table.Ages;
import dev.windlass.apiserver.internal.table.Tables;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Objects in the form in which the client wants them. One per request; not thread-safe. */
final class Rendering {
    private static final List<String> INCLUDABLE = List.of("", "None", "Metadata", "Object");
    private static final String INITIAL_EVENTS_END = "k8s.io/initial-events-end";

    private final ResourceType type;
    private final Accepted accepted;
    private final Resources resources;
    private final String includeObject;
    private @Nullable Tables tables;
    /** The first event of a watch tells the columns of all of them. */
    private boolean columnsTold;

    /**
     * @param includeObject
     *            what a row of a table carries beside its cells: None, Metadata or Object
     */
    private Rendering(ResourceType type, Accepted accepted, String includeObject, Resources resources) {
        this.type = type;
        this.accepted = accepted;
        this.includeObject = includeObject;
        this.resources = resources;
    }

    static Rendering of(ResourceType type, Accepted accepted, Call call, Resources resources) {
        return new Rendering(type, accepted, call.parameterOrEmpty("includeObject"), resources);
    }

    private void checkTable() {
        if (accepted.form() == Accepted.Form.TABLE && !INCLUDABLE.contains(includeObject)) {
            throw ApiException.badRequest("Unable to convert to Table as requested: " + FieldError
                    .invalid("includeObject", includeObject, "must be 'Metadata', 'Object', 'None', or empty")
                    .message());
        }
    }

    /**
     * Refuses what cannot be told event by event.
     *
     * @throws ApiException
     *             400 when a table is wanted with something in its rows that there is not, 406 when there is no such stream
     */
    void checkStream() {
        checkTable();
        accepted.checkStream();
    }

    /**
     * One object.
     *
     * @throws ApiException
     *             400 when a table is wanted with something in its row that there is not
     */
    Reply.Whole object(int code, Stored object) {
        checkTable();
        Stored stored = Codec.converted(object, type);
        return switch (accepted.form()) {
            case METADATA_LIST -> throw type.isCustom()
                    ? ApiException.told(500, "", "content is not a list", null)
                    : otherShape("PartialObjectMetadataList", "not a list", type.kind());
            case OBJECT -> yamlIfWanted(Reply.json(code, Codec.json(stored, type)));
            case METADATA -> yamlIfWanted(Reply.json(code, metadata(stored, true)));
            case TABLE -> yamlIfWanted(Reply.json(code,
                    table(listMetadata(stored.version(), "", null), List.of(stored))));
        };
    }

    private ObjectNode table(ObjectNode metadata, List<Stored> objects) {
        if (tables == null) {
            tables = Tables.of(type);
        }
        ObjectNode out = Json.object().put("kind", "Table").put("apiVersion", accepted.apiVersion());
        out.set("metadata", metadata);
        if (columnsTold) {
            out.putNull("columnDefinitions");
        } else {
            out.set("columnDefinitions", tables.definitions());
        }
        if (objects.isEmpty() && !tables.hasRowsAlways()) {
            return out.putNull("rows");
        }
        ArrayNode rows = out.putArray("rows");
        Ages ages = new Ages(resources.surroundings().clock().instant());
        for (Stored stored : objects) {
            ObjectNode row = rows.addObject();
            row.set("cells", tables.cells(Codec.raw(stored, type), ages));
            switch (includeObject) {
                case "None" -> row.putNull("object");
                case "Object" -> row.set("object", Codec.decode(stored, type));
                default -> row.set("object", metadata(stored, true));
            }
        }
        return out;
    }

    private ObjectNode metadata(Stored stored, boolean withType) {
        ObjectNode out = Json.object();
        if (withType) {
            out.put("kind", "PartialObjectMetadata").put("apiVersion", accepted.apiVersion());
        }
        ObjectNode metadata = Metadata.of(Codec.raw(stored, type));
        if (type.is("apps", "daemonsets") && metadata.get("annotations") instanceof ObjectNode annotations) {
            // It stands for a field that the object no longer has, and is no part of its metadata.
            annotations.remove("deprecated.daemonset.template.generation");
            if (annotations.isEmpty()) {
                metadata.remove("annotations");
            }
        }
        out.set("metadata", metadata);
        return out;
    }

    /**
     * A list.
     *
     * @param continueToken
     *            where the rest begins, "" when there is none
     * @param remaining
     *            how many are left, null when that is not told
     */
    Reply.Whole list(long version, List<Stored> page, String continueToken, @Nullable Long remaining) {
        checkTable();
        List<Stored> objects = Codec.converted(page, type);
        if (accepted.form() == Accepted.Form.TABLE) {
            return yamlIfWanted(Reply.json(200, table(listMetadata(version, continueToken, remaining), objects)));
        }
        if (accepted.form() == Accepted.Form.METADATA) {
            throw otherShape("PartialObjectMetadata", "a list", type.listKind());
        }
        boolean metadataOnly = accepted.form() == Accepted.Form.METADATA_LIST;
        int size = 256;
        for (Stored object : objects) {
            size += object.size() + type.head().length;
        }
        Bytes out = new Bytes(size);
        String kind = metadataOnly ? "PartialObjectMetadataList" : type.listKind();
        String apiVersion = metadataOnly ? accepted.apiVersion() : type.apiVersion();
        out.write(("{\"kind\":" + Json.string(kind) + ",\"apiVersion\":" + Json.string(apiVersion)
                + ",\"metadata\":"
                + Json.string(metadataOnly
                        ? listMetadata(version, continueToken, remaining)
                        : itemsMetadata(version, continueToken, remaining))
                + ",\"items\":").getBytes(StandardCharsets.UTF_8));
        if (metadataOnly && objects.isEmpty()) {
            out.ascii("null}");
            return yamlIfWanted(Reply.json(200, out));
        }
        out.write('[');
        boolean first = true;
        for (Stored object : objects) {
            if (!first) {
                out.write(',');
            }
            first = false;
            if (metadataOnly) {
                out.write(Json.bytes(metadata(object, true)));
            } else {
                Codec.writeItem(object, type, out);
            }
        }
        out.ascii("]}");
        return yamlIfWanted(Reply.json(200, out));
    }

    private ApiException otherShape(String wanted, String found, String kind) {
        return ApiException.of(406, "NotAcceptable", "you requested " + wanted + ", but the requested object is "
                + found + " (*" + goType(kind) + ")");
    }

    /** What the real server calls a kind inside. */
    private String goType(String kind) {
        if (type.isCustom()) {
            return kind.equals(type.listKind()) ? "unstructured.UnstructuredList" : "unstructured.Unstructured";
        }
        String group = type.storedGroup();
        return (group.isEmpty() ? "core" : group.split("\\.", 2)[0]) + "." + kind;
    }

    /** Lists of custom resources always say where they go on. */
    private ObjectNode itemsMetadata(long version, String continueToken, @Nullable Long remaining) {
        ObjectNode metadata = listMetadata(version, continueToken, remaining);
        return type.isCustom() ? metadata.put("continue", continueToken) : metadata;
    }

    private static ObjectNode listMetadata(long version, String continueToken, @Nullable Long remaining) {
        ObjectNode metadata = Json.object();
        if (version > 0) { // nothing that is made up when it is asked for has one
            metadata.put("resourceVersion", Long.toString(version));
        }
        if (!continueToken.isEmpty()) {
            metadata.put("continue", continueToken);
            if (remaining != null) {
                metadata.put("remainingItemCount", remaining);
            }
        }
        return metadata;
    }

    /**
     * Appends one event of a watch, with the line's end.
     *
     * @return whether it can be told: no object is a list
     */
    boolean event(String kind, Stored object, Bytes out) {
        if (accepted.form() == Accepted.Form.METADATA_LIST) {
            return false;
        }
        Stored stored = Codec.converted(object, type);
        if (accepted.format() == Accepted.Format.PROTOBUF) {
            Protobuf.event(kind,
                    accepted.form() == Accepted.Form.OBJECT ? Codec.decode(stored, type) : metadata(stored, true), out);
            return true;
        }
        out.ascii("{\"type\":\"" + kind + "\",\"object\":");
        switch (accepted.form()) {
            case OBJECT -> Codec.write(stored, type, out);
            case TABLE -> {
                out.write(Json.bytes(
                        table(Json.object().put("resourceVersion", Long.toString(stored.version())), List.of(stored))));
                columnsTold = true;
            }
            default -> out.write(Json.bytes(metadata(stored, true)));
        }
        out.ascii("}\n");
        return true;
    }

    /**
     * Appends a bookmark.
     *
     * @param endOfInitial whether it says that the initial objects are all told
     * @return whether it can be told
     */
    boolean bookmark(long version, boolean endOfInitial, Bytes out) {
        ObjectNode metadata = Json.object().put("resourceVersion", Long.toString(version));
        if (endOfInitial) {
            metadata.putObject("annotations").put(INITIAL_EVENTS_END, "true");
        }
        ObjectNode object = Json.object();
        object.set("metadata", metadata);
        switch (accepted.form()) {
            case TABLE -> event("BOOKMARK", Codec.draft(nothing(object), type).at(version), out);
            case METADATA -> event("BOOKMARK",
                    object.put("kind", "PartialObjectMetadata").put("apiVersion", accepted.apiVersion()), out);
            case OBJECT -> event("BOOKMARK", nothing(object), out);
            default -> {
                return false;
            }
        }
        return true;
    }

    private ObjectNode nothing(ObjectNode object) {
        resources.ruleOf(type).fillNothing(object);
        return resources.shapes().written(object.put("kind", type.kind()).put("apiVersion", type.apiVersion()), type);
    }

    /** Appends what ends a watch. */
    void error(ApiException refused, Bytes out) {
        event("ERROR", refused.status(), out);
    }

    private void event(String kind, ObjectNode object, Bytes out) {
        if (accepted.format() == Accepted.Format.PROTOBUF) {
            Protobuf.event(kind, object, out);
            return;
        }
        out.ascii("{\"type\":\"" + kind + "\",\"object\":");
        out.write(Json.bytes(object));
        out.ascii("}\n");
    }

    /** How a stream of events is announced. */
    String eventsType() {
        return switch (accepted.format()) {
            case JSON, YAML -> Reply.JSON;
            case PROTOBUF -> Protobuf.MEDIA_TYPE + ";stream=watch";
        };
    }

    Reply.Whole yamlIfWanted(Reply.Whole reply) {
        if (accepted.format() != Accepted.Format.YAML) {
            return reply;
        }
        byte[] json = new byte[reply.body().remaining()];
        reply.body().duplicate().get(json);
        return Reply.yaml(reply.code(), Json.parse(json)).withWarnings(reply.warnings());
    }
}
