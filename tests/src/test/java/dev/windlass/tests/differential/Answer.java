package dev.windlass.tests.differential;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What a server answered, as far as clients look at it.
 *
 * @param body
 *            parsed; the lines of a watch are an array; what is no JSON is a string
 */
record Answer(int code, String contentType, List<String> warnings, String retryAfter, JsonNode body) {
    /** When there is none: the real server hangs up where it has panicked. */
    static final Answer HUNG_UP = new Answer(0, "", List.of(), "", JsonNodeFactory.instance.nullNode());
}
