package dev.windlass.apiserver.internal.net;

import org.eclipse.jetty.server.Request;

/** Notices that a client has gone while it is being answered. */
public final class ClientEnd {
    private ClientEnd() {
    }

    /**
     * Has somebody told when the connection of a request ends.
     *
     * @return to be run when that is no longer of interest
     */
    public static Runnable listen(Request request, Runnable listener) {
        Line line = Line.of(request);
        if (line == null || !request.getConnectionMetaData().getHttpVersion().asString().startsWith("HTTP/1")) {
            // HTTP/2 always reads and tells by itself.
            return () -> {
            };
        }
        line.onEnd(listener);
        return () -> line.forget(listener);
    }

    /** Ends the connection of a request with a TCP reset, and with it whatever else is on it. */
    public static void reset(Request request) {
        Line line = Line.of(request);
        if (line != null) {
            line.reset("reset by a scripted fault");
        }
    }
}
