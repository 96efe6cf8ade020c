package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.GoNumbers;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.Conversion;
import dev.windlass.apiserver.internal.kind.CustomVersion;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.store.Bytes;
import dev.windlass.apiserver.internal.store.Stored;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Between object trees, stored objects and what goes over the wire. Stateless. */
final class Codec {
    private static final byte[] HOLE = "\"resourceVersion\":\"\"".getBytes(StandardCharsets.US_ASCII);
    private static final List<String> METADATA_ORDER = List.of("name", "generateName", "namespace", "uid",
            "resourceVersion", "generation",
            "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "labels", "annotations",
            "ownerReferences", "finalizers");

    private Codec() {
    }

    /** The tree of a stored object as this version of the API shows it. */
    static ObjectNode decode(Stored stored, ResourceType type) {
        ObjectNode object = (ObjectNode) Json.parse(converted(stored, type).json(type.head()));
        Face face = Face.of(type);
        return face == null ? object : face.fromStorage().apply(object);
    }

    /** The tree of an object of a built-in kind as it is stored, whatever version of the API is spoken. */
    static ObjectNode raw(Stored stored, ResourceType type) {
        return (ObjectNode) Json.parse(stored.json(type.head()));
    }

    /** The object in the form of this version of the API: somebody may have to be asked for it. */
    static Stored converted(Stored stored, ResourceType type) {
        return isForeign(stored, type) ? converted(List.of(stored), type).getFirst() : stored;
    }

    /** The same for many, about whom is asked at once. */
    static List<Stored> converted(List<Stored> stored, ResourceType type) {
        CustomVersion custom = type.custom();
        Conversion conversion = custom == null ? null : custom.conversion();
        List<Stored> foreign = conversion == null
                ? List.of()
                : stored.stream().filter(each -> isForeign(each, type)).toList();
        if (conversion == null || foreign.isEmpty()) {
            return stored;
        }
        // Nobody is told which version of the object it is, as nobody knows it of one that is on its way into the store.
        List<ObjectNode> asked = foreign.stream().map(each -> {
            ObjectNode object = (ObjectNode) Json.parse(each.at(0).json(type.head()));
            return object.put("apiVersion", type.group() + "/" + each.form());
        }).toList();
        Iterator<ObjectNode> answers = conversion.convert(asked, type.apiVersion()).iterator();
        return stored.stream().map(each -> isForeign(each, type)
                ? encode(answers.next(), type).in(type.version()).at(each.version())
                : each).toList();
    }

    private static boolean isForeign(Stored stored, ResourceType type) {
        CustomVersion custom = type.custom();
        return custom != null && custom.conversion() != null && !stored.form().isEmpty()
                && !stored.form().equals(type.version());
    }

    /** Encodes an object for the store; its version is not yet known. */
    static Stored draft(ObjectNode object, ResourceType type) {
        CustomVersion custom = type.custom();
        if (custom == null) {
            return encode(object, type);
        }
        Conversion conversion = custom.conversion();
        String form = custom.storageVersion();
        if (Metadata.name(object).isEmpty()) {
            return encode(object, type); // no object but what is told in its place
        }
        if (conversion == null || form.equals(type.version())) {
            return encode(object, type).in(form);
        }
        ObjectNode asked = object.deepCopy();
        Metadata.of(asked).remove("resourceVersion");
        return encode(conversion.convert(List.of(asked), type.group() + "/" + form).getFirst(), type).in(form);
    }

    /**
     * The same of an object that has been changed.
     *
     * @param kept
     *            the field that has not been: it stays as it is stored, though this version of the API may not show all of it
     */
    static Stored draft(ObjectNode object, ResourceType type, Stored current, String kept) {
        if (Face.of(type) == null) {
            return draft(object, type);
        }
        ObjectNode source = Face.toStorage(object, type);
        JsonNode before = raw(current, type).get(kept);
        if (before != null) {
            source.set(kept, before);
        }
        return encodeStored(source, type);
    }

    private static Stored encode(ObjectNode object, ResourceType type) {
        return encodeStored(Face.toStorage(object, type), type);
    }

    private static Stored encodeStored(ObjectNode source, ResourceType type) {
        if (type.isCustom()) {
            GoNumbers.settle(source);
        }
        ObjectNode metadata = Json.child(source, "metadata");
        ObjectNode ordered = Json.object();
        ObjectNode orderedMetadata = ordered.putObject("metadata");
        for (String field : METADATA_ORDER) {
            JsonNode value = field.equals("resourceVersion") ? ordered.stringNode("") : metadata.get(field);
            if (value != null) {
                orderedMetadata.set(field, value);
            }
        }
        metadata.properties().forEach(entry -> {
            if (!METADATA_ORDER.contains(entry.getKey())) {
                orderedMetadata.set(entry.getKey(), entry.getValue());
            }
        });
        source.properties().forEach(entry -> {
            String name = entry.getKey();
            if (!name.equals("metadata") && !name.equals("kind") && !name.equals("apiVersion")) {
                ordered.set(name, entry.getValue());
            }
        });
        byte[] whole = Json.bytes(ordered);
        byte[] members = new byte[whole.length - 1];
        System.arraycopy(whole, 1, members, 0, members.length);
        return new Stored(Json.textOrEmpty(metadata, "namespace"), Json.textOrEmpty(metadata, "name"), members,
                hole(members), labels(metadata),
                fields(source, type), 0);
    }

    private static int hole(byte[] members) {
        // Metadata comes first, and nothing before the version can hold a quote: names and uids are checked before.
        for (int i = 0; i + HOLE.length <= members.length; i++) {
            int j = 0;
            while (j < HOLE.length && members[i + j] == HOLE[j]) {
                j++;
            }
            if (j == HOLE.length) {
                return i + HOLE.length - 1;
            }
        }
        throw new IllegalStateException("encoded object without a place for its resource version");
    }

    private static String[] labels(ObjectNode metadata) {
        ObjectNode labels = Json.objectAt(metadata, "labels");
        if (labels == null) {
            return new String[0];
        }
        List<String> pairs = new ArrayList<>(labels.size() * 2);
        for (Map.Entry<String, JsonNode> label : labels.properties()) {
            pairs.add(label.getKey());
            pairs.add(label.getValue().isString() ? label.getValue().stringValue() : "");
        }
        return pairs.toArray(String[]::new);
    }

    private static String[] fields(ObjectNode object, ResourceType type) {
        List<String> pairs = new ArrayList<>();
        for (String field : type.traits().fields()) {
            String value = FieldValues.of(object, field);
            if (!value.isEmpty()) {
                pairs.add(field);
                pairs.add(value);
            }
        }
        return pairs.toArray(String[]::new);
    }

    /** The whole object as JSON. */
    static byte[] json(Stored stored, ResourceType type) {
        return Face.of(type) == null ? stored.json(type.head()) : Json.bytes(decode(stored, type));
    }

    /** Appends the whole object. */
    static void write(Stored stored, ResourceType type, Bytes out) {
        if (Face.of(type) != null) {
            out.write(Json.bytes(decode(stored, type)));
        } else {
            out.write(type.head());
            stored.writeTo(out);
        }
    }

    /** Appends the object as an item of a list; those of built-in kinds do not repeat their type. */
    static void writeItem(Stored stored, ResourceType type, Bytes out) {
        if (type.isCustom()) {
            write(stored, type, out);
        } else if (Face.of(type) != null) {
            ObjectNode item = decode(stored, type);
            item.remove("kind");
            item.remove("apiVersion");
            out.write(Json.bytes(item));
        } else {
            out.write('{');
            stored.writeTo(out);
        }
    }
}
