package dev.windlass.apiserver.internal.json;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * YAML as the real server reads it, which is that of version 1.1, nearly: {@code yes} is true and {@code 0644} is 420; anchors and {@code <<} are followed; what
 * comes twice is what it was the last time. One document each; not thread-safe.
 */
public final class GoYaml {
    private static final LoadSettings SETTINGS = LoadSettings.builder().build();
    private static final int DEEPEST = 1000;
    /** Such a part of a document may come from aliases; less and less of one that is larger. */
    private static final double MOST_ALIASED = 0.99;
    private static final double LEAST_ALIASED = 0.10;
    private static final double SMALL = 400_000;
    private static final double LARGE = 4_000_000;

    private final List<String> duplicates = new ArrayList<>();
    private final Set<Node> open = new HashSet<>();
    private int depth;
    private int aliasDepth;
    private int aliased;
    private int read;

    /** A part of a document. */
    private static final class Node {
        private final Event.ID kind;
        private final int line;
        private final String tag;
        private final String text;
        private final boolean plain;
        private final List<Node> parts = new ArrayList<>();
        private @Nullable Node target;

        Node(Event event) {
            this.kind = event.getEventId();
            this.line = event.getStartMark().map(Mark::getLine).orElse(0) + 1;
            if (event instanceof ScalarEvent scalar) {
                this.tag = scalar.getTag().orElse("");
                String value = scalar.getValue();
                this.text = isCutOff(scalar) ? value.substring(0, value.length() - 1) : value;
                this.plain = scalar.isPlain();
            } else {
                this.tag = "";
                this.text = event instanceof AliasEvent alias ? alias.getAlias().getValue() : "";
                this.plain = false;
            }
        }

        /** Whether it ends with a line that has no end, for which the parser makes one up. */
        private static boolean isCutOff(ScalarEvent scalar) {
            boolean block = scalar.isLiteral() || scalar.isFolded();
            Mark end = block ? scalar.getEndMark().orElse(null) : null;
            return end != null && end.getPointer() >= end.getBuffer().length
                    && end.getBuffer()[end.getPointer() - 1] != '\n' && scalar.getValue().endsWith("\n");
        }

        boolean is(Event.ID other) {
            return kind == other;
        }

        boolean isMerge() {
            return plain && text.equals("<<") && tag.isEmpty();
        }

        /** What an alias stands for. */
        Node resolved() {
            return target == null ? this : target;
        }
    }

    private GoYaml() {
    }

    /**
     * The first document.
     *
     * @throws MalformedYamlException
     *             when it is none
     */
    public static JsonNode read(String yaml) {
        return new GoYaml().first(yaml);
    }

    /**
     * All documents.
     *
     * @throws MalformedYamlException
     *             when one is none
     */
    public static List<JsonNode> readAll(String yaml) {
        List<JsonNode> all = new ArrayList<>();
        Iterator<Event> events = events(yaml);
        for (Node next = document(events); next != null; next = document(events)) {
            all.add(new GoYaml().value(next));
        }
        return all;
    }

    /**
     * What comes twice in the first document, in Go's words.
     *
     * @throws MalformedYamlException
     *             when it is none
     */
    public static List<String> duplicates(String yaml) {
        GoYaml document = new GoYaml();
        document.first(yaml);
        return document.duplicates;
    }

    private JsonNode first(String yaml) {
        Node first = document(events(yaml));
        return first == null ? JsonNodeFactory.instance.nullNode() : value(first);
    }

    private static Iterator<Event> events(String yaml) {
        return new Parse(SETTINGS).parseString(yaml).iterator();
    }

    /** The next document; null when there is none. What is wrong with the ones after it is not found yet. */
    private static @Nullable Node document(Iterator<Event> events) {
        try {
            while (events.hasNext()) {
                if (events.next().getEventId() == Event.ID.DocumentStart) {
                    return node(events.next(), events, new HashMap<>(), 0);
                }
            }
            return null;
        } catch (YamlEngineException e) {
            throw MalformedYamlException.of(e);
        }
    }

    private static Node node(Event event, Iterator<Event> events, Map<String, Node> anchors, int depth) {
        checkDepth(depth);
        Node node = new Node(event);
        if (event instanceof AliasEvent) {
            node.target = anchors.get(node.text);
            if (node.target == null) {
                throw new MalformedYamlException("yaml: unknown anchor '" + node.text + "' referenced");
            }
        } else if (event instanceof NodeEvent anchored) {
            anchored.getAnchor().ifPresent(anchor -> anchors.put(anchor.getValue(), node));
        }
        if (node.is(Event.ID.MappingStart) || node.is(Event.ID.SequenceStart)) {
            Event next = events.next();
            while (next.getEventId() != Event.ID.MappingEnd && next.getEventId() != Event.ID.SequenceEnd) {
                node.parts.add(node(next, events, anchors, depth + 1));
                next = events.next();
            }
        }
        return node;
    }

    /** Aliases nest what does not look so. */
    private void descend() {
        depth++;
        checkDepth(depth);
    }

    private static void checkDepth(int depth) {
        if (depth > DEEPEST) {
            throw new MalformedYamlException("yaml: exceeded max depth of " + DEEPEST);
        }
    }

    private JsonNode value(Node node) {
        count();
        descend();
        JsonNode value = resolve(node);
        depth--;
        return value;
    }

    private JsonNode resolve(Node node) {
        return switch (node.kind) {
            case Alias -> {
                enter(node);
                JsonNode value = value(node.resolved());
                leave(node);
                yield value;
            }
            case MappingStart -> {
                ObjectNode object = Json.object();
                fill(object, node);
                yield object;
            }
            case SequenceStart -> {
                ArrayNode array = Json.array();
                node.parts.forEach(each -> array.add(value(each)));
                yield array;
            }
            default -> GoScalar.of(node.tag.isEmpty() && !node.plain ? GoScalar.TEXT : node.tag, node.text);
        };
    }

    private void enter(Node alias) {
        if (!open.add(alias)) {
            throw new MalformedYamlException("yaml: anchor '" + alias.text + "' value contains itself");
        }
        aliasDepth++;
        descend();
    }

    private void leave(Node alias) {
        depth--;
        aliasDepth--;
        open.remove(alias);
    }

    /** A short text must not become an endless document. */
    private void count() {
        read++;
        if (aliasDepth > 0) {
            aliased++;
        }
        if (aliased <= 100 || read <= 1000) {
            return;
        }
        double large = Math.clamp((read - SMALL) / (LARGE - SMALL), 0, 1);
        double allowed = MOST_ALIASED - (MOST_ALIASED - LEAST_ALIASED) * large;
        if ((double) aliased / read > allowed) {
            throw new MalformedYamlException("yaml: document contains excessive aliasing");
        }
    }

    private void fill(ObjectNode object, Node mapping) {
        for (int i = 0; i < mapping.parts.size(); i += 2) {
            Node key = mapping.parts.get(i);
            Node value = mapping.parts.get(i + 1);
            if (key.isMerge()) {
                merge(object, value);
                continue;
            }
            JsonNode given = value(key);
            if (given.isContainer()) {
                throw new MalformedYamlException("yaml: invalid map key: " + shown(given));
            }
            JsonNode content = value(value);
            String name = name(given, content);
            if (object.has(name)) {
                duplicates.add("line " + value.line + ": key " + shown(given) + " already set in map");
            }
            object.set(name, content);
        }
    }

    private void merge(ObjectNode object, Node value) {
        Node source = value.resolved();
        List<Node> sources = source.is(Event.ID.SequenceStart) && source == value
                ? value.parts.reversed()
                : List.of(value);
        for (Node each : sources) {
            if (!each.resolved().is(Event.ID.MappingStart)) {
                throw new MalformedYamlException("yaml: map merge requires map or sequence of maps as the value");
            }
            count();
            if (each.is(Event.ID.Alias)) {
                enter(each);
                count();
                fill(object, each.resolved());
                leave(each);
            } else {
                fill(object, each);
            }
        }
    }

    private static String name(JsonNode key, JsonNode content) {
        if (key.isNull()) {
            throw new MalformedYamlException(
                    "unsupported map key of type: %!s(<nil>), key: <nil>, value: " + shown(content));
        }
        return key.isNumber() && !key.isIntegralNumber()
                ? GoText.shortest(new BigDecimal(Float.toString(key.floatValue())), 6)
                : key.asString();
    }

    /** As Go shows a value to programmers. */
    private static String shown(JsonNode value) {
        if (value instanceof ObjectNode object) {
            return object.properties().stream().map(
                    field -> shown(JsonNodeFactory.instance.stringNode(field.getKey())) + ":" + shown(field.getValue()))
                    .collect(Collectors.joining(", ", "map[interface {}]interface {}{", "}"));
        }
        if (value instanceof ArrayNode array) {
            return array.values().stream().map(GoYaml::shown).collect(Collectors.joining(", ", "[]interface {}{", "}"));
        }
        return value.isNull() ? "interface {}(nil)" : value.isString() ? Json.string(value) : value.asString();
    }
}
