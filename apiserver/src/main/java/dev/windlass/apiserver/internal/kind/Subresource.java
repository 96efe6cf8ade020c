package dev.windlass.apiserver.internal.kind;

import java.util.List;

/** A sub-resource as discovery tells it. {@code group} and {@code version} are empty when they are the resource's own. */
public record Subresource(String name, String group, String version, String kind, List<String> verbs) {

    /** Whether a request for it is led on to where the object runs. Its kind is then that of what can be said of it. */
    public boolean connects() {
        return kind.endsWith("Options");
    }
}
