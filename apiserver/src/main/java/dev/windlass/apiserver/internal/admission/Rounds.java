package dev.windlass.apiserver.internal.admission;

import dev.windlass.apiserver.internal.json.Json;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Who of one kind has to be asked a second time about a request: those who want it, when what they have seen has been changed since. For one request, and
 * one thread.
 */
public final class Rounds {
    private final Set<String> due = new HashSet<>();
    private final Set<String> before = new HashSet<>();
    private @Nullable ObjectNode last;
    private int round;
    private boolean wanted;

    /**
     * Begins the first round, or the second one.
     *
     * @param object
     *            as it is now: others may have changed it since the first one
     */
    public void begin(@Nullable ObjectNode object) {
        round++;
        if (round > 1 && !before.isEmpty() && !Json.same(last, object)) {
            due();
        }
    }

    /** Whether somebody is to be asked in this round. */
    public boolean isDue(String id) {
        return round == 1 || due.contains(id);
    }

    /** The object has been changed. */
    public void changed() {
        wanted = true;
        due();
    }

    private void due() {
        due.addAll(before);
        before.clear();
    }

    /** Somebody has been asked who wants to be asked again. */
    public void asked(String id) {
        before.add(id);
    }

    /** Ends a round. */
    public void end(@Nullable ObjectNode object) {
        last = object == null || before.isEmpty() ? null : object.deepCopy();
    }

    /** Whether there has to be a second round. */
    public boolean wanted() {
        return wanted;
    }
}
