package dev.windlass.apiserver.internal.json;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * What differs between two values, line by line of their JSON, in the unified form with three lines of context: by the longest runs of equal lines, as Python's
 * {@code difflib} and its translation to Go find them. Lines of which there are very many are no reason to begin a run. Stateless.
 */
public final class LineDiff {
    private static final int CONTEXT = 3;
    private static final int MANY_LINES = 200;

    private final List<String> before;
    private final List<String> after;
    private final Map<String, List<Integer>> places = new HashMap<>();

    /** A run of lines that both have, or one that differs. */
    private record Part(boolean same, int start, int end, int otherStart, int otherEnd) {
        Part last(int lines) {
            return new Part(same, Math.max(start, end - lines), end, Math.max(otherStart, otherEnd - lines), otherEnd);
        }

        Part first(int lines) {
            return new Part(same, start, Math.min(end, start + lines), otherStart,
                    Math.min(otherEnd, otherStart + lines));
        }
    }

    private record Run(int start, int otherStart, int length) {
    }

    private LineDiff(List<String> before, List<String> after) {
        this.before = before;
        this.after = after;
        for (int i = 0; i < after.size(); i++) {
            places.computeIfAbsent(after.get(i), _ -> new ArrayList<>()).add(i);
        }
        if (after.size() >= MANY_LINES) {
            places.values().removeIf(each -> each.size() > after.size() / 100 + 1);
        }
    }

    /** @return "" when nothing differs */
    public static String between(JsonNode before, JsonNode after) {
        return new LineDiff(Json.indentedInGo(before).lines().toList(), Json.indentedInGo(after).lines().toList())
                .write();
    }

    private String write() {
        StringBuilder out = new StringBuilder();
        for (List<Part> group : groups()) {
            Part first = group.getFirst();
            Part last = group.getLast();
            out.append("@@ -").append(range(first.start, last.end)).append(" +")
                    .append(range(first.otherStart, last.otherEnd)).append(" @@\n");
            for (Part part : group) {
                lines(out, part.same ? ' ' : '-', before.subList(part.start, part.end));
                if (!part.same) {
                    lines(out, '+', after.subList(part.otherStart, part.otherEnd));
                }
            }
        }
        return out.toString();
    }

    private static void lines(StringBuilder out, char sign, List<String> lines) {
        lines.forEach(line -> out.append(sign).append(line).append('\n'));
    }

    /** Lines count from one; where there are none it is the line before. */
    private static String range(int start, int end) {
        return switch (end - start) {
            case 0 -> start + ",0";
            case 1 -> Integer.toString(start + 1);
            default -> start + 1 + "," + (end - start);
        };
    }

    /** What differs with what is around it; what is near to each other is in one group. */
    private List<List<Part>> groups() {
        List<Part> parts = parts();
        if (parts.stream().allMatch(Part::same)) {
            return List.of();
        }
        if (parts.getFirst().same) {
            parts.set(0, parts.getFirst().last(CONTEXT));
        }
        if (parts.getLast().same) {
            parts.set(parts.size() - 1, parts.getLast().first(CONTEXT));
        }
        List<List<Part>> groups = new ArrayList<>();
        List<Part> group = new ArrayList<>();
        for (Part part : parts) {
            if (part.same && part.end - part.start > 2 * CONTEXT) {
                group.add(part.first(CONTEXT));
                groups.add(group);
                group = new ArrayList<>(List.of(part.last(CONTEXT)));
            } else {
                group.add(part);
            }
        }
        groups.add(group);
        return groups;
    }

    private List<Part> parts() {
        List<Run> runs = new ArrayList<>();
        collect(0, before.size(), 0, after.size(), runs);
        runs.add(new Run(before.size(), after.size(), 0));
        List<Part> parts = new ArrayList<>();
        int at = 0;
        int otherAt = 0;
        for (Run run : runs) {
            if (at < run.start || otherAt < run.otherStart) {
                parts.add(new Part(false, at, run.start, otherAt, run.otherStart));
            }
            at = run.start + run.length;
            otherAt = run.otherStart + run.length;
            if (run.length > 0) {
                boolean goesOn = !parts.isEmpty() && parts.getLast().same;
                Part known = goesOn ? parts.removeLast() : null;
                parts.add(new Part(true, known == null ? run.start : known.start, at,
                        known == null ? run.otherStart : known.otherStart, otherAt));
            }
        }
        return parts;
    }

    private void collect(int start, int end, int otherStart, int otherEnd, List<Run> runs) {
        Run run = longest(start, end, otherStart, otherEnd);
        if (run.length == 0) {
            return;
        }
        if (start < run.start && otherStart < run.otherStart) {
            collect(start, run.start, otherStart, run.otherStart, runs);
        }
        runs.add(run);
        int next = run.start + run.length;
        int otherNext = run.otherStart + run.length;
        if (next < end && otherNext < otherEnd) {
            collect(next, end, otherNext, otherEnd, runs);
        }
    }

    private Run longest(int start, int end, int otherStart, int otherEnd) {
        int best = start;
        int otherBest = otherStart;
        int length = 0;
        Map<Integer, Integer> lengths = Map.of();
        for (int i = start; i < end; i++) {
            Map<Integer, Integer> longer = new HashMap<>();
            for (int j : places.getOrDefault(before.get(i), List.of())) {
                if (j >= otherStart && j < otherEnd) {
                    int run = lengths.getOrDefault(j - 1, 0) + 1;
                    longer.put(j, run);
                    if (run > length) {
                        best = i - run + 1;
                        otherBest = j - run + 1;
                        length = run;
                    }
                }
            }
            lengths = longer;
        }
        while (best > start && otherBest > otherStart && before.get(best - 1).equals(after.get(otherBest - 1))) {
            best--;
            otherBest--;
            length++;
        }
        while (best + length < end && otherBest + length < otherEnd
                && before.get(best + length).equals(after.get(otherBest + length))) {
            length++;
        }
        return new Run(best, otherBest, length);
    }
}
