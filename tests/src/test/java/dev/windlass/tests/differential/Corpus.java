package dev.windlass.tests.differential;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads sequences that were written by hand. {@code ### title} begins one; a line with a method and a path begins a request; the lines {@code Name: value}
 * after it are headers, and what follows is the body. {@code AWAIT 200 path} repeats a GET until it is answered so, and
 * the answer contains what follows. {@code UNTIL 403 POST path} repeats a POST or PATCH, which had better be a dry run, until it is answered so. A line that begins with {@code //} says
 * something to the reader.
 */
final class Corpus {
    private static final Pattern REQUEST = Pattern
            .compile("(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|AWAIT \\d+|UNTIL \\d+ (?:POST|PATCH)) (/.*)");
    private static final Pattern HEADER = Pattern.compile("([A-Z][A-Za-z-]*): (.*)");

    private final List<Sequence> sequences = new ArrayList<>();
    private final StringBuilder body = new StringBuilder();
    private Map<String, String> headers = new LinkedHashMap<>();
    private List<Request> requests = new ArrayList<>();
    private String title = "";
    private String start = "";

    private Corpus() {
    }

    static List<Sequence> read(String file) {
        try (InputStream in = Corpus.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("the corpus " + file + " is missing");
            }
            Corpus corpus = new Corpus();
            new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(corpus::line);
            corpus.endSequence();
            return corpus.sequences.stream().map(each -> new Sequence(file + ": " + each.title(), each.requests()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the corpus " + file + " cannot be read", e);
        }
    }

    private void line(String line) {
        if (line.startsWith("//")) {
            return;
        }
        if (line.startsWith("### ")) {
            endSequence();
            title = line.substring(4);
            return;
        }
        if (REQUEST.matcher(line).matches()) {
            endRequest();
            start = line;
            return;
        }
        Matcher header = HEADER.matcher(line);
        if (body.isEmpty() && header.matches()) {
            headers.put(header.group(1), header.group(2));
        } else {
            body.append(line).append('\n');
        }
    }

    private void endRequest() {
        Matcher matcher = REQUEST.matcher(start);
        if (matcher.matches()) {
            String method = matcher.group(1);
            String[] words = method.split(" ", -1);
            requests.add(new Request(words.length == 1 ? method : words.length == 2 ? "GET" : words[2],
                    matcher.group(2), headers, body.toString().strip(),
                    words.length > 1 ? Integer.parseInt(words[1]) : 0));
        }
        start = "";
        headers = new LinkedHashMap<>();
        body.setLength(0);
    }

    private void endSequence() {
        endRequest();
        if (!requests.isEmpty()) {
            sequences.add(new Sequence(title, requests));
        }
        requests = new ArrayList<>();
    }
}
