package dev.windlass.apiserver.internal.table;

import java.util.function.BiFunction;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A column of a table.
 *
 * @param name
 *            empty when the cells are told without a definition
 * @param type
 *            string, integer, number, boolean or date
 * @param format
 *            "name" for the first column, mostly empty
 * @param priority
 *            0 is shown always, 1 with {@code -o wide}
 * @param cell
 *            the value for an object, at a time; a string, a number, a boolean or null
 */
record Column(String name, String type, String format, int priority,
        BiFunction<ObjectNode, Ages, @Nullable JsonNode> cell) {
}
