package dev.windlass.tests.kubectl;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The commands that are played on both servers; the file {@code commands.txt} says itself how it is written. */
final class Commands {
    private static final Pattern WORD = Pattern.compile("(?:'[^']*'|\"[^\"]*\"|[^ '\"])+");

    private Commands() {
    }

    /** Commands that are played one after the other, in a namespace of their own. */
    record Part(String title, List<Command> commands) {
        @Override
        public String toString() {
            return title;
        }
    }

    /**
     * One command.
     *
     * @param line
     *            as it was written
     * @param input
     *            on its standard input, and in the file that it may name
     */
    record Command(String line, String input) {
        List<String> words() {
            List<String> words = new ArrayList<>();
            Matcher matcher = WORD.matcher(line);
            while (matcher.find()) {
                words.add(matcher.group().replaceAll("'([^']*)'|\"([^\"]*)\"", "$1$2"));
            }
            return words;
        }
    }

    static List<Part> read() {
        List<Part> parts = new ArrayList<>();
        List<Command> commands = new ArrayList<>();
        Iterator<String> lines = text().lines().iterator();
        while (lines.hasNext()) {
            String line = lines.next();
            if (line.startsWith("### ")) {
                commands = new ArrayList<>();
                parts.add(new Part(line.substring(4), commands));
            } else if (line.endsWith(" <<")) {
                commands.add(new Command(line.substring(0, line.length() - 3), input(lines)));
            } else if (!line.isBlank() && !line.startsWith("//")) {
                commands.add(new Command(line, ""));
            }
        }
        return parts;
    }

    private static String input(Iterator<String> lines) {
        StringBuilder input = new StringBuilder();
        for (String line = lines.next(); !line.equals(">>"); line = lines.next()) {
            input.append(line).append('\n');
        }
        return input.toString();
    }

    private static String text() {
        try (InputStream in = Commands.class.getResourceAsStream("commands.txt")) {
            if (in == null) {
                throw new IllegalStateException("commands.txt is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("commands.txt cannot be read", e);
        }
    }
}
