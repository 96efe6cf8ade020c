package dev.windlass.apiserver.internal.http;

import dev.windlass.apiserver.internal.rest.WatchFault;

/** What happens to a request that runs into a fault. */
public sealed interface FaultEffect {

    /** Nothing but what the delay does. */
    record Nothing() implements FaultEffect {
    }

    /** It is answered with an error, and not done. */
    record Answer(int code, int retryAfterSeconds) implements FaultEffect {
    }

    /** A list that goes on is told that its token has expired. */
    record ExpiredToken() implements FaultEffect {
    }

    /** It waits until the fault is lifted. */
    record Hang() implements FaultEffect {
    }

    /** Its connection is reset, and it is not done. */
    record Reset() implements FaultEffect {
    }

    /** It is done, and its answer ends after half of its bytes. */
    record HalfBody() implements FaultEffect {
    }

    /** It is done, and its answer trickles. */
    record SlowBody(int bytesPerSecond) implements FaultEffect {
    }

    /** It is a watch, and misbehaves. */
    record BadWatch(WatchFault fault) implements FaultEffect {
    }
}
