package dev.windlass.apiserver.internal.json;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Finds fields that a JSON text has twice. Stateless. */
public final class Duplicates {
    private Duplicates() {
    }

    /** One object or array on the way to where the text is read. */
    private static final class Level {
        private final boolean array;
        private final String path;
        private final Set<String> names = new HashSet<>();
        private int index = -1;
        private String name = "";

        Level(boolean array, String path) {
            this.array = array;
            this.path = path;
        }

        String inner() {
            if (array) {
                return path + "[" + index + "]";
            }
            return path.isEmpty() ? name : path + "." + name;
        }
    }

    /** The paths of those that come again, in the order in which they do; the text must be JSON. */
    public static List<String> in(byte[] json) {
        List<String> found = new ArrayList<>();
        Deque<Level> levels = new ArrayDeque<>();
        try (JsonParser parser = Trees.parser(json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                Level level = levels.peek();
                if (level != null && level.array && !token.isStructEnd()) {
                    level.index++;
                }
                switch (token) {
                    case START_OBJECT, START_ARRAY ->
                        levels.push(new Level(token == JsonToken.START_ARRAY, level == null ? "" : level.inner()));
                    case END_OBJECT, END_ARRAY -> levels.pop();
                    case PROPERTY_NAME -> {
                        if (level != null) {
                            level.name = parser.currentName();
                            if (!level.names.add(level.name) && !found.contains(level.inner())) {
                                found.add(level.inner());
                            }
                        }
                    }
                    default -> {
                        // a value without names
                    }
                }
            }
        }
        return found;
    }
}
