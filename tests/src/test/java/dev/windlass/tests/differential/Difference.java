package dev.windlass.tests.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One place in which two answers to the same request differ.
 *
 * @param request
 *            method and path as sent
 * @param place
 *            code, header or path into the body
 */
record Difference(String sequence, int step, String request, String place, String real, String embedded) {
    /** Every difference between two answers, both masked. */
    static List<Difference> between(String sequence, int step, Request request, Answer real, Answer embedded) {
        List<Difference> found = new ArrayList<>();
        Comparison comparison = new Comparison(sequence, step, request.toString(), found);
        comparison.value("code", real.code(), embedded.code());
        comparison.value("Content-Type", real.contentType(), embedded.contentType());
        comparison.value("Warning", real.warnings(), embedded.warnings());
        comparison.value("Retry-After", real.retryAfter(), embedded.retryAfter());
        comparison.body("$", real.body(), embedded.body());
        return found;
    }

    private record Comparison(String sequence, int step, String request, List<Difference> found) {
        void value(String place, Object real, Object embedded) {
            if (!real.equals(embedded)) {
                found.add(new Difference(sequence, step, request, place, real.toString(), embedded.toString()));
            }
        }

        void body(String place, @Nullable JsonNode real, @Nullable JsonNode embedded) {
            if (real != null && embedded != null && real.isObject() && embedded.isObject()) {
                TreeSet<String> names = new TreeSet<>();
                real.properties().stream().map(Map.Entry::getKey).forEach(names::add);
                embedded.properties().stream().map(Map.Entry::getKey).forEach(names::add);
                names.forEach(name -> body(place + "." + name, real.get(name), embedded.get(name)));
            } else if (real != null && embedded != null && real.isArray() && embedded.isArray()) {
                for (int i = 0; i < Math.max(real.size(), embedded.size()); i++) {
                    body(place + "[" + i + "]", real.get(i), embedded.get(i));
                }
            } else if (real != null && embedded != null && real.isNumber() && embedded.isNumber()) {
                if (real.decimalValue().compareTo(embedded.decimalValue()) != 0) {
                    value(place, real.toString(), embedded.toString());
                }
            } else {
                value(place, real == null ? "(nothing)" : real.toString(),
                        embedded == null ? "(nothing)" : embedded.toString());
            }
        }
    }

    @Override
    public String toString() {
        return "%s, request %d, %s%n    %s%n      real:     %s%n      embedded: %s".formatted(sequence, step, request,
                place,
                real, embedded);
    }
}
