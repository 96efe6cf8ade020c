package dev.windlass.apiserver.internal.admission;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.json.JsonSyntax;
import dev.windlass.apiserver.internal.webhook.CallFailedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A JSON patch with which a webhook answers, or that a policy makes, and in the words of the real server why it cannot be done. */
public final class JsonPatch {
    private static final String MISSING = ": missing value";

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

    static JsonPatch parse(String text) throws CallFailedException {
        String undecodable = "received undecodable patch in webhook response: ";
        JsonNode parsed;
        try {
            parsed = Json.parse(text);
        } catch (JacksonException e) {
            String problem = JsonSyntax.problem(text.getBytes(StandardCharsets.UTF_8));
            throw new CallFailedException(undecodable + (problem == null ? e.getOriginalMessage() : problem), e);
        }
        if (parsed.isNull()) {
            return new JsonPatch(Json.array());
        }
        if (!(parsed instanceof ArrayNode operations)) {
            throw new CallFailedException(undecodable + "json: cannot unmarshal "
                    + (parsed.isObject() ? "object" : parsed.isString() ? "string" : "number")
                    + " into Go value of type jsonpatch.Patch");
        }
        return new JsonPatch(operations);
    }

    public static JsonPatch of(ArrayNode operations) {
        return new JsonPatch(operations);
    }

    boolean isEmpty() {
        return operations.isEmpty();
    }

    /** @param document it is changed */
    public void apply(ObjectNode document) throws InapplicableException {
        for (JsonNode each : operations) {
            String path = Json.textOrEmpty(each, "path");
            String kind = Json.textOrEmpty(each, "op");
            switch (kind) {
                case "add" -> add(document, path, value(each), "add operation does not apply: doc is missing path: \""
                        + path + "\"" + MISSING, "error in add for path: '" + path + "': ");
                case "remove" -> {
                    JsonNode parent = required(document, path,
                            "remove operation does not apply: doc is missing path: \"" + path + "\"" + MISSING);
                    remove(parent, last(path), "error in remove for path: '" + path + "': ");
                }
                case "replace" -> replace(document, path, value(each));
                case "move", "copy" -> {
                    String from = Json.textOrEmpty(each, "from");
                    JsonNode source = required(document, from,
                            kind + " operation does not apply: doc is missing from path: " + from + MISSING);
                    JsonNode taken = taken(source, from, kind);
                    if (kind.equals("move")) {
                        remove(source, last(from), "error in move for path: '" + last(from) + "': ");
                    }
                    add(document, path, taken.deepCopy(),
                            kind + " operation does not apply: doc is missing destination path: " + path + MISSING,
                            kind.equals("move")
                                    ? "error in move for path: '" + path + "': "
                                    : "error while adding value during copy: ");
                }
                case "test" -> test(document, path, value(each));
                default -> throw new InapplicableException("Unexpected kind: " + (kind.isEmpty() ? "unknown" : kind));
            }
        }
    }

    private static JsonNode value(JsonNode operation) {
        JsonNode value = operation.get("value");
        return value == null ? operation.path("value") : value;
    }

    private static JsonNode orNull(JsonNode value) {
        return value.isMissingNode() ? Json.object().nullNode() : value;
    }

    private static JsonNode required(ObjectNode document, String path, String problem) throws InapplicableException {
        JsonNode parent = parent(document, path);
        if (parent == null) {
            throw new InapplicableException(problem);
        }
        return parent;
    }

    /** The object or array that a path leads into; null when there is none. */
    private static @Nullable JsonNode parent(ObjectNode document, String path) {
        List<String> steps = steps(path);
        if (steps.isEmpty()) {
            return null;
        }
        JsonNode current = document;
        for (String step : steps.subList(0, steps.size() - 1)) {
            current = current instanceof ArrayNode array ? array.path(index(step)) : current.path(step);
        }
        return current.isContainer() ? current : null;
    }

    private static List<String> steps(String path) {
        List<String> steps = new ArrayList<>();
        String[] parts = path.split("/", -1);
        for (int i = 1; i < parts.length; i++) {
            steps.add(parts[i].replace("~1", "/").replace("~0", "~"));
        }
        return steps;
    }

    private static String last(String path) {
        return steps(path).getLast();
    }

    private static int index(String step) {
        return step.matches("\\d{1,9}") ? Integer.parseInt(step) : -1;
    }

    private static void add(ObjectNode document, String path, JsonNode value, String missing, String wrong)
            throws InapplicableException {
        JsonNode parent = required(document, path, missing);
        String key = last(path);
        if (parent instanceof ObjectNode object) {
            object.set(key, orNull(value));
        } else if (parent instanceof ArrayNode array) {
            if (key.equals("-")) {
                array.add(orNull(value));
                return;
            }
            int index = checked(key, wrong);
            if (index > array.size()) {
                throw new InapplicableException(wrong + outside(index));
            }
            array.insert(index, orNull(value));
        }
    }

    private static int checked(String key, String wrong) throws InapplicableException {
        int index = index(key);
        if (index < 0) {
            throw new InapplicableException(
                    wrong + "value was not a proper array index: '" + key + "': strconv.Atoi: parsing \"" + key
                            + "\": invalid syntax");
        }
        return index;
    }

    private static String outside(int index) {
        return "Unable to access invalid index: " + index + ": invalid index referenced";
    }

    private static void remove(JsonNode parent, String key, String wrong) throws InapplicableException {
        if (parent instanceof ObjectNode object) {
            if (object.remove(key) == null) {
                throw new InapplicableException(wrong + "Unable to remove nonexistent key: " + key + MISSING);
            }
        } else if (parent instanceof ArrayNode array) {
            int index = checked(key, wrong);
            if (array.remove(index) == null) {
                throw new InapplicableException(wrong + outside(index));
            }
        }
    }

    private static void replace(ObjectNode document, String path, JsonNode value) throws InapplicableException {
        if (path.isEmpty() && value instanceof ObjectNode whole) {
            Json.become(document, whole.deepCopy());
            return;
        }
        JsonNode parent = required(document, path,
                "replace operation does not apply: doc is missing path: " + path + MISSING);
        String key = last(path);
        String noKey = "replace operation does not apply: doc is missing key: " + path + MISSING;
        if (parent instanceof ObjectNode object) {
            object.set(key, orNull(value)); // also where there is none
        } else if (parent instanceof ArrayNode array) {
            int index = index(key);
            if (index < 0 || index >= array.size()) {
                throw new InapplicableException(noKey);
            }
            array.set(index, orNull(value));
        }
    }

    private static JsonNode taken(JsonNode parent, String path, String kind) throws InapplicableException {
        String key = last(path);
        if (!(parent instanceof ArrayNode array)) {
            return orNull(parent.path(key)); // also where there is none
        }
        JsonNode taken = array.get(index(key));
        if (taken == null) {
            String at = kind.equals("move") ? "path: '" + key : "from: '" + path;
            throw new InapplicableException("error in " + kind + " for " + at + "': " + outside(index(key)));
        }
        return taken;
    }

    private static void test(ObjectNode document, String path, JsonNode value) throws InapplicableException {
        String failed = "testing value " + path + " failed: test failed";
        if (path.isEmpty()) {
            if (!Json.same(document, value)) {
                throw new InapplicableException(failed, true);
            }
            return;
        }
        JsonNode parent = required(document, path,
                "test operation does not apply: is missing path: " + path + MISSING);
        String key = last(path);
        JsonNode found = parent instanceof ArrayNode array ? array.path(index(key)) : parent.path(key);
        if (!Json.same(orNull(found), orNull(value))) {
            throw new InapplicableException(failed, true);
        }
    }
}
