package dev.windlass.kubernetes;

import java.time.Duration;
import java.util.random.RandomGenerator;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.ObjectMapper;

/**
 * What all informers of a cluster have in common.
 *
 * @param linger how long an informer stays without users
 * @param watchTimeout how long the server is asked to keep a watch open; up to twice that, by chance
 * @param watchSilence after how long without a byte a watch is taken for dead; servers send a bookmark about each minute
 * @param listSilence the same for a list
 * @param compressLists whether lists are asked for compressed: worth it when the network is slower than the processors
 */
record InformerSettings(Duration linger, Duration watchTimeout, Duration watchSilence, Duration listSilence,
        boolean compressLists,
        RandomGenerator random, Serializations serializations) {

    /** For what is nobody's own: errors, bookmarks. */
    ObjectMapper mapper() {
        return serializations.host().mapper();
    }

    JsonFactory json() {
        return serializations.host().json();
    }
}
