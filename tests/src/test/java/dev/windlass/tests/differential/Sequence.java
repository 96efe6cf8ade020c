package dev.windlass.tests.differential;

import java.util.List;

/** Requests that are sent one after the other, in a namespace of their own. */
record Sequence(String title, List<Request> requests) {
}
