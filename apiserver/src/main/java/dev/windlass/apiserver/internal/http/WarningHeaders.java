package dev.windlass.apiserver.internal.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** How warnings are told: each once, on one line, and all of them shortened when they are too much together. Stateless. */
final class WarningHeaders {
    private static final int MOST_IN_ALL = 4096;
    private static final int MOST_OF_EACH = 256;

    private WarningHeaders() {
    }

    /** The values of the headers, with a character for each byte of their UTF-8. */
    static List<String> of(List<String> warnings) {
        List<String> texts = warnings.stream().filter(text -> !text.isEmpty()).distinct().toList();
        int whole = texts.stream().mapToInt(WarningHeaders::length).sum();
        return (whole > MOST_IN_ALL ? shortened(texts) : texts).stream()
                .filter(text -> text.codePoints().noneMatch(Character::isISOControl))
                .map(text -> "299 - \"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"")
                .map(value -> new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1)).toList();
    }

    /** Those that were whole until it became too much are all told. */
    private static List<String> shortened(List<String> texts) {
        List<String> out = new ArrayList<>();
        int whole = 0;
        int written = 0;
        for (String text : texts) {
            if (whole > MOST_IN_ALL && written >= MOST_IN_ALL) {
                break;
            }
            whole += length(text);
            String told = length(text) > MOST_OF_EACH
                    ? text.substring(0, text.offsetByCodePoints(0, MOST_OF_EACH))
                    : text;
            written += length(told);
            out.add(told);
        }
        return out;
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
