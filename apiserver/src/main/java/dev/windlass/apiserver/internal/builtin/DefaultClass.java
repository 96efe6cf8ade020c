package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.rest.Resources;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The class that is taken for what names none: of those that an annotation marks the newest, of several of the same second the first by name. Thread-safe.
 */
final class DefaultClass {
    private final Resources resources;
    private final String group;
    private final String plural;
    private final String annotation;

    private DefaultClass(Resources resources, String group, String plural, String annotation) {
        this.resources = resources;
        this.group = group;
        this.plural = plural;
        this.annotation = annotation;
    }

    static DefaultClass ofStorage(Resources resources) {
        return new DefaultClass(resources, "storage.k8s.io", "storageclasses",
                "storageclass.kubernetes.io/is-default-class");
    }

    static DefaultClass ofIngress(Resources resources) {
        return new DefaultClass(resources, "networking.k8s.io", "ingressclasses",
                "ingressclass.kubernetes.io/is-default-class");
    }

    /** Its name, null when there is none. */
    @Nullable
    String name() {
        ResourceType type = resources.catalog().require(group, "v1", plural);
        Comparator<ObjectNode> newest = Comparator
                .comparing((ObjectNode each) -> Json.textOrEmpty(each, "metadata", "creationTimestamp")).reversed()
                .thenComparing(Metadata::name);
        return resources.shelf(type).snapshot("").objects().stream().map(each -> resources.decode(each, type))
                .filter(each -> Json.textOrEmpty(each, "metadata", "annotations", annotation).equals("true"))
                .min(newest).map(Metadata::name).orElse(null);
    }
}
