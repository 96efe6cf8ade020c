package dev.windlass.apiserver.internal.protobuf;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.json.ResourceLines;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The messages of built-in kinds. Their file is read when the first of them is asked for, a message when it is. Thread-safe. */
final class Messages {
    private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    private final Map<String, String> lines = new HashMap<>();
    private final Map<String, String> byKind = new HashMap<>();
    private final Map<String, Message> messages = new ConcurrentHashMap<>();

    private static final class Holder {
        static final Messages ALL = read();
    }

    private Messages() {
    }

    /** They are the same for all servers. */
    static Messages all() {
        return Holder.ALL;
    }

    private static Messages read() {
        Messages all = new Messages();
        ResourceLines.forEach(Messages.class, "messages.jsonl", line -> {
            String[] quoted = line.split("\"", 5);
            all.lines.put(quoted[1], line);
            all.byKind.put(kind(quoted[3], quoted[1].substring(quoted[1].lastIndexOf('.') + 1)), quoted[1]);
        });
        return all;
    }

    private static String kind(String apiVersion, String kind) {
        return apiVersion + "/" + kind;
    }

    /** @return null for a kind that has none, such as a custom one or a table */
    @Nullable
    Message ofKind(String apiVersion, String kind) {
        String name = byKind.get(kind(apiVersion, kind));
        // Options, statuses and what else belongs to no group are known in each of them.
        String common = META + kind;
        return name != null ? named(name) : lines.containsKey(common) ? named(common) : null;
    }

    Message named(String name) {
        return messages.computeIfAbsent(name, this::parse);
    }

    private Message parse(String name) {
        String line = lines.get(name);
        if (line == null) {
            throw new IllegalStateException(
                    "message " + name + " is referred to but not in messages.jsonl: run extract-protobuf.py again");
        }
        List<Message.Field> fields = new ArrayList<>();
        for (JsonNode field : Json.parse(line).get(2)) {
            fields.add(Message.Field.parse(field.stringValue()));
        }
        return new Message(name, fields);
    }
}
