package dev.windlass.kubernetes;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields that are not stored, as a tree: a name without children is left out, one with children is looked into. */
record OmittedFields(Map<String, OmittedFields> children, boolean outsideMetadata) {

    private static final Set<String> TYPE_AND_METADATA = Set.of("apiVersion", "kind", "metadata");
    private static final OmittedFields LEAF = new OmittedFields(Map.of(), false);

    static final OmittedFields NOTHING = LEAF;

    static OmittedFields of(Set<String> paths) {
        Map<String, Set<String>> byHead = new HashMap<>();
        Map<String, OmittedFields> children = new HashMap<>();
        for (String path : paths) {
            int dot = path.indexOf('.');
            if (dot < 0) {
                children.put(path, LEAF);
            } else {
                byHead.computeIfAbsent(path.substring(0, dot), head -> new java.util.HashSet<>())
                        .add(path.substring(dot + 1));
            }
        }
        byHead.forEach((head, rest) -> children.putIfAbsent(head, of(rest)));
        return new OmittedFields(Map.copyOf(children), false);
    }

    /** The same, and all that is neither metadata nor type: for servers that send whole objects when asked for metadata. */
    OmittedFields onlyMetadata() {
        return new OmittedFields(children, true);
    }

    @Nullable
    OmittedFields child(String name) {
        OmittedFields child = children.get(name);
        if (child == null && outsideMetadata && !TYPE_AND_METADATA.contains(name)) {
            return LEAF;
        }
        return child;
    }

    /** Whether it has nothing below: as a child it is left out, as a root it leaves out nothing. */
    boolean isLeaf() {
        return children.isEmpty() && !outsideMetadata;
    }
}
