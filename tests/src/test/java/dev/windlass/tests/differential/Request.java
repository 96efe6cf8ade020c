package dev.windlass.tests.differential;

import java.util.Map;

/**
 * One request of a sequence, as it is written down: {@code $NS} stands for the sequence's namespace, {@code {{2.metadata.uid}}} for what the second
 * request was answered.
 *
 * @param await
 *            when it is above 0, the request is repeated until it is answered with this code and, if it is a GET, its answer contains the body; and its answer
 *            is not compared: for what the real server does only after it has answered
 */
record Request(String method, String path, Map<String, String> headers, String body, int await) {
    @Override
    public String toString() {
        return method + " " + path;
    }
}
