package dev.windlass.tests.differential;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Puts names in the place of what may differ between two servers: uids by the answer in which they come first, the resource versions of objects by their order,
 * the time, generated names, addresses and ports that were handed out, tokens of service accounts. One for the answers of one server to one sequence.
 */
final class Masks {
    private static final Pattern UID = Pattern
            .compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    private static final Pattern TIME = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");
    private static final Pattern TOLD_VERSION = Pattern.compile(
            "((?:too old resource version: |Too large resource version: |current: |ResourceVersion in (?:the precondition|record) \\(|ResourceVersion in object meta: |, ResourceVersion: ))\\d+( \\(\\d+\\))?");
    /** A patched object as it is told in an error: field by field in the order of somebody's memory. */
    private static final Pattern ECHO = Pattern.compile("(Invalid value: )\"\\{.*}\": ", Pattern.DOTALL);
    private static final String TYPED_ERRORS = "): errors:\n";
    private static final Pattern TOKEN = Pattern.compile("eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]+");
    private static final Pattern SERVER = Pattern.compile("127\\.0\\.0\\.1:\\d+");
    private static final Pattern ADDRESS = Pattern.compile("(?:10\\.\\d+|192\\.168)\\.\\d+\\.\\d+");
    private static final Pattern AGE = Pattern.compile("\\d+s");
    private static final Duration NOW = Duration.ofHours(26);

    private final Map<String, String> uids = new LinkedHashMap<>();
    private int number;
    private int seen;
    private final Map<Long, String> versions = new LinkedHashMap<>();
    private final Map<String, String> generated = new LinkedHashMap<>();

    Masks(List<Answer> answers) {
        NavigableSet<Long> found = new TreeSet<>();
        answers.forEach(answer -> collect(answer.body(), found));
        for (long version : found) {
            versions.put(version, "<version " + (versions.size() + 1) + ">");
        }
    }

    private void collect(JsonNode node, NavigableSet<Long> found) {
        if (node.path("type").asString("").equals("BOOKMARK")) {
            return;
        }
        JsonNode metadata = node.path("metadata");
        String version = metadata.path("resourceVersion").asString("");
        if (!isList(node) && version.matches("\\d+")) {
            found.add(Long.parseLong(version));
        }
        String prefix = metadata.path("generateName").asString("");
        String name = metadata.path("name").asString("");
        if (!prefix.isEmpty() && name.startsWith(prefix)) {
            generated.putIfAbsent(name, prefix + "<generated " + (generated.size() + 1) + ">");
        }
        sorted(node).values().forEach(child -> collect(child, found));
    }

    private static Map<String, JsonNode> sorted(JsonNode node) {
        Map<String, JsonNode> children = new TreeMap<>();
        if (node.isObject()) {
            node.properties().forEach(entry -> children.put(entry.getKey(), entry.getValue()));
        } else {
            for (int i = 0; i < node.size(); i++) {
                children.put("%06d".formatted(i), node.get(i));
            }
        }
        return children;
    }

    private static boolean isList(JsonNode node) {
        String kind = node.path("kind").asString("");
        return kind.endsWith("List") || kind.equals("Table") || node.has("items");
    }

    Answer mask(Answer answer) {
        number++;
        seen = 0;
        return new Answer(answer.code(), answer.contentType(), answer.warnings().stream().map(this::text).toList(),
                answer.retryAfter(), mask(answer.body(), ""));
    }

    private JsonNode mask(JsonNode node, String name) {
        if (node instanceof ObjectNode object) {
            return object(object);
        }
        if (node instanceof ArrayNode array) {
            List<JsonNode> items = new ArrayList<>();
            array.forEach(item -> items.add(mask(item, name)));
            if (name.equals("managedFields")) {
                // Their order depends on times to the second.
                items.sort(Comparator.comparing((JsonNode each) -> each.path("operation").asString(""))
                        .thenComparing(each -> each.path("manager").asString(""))
                        .thenComparing(JsonNode::toString));
            }
            if (items.stream().allMatch(each -> each.path("reason").asString("").equals("FieldManagerConflict"))) {
                // Managers come in the order of somebody's memory, the fields of each in theirs.
                items.sort(Comparator.comparing(each -> each.path("message").asString("")));
            }
            return JsonNodeFactory.instance.arrayNode().addAll(items);
        }
        if (node.isNumber() && (name.equals("nodePort") || name.equals("healthCheckNodePort"))) {
            return token("<port>");
        }
        if (node.isString()) {
            return string(node.stringValue(), name);
        }
        return node;
    }

    private JsonNode object(ObjectNode object) {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        boolean list = isList(object);
        boolean bookmark = object.path("type").asString("").equals("BOOKMARK");
        sorted(object).forEach((name, value) -> {
            if (name.equals("f:lastTransitionTime")) {
                return; // whether it has changed depends on when a second ends
            }
            JsonNode masked = mask(value, name);
            if (list && name.equals("metadata") && masked instanceof ObjectNode metadata) {
                hide(metadata, "resourceVersion");
            }
            if (bookmark && name.equals("object")) {
                masked.findParents("resourceVersion").forEach(each -> hide((ObjectNode) each, "resourceVersion"));
            }
            out.set(name, masked);
        });
        return out;
    }

    private static void hide(ObjectNode object, String field) {
        if (object.has(field)) {
            object.put(field, "<" + field + ">");
        }
    }

    private JsonNode string(String value, String name) {
        if (name.equals("resourceVersion") && value.matches("\\d+")) {
            return token(versions.getOrDefault(Long.parseLong(value), value));
        }
        if (name.equals("continue") && !value.isEmpty()) {
            return token("<continue>");
        }
        if (name.equals("manager") && value.equals("control-plane")) {
            return token("kube-apiserver"); // built into one program with etcd, it is called like that
        }
        if (name.equals("cells") && AGE.matcher(value).matches()) {
            return token("<age>");
        }
        return token(text(value));
    }

    private String text(String value) {
        String text = UID.matcher(value).replaceAll(
                found -> uids.computeIfAbsent(found.group(), _ -> "<uid " + number + "." + ++seen + ">"));
        text = TIME.matcher(text).replaceAll(found -> isNow(found.group()) ? "<time>" : found.group());
        text = TOLD_VERSION.matcher(text).replaceAll(found -> Matcher.quoteReplacement(found.group(1)) + "<version>");
        text = ECHO.matcher(text).replaceAll("$1<object>: ");
        text = TOKEN.matcher(text).replaceAll("<token>");
        text = SERVER.matcher(text).replaceAll("<server>");
        text = ADDRESS.matcher(text).replaceAll("<address>");
        for (Map.Entry<String, String> name : generated.entrySet()) {
            text = text.replace(name.getKey(), name.getValue());
        }
        return inOrder(text);
    }

    /** What is wrong with fields of one map is told in the order of somebody's memory. */
    private static String inOrder(String text) {
        int list = text.indexOf(TYPED_ERRORS) + TYPED_ERRORS.length();
        return list < TYPED_ERRORS.length()
                ? text
                : text.substring(0, list) + text.substring(list).lines().sorted().collect(Collectors.joining("\n"));
    }

    private static boolean isNow(String time) {
        try {
            return Duration.between(Instant.parse(time), Instant.now()).abs().compareTo(NOW) < 0;
        } catch (DateTimeException _) {
            return false;
        }
    }

    private static JsonNode token(String text) {
        return JsonNodeFactory.instance.stringNode(text);
    }
}
