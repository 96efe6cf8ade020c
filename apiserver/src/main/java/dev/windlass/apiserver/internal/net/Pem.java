package dev.windlass.apiserver.internal.net;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A block of a text in PEM; what is no block, Go passes over without a word.
 *
 * @param type
 *            what its first line says that it is
 */
@SuppressWarnings("ArrayRecordComponent") // never compared as a whole
record Pem(String type, byte[] content) {
    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";
    private static final int QUANTUM = 4;

    static List<Pem> blocks(byte[] text) {
        List<String> lines = Stream.of(new String(text, StandardCharsets.UTF_8).split("\n", -1)).map(Pem::trimmed)
                .toList();
        List<Pem> blocks = new ArrayList<>();
        int begin = -1;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith(BEGIN)) {
                begin = i;
            } else if (line.startsWith(END) && begin >= 0) {
                Pem block = block(lines.subList(begin, i + 1));
                if (block != null) {
                    blocks.add(block);
                }
                begin = -1;
            }
        }
        return blocks;
    }

    private static String trimmed(String line) {
        int end = line.length() - (line.endsWith("\r") ? 1 : 0);
        while (end > 0 && (line.charAt(end - 1) == ' ' || line.charAt(end - 1) == '\t')) {
            end--;
        }
        return line.substring(0, end);
    }

    private static @Nullable Pem block(List<String> lines) {
        String first = lines.getFirst();
        if (first.length() < BEGIN.length() + DASHES.length() || !first.endsWith(DASHES)) {
            return null;
        }
        String type = first.substring(BEGIN.length(), first.length() - DASHES.length());
        if (!lines.getLast().equals(END + type + DASHES)) {
            return null;
        }
        int start = 1;
        while (lines.get(start).contains(":") && start < lines.size() - 1) {
            start++;
        }
        String base64 = String.join("", lines.subList(start, lines.size() - 1)).replaceAll("[ \t\r]", "");
        if (base64.length() % QUANTUM != 0) {
            return null;
        }
        try {
            return new Pem(type, Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException _) {
            return null;
        }
    }
}
