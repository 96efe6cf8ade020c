package dev.windlass.testkit;

import dev.windlass.apiserver.OpenWatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Follows the audit log in which kube-apiserver writes the begin and the end of each watch. The log is the only place
 * where the server tells whose a watch is; its gauge {@code apiserver_longrunning_requests} counts its own watches too.
 */
final class AuditLog {

    private final Path file;
    private final JsonMapper json = JsonMapper.shared();
    // Guards the fields below and the reading that moves them on; nothing else is locked inside.
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, OpenWatch> open = new LinkedHashMap<>();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private long position;

    AuditLog(Path file) {
        this.file = file;
    }

    List<OpenWatch> openWatches() {
        lock.lock();
        try {
            readOn();
            return List.copyOf(open.values());
        } catch (IOException e) {
            throw new UncheckedIOException("the API server's audit log %s cannot be read: %s".formatted(file, e), e);
        } finally {
            lock.unlock();
        }
    }

    private void readOn() throws IOException {
        if (!Files.exists(file)) {
            return; // written with the first watch
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
            channel.position(position);
            while (channel.read(buffer.clear()) > 0) {
                buffer.flip();
                position += buffer.remaining();
                while (buffer.hasRemaining()) {
                    byte next = buffer.get();
                    if (next == '\n') {
                        event(line.toString(StandardCharsets.UTF_8));
                        line.reset();
                    } else {
                        line.write(next);
                    }
                }
            }
        }
    }

    private void event(String text) {
        JsonNode event = json.readTree(text);
        String id = event.path("auditID").asString("");
        switch (event.path("stage").asString("")) {
            case "ResponseStarted" -> open.put(id, watch(event, event.path("objectRef")));
            case "ResponseComplete", "Panic" -> open.remove(id);
            default -> {
                // the policy omits the other stages
            }
        }
    }

    private static OpenWatch watch(JsonNode event, JsonNode object) {
        return new OpenWatch(object.path("apiGroup").asString(""), object.path("apiVersion").asString(""),
                object.path("resource").asString(""), object.path("namespace").asString(""),
                event.path("userAgent").asString(""));
    }
}
