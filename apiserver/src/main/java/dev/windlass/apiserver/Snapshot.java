package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.Snapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** All objects of an API server at one moment, from {@link ApiServer#snapshot()}. Immutable. It shares what it holds with the server, and costs next to nothing. */
public final class Snapshot {
    private final ApiServer server;
    private final Snapshots.State state;

    Snapshot(ApiServer server, Snapshots.State state) {
        this.server = server;
        this.state = state;
    }

    Snapshots.State of(ApiServer wanted) {
        if (wanted != server) {
            throw new IllegalArgumentException("the snapshot is of another server, " + server.name()
                    + "; write it to a file and load that into " + wanted.name());
        }
        return state;
    }

    /** How many objects there are, with those in which the server tells of itself. */
    public int size() {
        return state.size();
    }

    /** As YAML: one object of kind List, namespaces and custom resource definitions first. {@link ApiServer#load} and {@code kubectl apply} take it. Objects in which the server tells of itself are left out. */
    public String yaml() {
        return Json.yaml(state.list());
    }

    /** Writes {@link #yaml()} to a file, or leaves the file as it was. Only its owner can read a new one: there are Secrets in it. */
    public void writeTo(Path file) throws IOException {
        Path whole = file.toAbsolutePath();
        Path part = Files.createTempFile(whole.getParent(), whole.getFileName() + ".", ".part");
        try {
            Files.writeString(part, yaml());
            Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    @Override
    public String toString() {
        return size() + " objects of " + server.name();
    }
}
