package dev.windlass.kubernetes;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts the requests of one cluster generation; read when metrics are scraped, gone with the cluster. Thread-safe. */
final class RequestMeters {

    record Series(String code, String method, String host) {
    }

    private final Map<Series, LongAdder> requests = new ConcurrentHashMap<>();

    /** An answer, or {@code <error>} as its code when there was none. */
    void answered(String code, String method, String host) {
        requests.computeIfAbsent(new Series(code, method, host), series -> new LongAdder()).increment();
    }

    Map<Series, LongAdder> requests() {
        return requests;
    }
}
