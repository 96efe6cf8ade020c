package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Duplicates;
import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JSON patch from a client, a webhook or a policy, done as the real server does it, which departs from RFC 6902: an index below zero counts from the end, a
 * field that is not there can be replaced, and copied when it is not there. What cannot be done is told in its words.
 */
public final class JsonPatch {
    private static final Set<String> FIELDS = Set.of("op", "path", "from", "value");
    private static final String MISSING = ": missing value";
    private static final long MOST_COPIED = 3 * 1024 * 1024;

    private final ArrayNode operations;

    private JsonPatch(ArrayNode operations) {
        this.operations = operations;
    }

    /** It could be read but not be done. */
    public static final class InapplicableException extends Exception {
        private static final long serialVersionUID = 1;

        private final boolean ofTest;

        InapplicableException(String message) {
            this(message, false);
        }

        private InapplicableException(String message, boolean ofTest) {
            super(message, null, false, false);
            this.ofTest = ofTest;
        }

        /** Whether it is a test in it that has failed. */
        public boolean isOfTest() {
            return ofTest;
        }

        /** The same as part of something else. */
        public InapplicableException within(String what) {
            return new InapplicableException(what + ": " + getMessage(), ofTest);
        }
    }

    /** What a strict reader of such a patch finds odd, operation by operation: fields that are there twice, or that no operation has. */
    static List<String> oddities(byte[] body) {
        List<String> odd = new ArrayList<>();
        if (!(Json.parse(body) instanceof ArrayNode operations)) {
            return odd;
        }
        List<String> twice = Duplicates.in(body);
        for (int i = 0; i < operations.size(); i++) {
            String at = "[" + i + "].";
            twice.stream().filter(path -> path.startsWith(at))
                    .forEach(path -> odd.add("json patch duplicate field " + GoText.quoted(path)));
            operations.get(i).propertyNames().stream().filter(name -> !FIELDS.contains(name))
                    .forEach(name -> odd.add("json patch unknown field " + GoText.quoted(at + name)));
        }
        return odd;
    }

    /** An object or array, and which of its fields or elements is meant. */
    private record Place(JsonNode parent, String key) {

        /** Null when the parent is an array that has no such element; a missing node when it is an object that has no such field. */
        @Nullable
        JsonNode get() {
            return parent instanceof ArrayNode array ? array.get(position(array.size())) : parent.path(key);
        }

        void add(JsonNode value, String wrong) throws InapplicableException {
            if (parent instanceof ObjectNode object) {
                object.set(key, value);
            } else if (parent instanceof ArrayNode array) {
                if (!key.equals("-") && index() == null) {
                    throw new InapplicableException(wrong + "value was not a proper array index: '" + key + "': "
                            + notANumber());
                }
                int at = key.equals("-") ? array.size() : position(array.size() + 1);
                if (at < 0 || at > array.size()) {
                    throw new InapplicableException(wrong + outside());
                }
                array.insert(at, value);
            }
        }

        void remove(String wrong) throws InapplicableException {
            if (parent instanceof ObjectNode object) {
                if (object.remove(key) == null) {
                    throw new InapplicableException(wrong + "Unable to remove nonexistent key: " + key + MISSING);
                }
            } else if (parent instanceof ArrayNode array && array.remove(position(array.size())) == null) {
                throw new InapplicableException(wrong + noElement());
            }
        }

        void set(JsonNode value) {
            if (parent instanceof ObjectNode object) {
                object.set(key, value);
            } else if (parent instanceof ArrayNode array) {
                array.set(position(array.size()), value);
            }
        }

        private @Nullable Integer index() {
            return key.matches("[+-]?\\d{1,9}") ? Integer.valueOf(key) : null;
        }

        /** Where it is in an array of that size; -1 when it cannot be in one. */
        private int position(int size) {
            Integer index = index();
            return index == null ? -1 : index < 0 ? Math.max(-1, index + size) : index;
        }

        String noElement() {
            return index() == null ? notANumber() : outside();
        }

        private String notANumber() {
            return "strconv.Atoi: parsing \"" + key + "\": invalid syntax";
        }

        private String outside() {
            return "Unable to access invalid index: " + index() + ": invalid index referenced";
        }
    }

    public static JsonPatch of(ArrayNode operations) {
        return new JsonPatch(operations);
    }

    /**
     * A document while it is changed.
     *
     * @param opened
     *            the objects in it that have been looked into: the real server writes the fields of these in the order of their names, all else as it came
     */
    private record Document(ObjectNode root, Set<ObjectNode> opened) {
        static Document of(ObjectNode root) {
            Set<ObjectNode> opened = Collections.newSetFromMap(new IdentityHashMap<>());
            opened.add(root);
            return new Document(root, opened);
        }

        void open(JsonNode node) {
            if (node instanceof ObjectNode object) {
                opened.add(object);
            }
        }

        void openAll(JsonNode node) {
            open(node);
            node.forEach(this::openAll);
        }

        /** Brings what has been opened into the order in which it is written. */
        void settle() {
            for (ObjectNode each : opened) {
                Map<String, JsonNode> fields = new TreeMap<>();
                each.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
                each.removeAll();
                each.setAll(fields);
            }
        }
    }

    /** @param object it is changed, also when not all can be done */
    public void apply(ObjectNode object) throws InapplicableException {
        Document document = Document.of(object);
        long copied = 0;
        for (JsonNode operation : operations) {
            String kind = Json.textOrEmpty(operation, "op");
            switch (kind) {
                case "add" -> add(document, operation);
                case "remove" -> remove(document, operation);
                case "replace" -> replace(document, operation);
                case "move" -> move(document, operation);
                case "copy" -> copied = copy(document, operation, copied);
                case "test" -> test(document, operation);
                default -> throw new InapplicableException("Unexpected kind: " + (kind.isEmpty() ? "unknown" : kind));
            }
        }
        document.settle();
    }

    private static void add(Document document, JsonNode operation) throws InapplicableException {
        String path = path(operation, "add operation failed to decode path" + MISSING);
        place(document, path, "add operation does not apply: doc is missing path: \"" + path + "\"")
                .add(value(operation), "error in add for path: '" + path + "': ");
    }

    private static void remove(Document document, JsonNode operation) throws InapplicableException {
        String path = path(operation, "remove operation failed to decode path" + MISSING);
        place(document, path, "remove operation does not apply: doc is missing path: \"" + path + "\"")
                .remove("error in remove for path: '" + path + "': ");
    }

    private static void replace(Document document, JsonNode operation) throws InapplicableException {
        String path = path(operation, noPath("replace"));
        if (path.isEmpty()) {
            if (!(value(operation) instanceof ObjectNode whole)) {
                throw new InapplicableException("replace operation value must be object or array: %!w(<nil>)");
            }
            Json.become(document.root(), whole.deepCopy());
            return;
        }
        Place place = place(document, path, "replace operation does not apply: doc is missing path: " + path);
        if (place.get() == null) {
            throw new InapplicableException("replace operation does not apply: doc is missing key: " + path + MISSING);
        }
        place.set(value(operation));
    }

    private static void move(Document document, JsonNode operation) throws InapplicableException {
        String from = text(operation, "from", noFrom("move"));
        Place source = place(document, from, "move operation does not apply: doc is missing from path: " + from);
        String wrong = "error in move for path: '" + source.key + "': ";
        JsonNode taken = existing(source, wrong);
        source.remove(wrong);
        String path = path(operation, noPath("move"));
        place(document, path, "move operation does not apply: doc is missing destination path: " + path)
                .add(orNull(taken), "error in move for path: '" + path + "': ");
    }

    /** @return how much has been copied by now: a patch that is meant badly doubles a document with each operation */
    private static long copy(Document document, JsonNode operation, long before) throws InapplicableException {
        String from = text(operation, "from", noFrom("copy"));
        Place source = place(document, from, "copy operation does not apply: doc is missing from path: " + from);
        JsonNode taken = orNull(existing(source, "error in copy for from: '" + from + "': "));
        String path = path(operation, "copy operation failed to decode path" + MISSING);
        Place target = place(document, path,
                "copy operation does not apply: doc is missing destination path: " + path);
        long copied = before + Json.bytes(taken).length;
        if (copied > MOST_COPIED) {
            throw new InapplicableException(
                    "Unable to complete the copy, the accumulated size increase of copy is " + copied
                            + ", exceeding the limit " + MOST_COPIED);
        }
        document.settle();
        target.add(taken.deepCopy(), "error while adding value during copy: ");
        return copied;
    }

    private static void test(Document document, JsonNode operation) throws InapplicableException {
        String path = path(operation, noPath("test"));
        JsonNode found = document.root();
        if (!path.isEmpty()) {
            Place place = place(document, path, "test operation does not apply: is missing path: " + path);
            found = existing(place, "error in test for path: '" + path + "': ");
        }
        if (!Json.same(orNull(found), value(operation))) {
            throw new InapplicableException("testing value " + path + " failed: test failed", true);
        }
        document.openAll(orNull(found));
    }

    private static String noPath(String kind) {
        return kind + " operation failed to decode path: operation missing path field" + MISSING;
    }

    private static String noFrom(String kind) {
        return kind + " operation failed to decode from: operation, missing from field" + MISSING;
    }

    private static String path(JsonNode operation, String problem) throws InapplicableException {
        return text(operation, "path", problem);
    }

    private static String text(JsonNode operation, String field, String problem) throws InapplicableException {
        if (!operation.path(field).isString()) {
            throw new InapplicableException(problem);
        }
        return operation.path(field).stringValue();
    }

    private static JsonNode existing(Place place, String wrong) throws InapplicableException {
        JsonNode found = place.get();
        if (found == null) {
            throw new InapplicableException(wrong + place.noElement());
        }
        return found;
    }

    private static JsonNode value(JsonNode operation) {
        return orNull(operation.path("value"));
    }

    private static JsonNode orNull(JsonNode value) {
        return value.isMissingNode() ? Json.object().nullNode() : value;
    }

    private static Place place(Document document, String path, String problem) throws InapplicableException {
        List<String> steps = Stream.of(path.split("/", -1)).skip(1)
                .map(step -> step.replace("~1", "/").replace("~0", "~")).toList();
        JsonNode parent = document.root();
        for (String step : steps.isEmpty() ? steps : steps.subList(0, steps.size() - 1)) {
            JsonNode next = new Place(parent, step).get();
            parent = next == null ? Json.object().path(step) : next;
            document.open(parent);
        }
        if (steps.isEmpty() || !parent.isContainer()) {
            throw new InapplicableException(problem + MISSING);
        }
        return new Place(parent, steps.getLast());
    }
}
