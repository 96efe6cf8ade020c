package dev.windlass.controller;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * On which clusters a controller is to work, as the user's function says: that may take long and throw anything, so it is asked under no
 * lock, and of each cluster once. By one thread only.
 */
final class Choice {

    private final Controller<?> controller;
    private final Map<String, Answer> answers = new HashMap<>();
    private final Set<String> unasked = new LinkedHashSet<>();

    private record Answer(boolean serves, @Nullable Throwable thrown) {
    }

    Choice(Controller<?> controller) {
        this.controller = controller;
    }

    /** Whether all of them have an answer; otherwise the others are those to {@link #ask()} of. */
    boolean covers(List<String> clusters) {
        clusters.stream().filter(cluster -> !answers.containsKey(cluster)).forEach(unasked::add);
        return unasked.isEmpty();
    }

    /** Calls code of the user. */
    void ask() {
        unasked.forEach(cluster -> answers.put(cluster, answer(cluster)));
        unasked.clear();
    }

    private Answer answer(String cluster) {
        try {
            return new Answer(controller.serves(cluster), null);
        } catch (Throwable e) {
            return new Answer(true, e); // told at the controller, which lacks this cluster then
        }
    }

    /** Also where the function threw. */
    boolean serves(String cluster) {
        return answer(cluster, answers).serves;
    }

    /** What the function threw; null when it gave an answer. */
    @Nullable
    Throwable thrown(String cluster) {
        return answer(cluster, answers).thrown;
    }

    private static Answer answer(String cluster, Map<String, Answer> answers) {
        Answer known = answers.get(cluster);
        if (known == null) {
            throw new IllegalStateException("not asked of " + cluster);
        }
        return known;
    }
}
