package dev.windlass.lifecycle;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one generation has acquired and not given back: resources in order of acquisition, and requests that await their
 * answers. Its monitor guards the collections; nothing is closed under it.
 */
final class Ledger {

    /** A resource that must be closed. */
    static final class Entry {

        final String kind;
        final String name;
        final AutoCloseable resource;
        /** The same resource, added before. */
        private @Nullable Entry earlier;
        /** The thread that closes it; written and read under the monitor of the {@link Releaser}. */
        @Nullable
        Thread releasedBy;

        Entry(String kind, String name, AutoCloseable resource) {
            this.kind = kind;
            this.name = name;
            this.resource = resource;
        }
    }

    private final class Request implements InFlight {

        final String kind;
        final String description;
        final boolean write;

        Request(String kind, String description, boolean write) {
            this.kind = kind;
            this.description = description;
            this.write = write;
        }

        @Override
        public void close() {
            end(this, false);
        }

        @Override
        public void unanswered() {
            end(this, write);
        }
    }

    private final Runnable whenIdle;
    private final Set<Entry> entries = new LinkedHashSet<>();
    private final IdentityHashMap<AutoCloseable, Entry> byResource = new IdentityHashMap<>(4);
    private final Set<Request> requests = new LinkedHashSet<>();
    private final List<String> unknown = new ArrayList<>(0);
    private boolean closed;

    /** @param whenIdle called, outside of the monitor, whenever the last open request ends */
    Ledger(Runnable whenIdle) {
        this.whenIdle = whenIdle;
    }

    /** Adds a resource; returns false when the ledger has been closed. */
    synchronized boolean add(String kind, String name, AutoCloseable resource) {
        if (closed) {
            return false;
        }
        Entry entry = new Entry(kind, name, resource);
        entries.add(entry);
        entry.earlier = byResource.put(resource, entry);
        return true;
    }

    /** Takes a resource off, the newest entry if it was added more than once; returns whether it was there. */
    synchronized boolean take(AutoCloseable resource) {
        Entry entry = byResource.remove(resource);
        if (entry == null) {
            return false;
        }
        if (entry.earlier != null) {
            byResource.put(resource, entry.earlier);
        }
        return entries.remove(entry);
    }

    /** Adds a request; null when the ledger has been closed. */
    synchronized @Nullable InFlight request(String kind, String description, boolean write) {
        if (closed) {
            return null;
        }
        Request request = new Request(kind, description, write);
        requests.add(request);
        return request;
    }

    private void end(Request request, boolean outcomeUnknown) {
        boolean idle;
        synchronized (this) {
            if (!requests.remove(request)) {
                return;
            }
            if (outcomeUnknown) {
                unknown.add(request.description);
            }
            idle = requests.isEmpty();
        }
        if (idle) {
            whenIdle.run();
        }
    }

    synchronized boolean hasRequests() {
        return !requests.isEmpty();
    }

    /** Refuses further entries, and takes out all that there are, newest first. */
    synchronized List<Entry> close() {
        closed = true;
        List<Entry> newestFirst = new ArrayList<>(entries).reversed();
        entries.clear();
        byResource.clear();
        return newestFirst;
    }

    /** Writes without an answer. */
    synchronized List<String> unknownOutcomes() {
        List<String> all = new ArrayList<>(unknown);
        requests.stream().filter(request -> request.write).forEach(request -> all.add(request.description));
        return all;
    }

    /** Reads without an answer. */
    synchronized List<Leftover> openReads() {
        return requests.stream().filter(request -> !request.write)
                .map(request -> new Leftover(request.kind, request.description, "no answer")).toList();
    }
}
