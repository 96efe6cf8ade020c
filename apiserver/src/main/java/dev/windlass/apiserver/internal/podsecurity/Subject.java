package dev.windlass.apiserver.internal.podsecurity;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** A pod, or what pods are made from. */
record Subject(JsonNode metadata, JsonNode spec) {

    /** All of them, those that run first in front. */
    Stream<JsonNode> containers() {
        return Stream.of("initContainers", "containers", "ephemeralContainers")
                .flatMap(kind -> spec.path(kind).valueStream());
    }

    JsonNode security() {
        return spec.path("securityContext");
    }

    boolean ofWindows() {
        return spec.path("os").path("name").asString("").equals("windows");
    }

    /** Root in such a pod is nobody outside. */
    boolean hasUsersOfItsOwn() {
        return spec.path("hostUsers").isBoolean() && !spec.path("hostUsers").booleanValue();
    }

    /** The names of the containers for which something holds. */
    Names which(Predicate<JsonNode> holds) {
        return new Names(containers().filter(holds).map(each -> each.path("name").asString("")).toList());
    }

    /** The same for what their security contexts say. */
    Names whoseSecurity(Predicate<JsonNode> holds) {
        return which(container -> holds.test(container.path("securityContext")));
    }

    /** Names of containers. */
    record Names(List<String> names) {
        boolean any() {
            return !names.isEmpty();
        }

        String verb(String one, String many) {
            return names.size() == 1 ? one : many;
        }

        /** The pod itself, if it does so too, and these. */
        String with(boolean pod) {
            List<String> who = new ArrayList<>();
            if (pod) {
                who.add("pod");
            }
            if (any()) {
                who.add(toString());
            }
            return String.join(" and ", who);
        }

        @Override
        public String toString() {
            return verb("container ", "containers ") + quoted(names.stream());
        }
    }

    /** In quotes, one after the other. */
    static String quoted(Stream<String> texts) {
        return texts.map(each -> '"' + each + '"').collect(Collectors.joining(", "));
    }
}
