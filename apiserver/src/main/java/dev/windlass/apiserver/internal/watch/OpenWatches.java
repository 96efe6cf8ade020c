package dev.windlass.apiserver.internal.watch;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The watches that are open right now. Thread-safe. */
public final class OpenWatches {
    private final Set<WatchStream> streams = ConcurrentHashMap.newKeySet();

    void add(WatchStream stream) {
        streams.add(stream);
    }

    void remove(WatchStream stream) {
        streams.remove(stream);
    }

    public List<WatchStream> all() {
        return List.copyOf(streams);
    }

    /** Ends all of them as if their time were up. */
    public void endAll() {
        streams.forEach(WatchStream::end);
    }

    /** Sends a bookmark on those whose clients asked for some. */
    public void bookmarkAll() {
        streams.forEach(WatchStream::bookmark);
    }
}
