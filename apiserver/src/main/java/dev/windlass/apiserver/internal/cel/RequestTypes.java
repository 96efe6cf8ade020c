package dev.windlass.apiserver.internal.cel;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import java.util.Map;
import java.util.Optional;

/** The types of what expressions about a request speak of. */
@SuppressWarnings("Immutable") // variables are declared before what uses them is compiled
final class RequestTypes implements CelTypeProvider {
    private static final String VARIABLES = "kubernetes.variables";
    private static final CelType STRING = SimpleType.STRING;
    private static final CelType TEXTS = MapType.create(STRING, STRING);
    private static final StructType KIND = struct("kubernetes.GroupVersionKind",
            Map.of("group", STRING, "version", STRING, "kind", STRING));
    private static final StructType RESOURCE = struct("kubernetes.GroupVersionResource",
            Map.of("group", STRING, "version", STRING, "resource", STRING));
    private static final StructType USER = struct("kubernetes.UserInfo",
            Map.of("username", STRING, "uid", STRING, "groups", ListType.create(STRING), "extra",
                    MapType.create(STRING, ListType.create(STRING))));
    static final StructType REQUEST = struct("kubernetes.AdmissionRequest",
            Map.ofEntries(Map.entry("kind", KIND), Map.entry("resource", RESOURCE), Map.entry("subResource", STRING),
                    Map.entry("requestKind", KIND), Map.entry("requestResource", RESOURCE),
                    Map.entry("requestSubResource", STRING), Map.entry("name", STRING), Map.entry("namespace", STRING),
                    Map.entry("operation", STRING), Map.entry("userInfo", USER), Map.entry("dryRun", SimpleType.BOOL),
                    Map.entry("options", SimpleType.DYN)));
    // The real server spells UID so here, and so nobody can read it.
    private static final StructType METADATA = struct("kubernetes.NamespaceMetadata",
            Map.ofEntries(Map.entry("name", STRING), Map.entry("generateName", STRING), Map.entry("namespace", STRING),
                    Map.entry("labels", TEXTS), Map.entry("annotations", TEXTS), Map.entry("UID", STRING),
                    Map.entry("creationTimestamp", SimpleType.TIMESTAMP),
                    Map.entry("deletionGracePeriodSeconds", SimpleType.INT),
                    Map.entry("deletionTimestamp", SimpleType.TIMESTAMP), Map.entry("generation", SimpleType.INT),
                    Map.entry("resourceVersion", STRING), Map.entry("finalizers", ListType.create(STRING))));
    private static final StructType SPEC = struct("kubernetes.NamespaceSpec",
            Map.of("finalizers", ListType.create(STRING)));
    private static final StructType CONDITION = struct("kubernetes.NamespaceCondition",
            Map.of("status", STRING, "type", STRING, "lastTransitionTime", SimpleType.TIMESTAMP, "message", STRING,
                    "reason", STRING));
    private static final StructType STATUS = struct("kubernetes.NamespaceStatus",
            Map.of("conditions", ListType.create(CONDITION), "phase", STRING));
    static final StructType NAMESPACE = struct("kubernetes.Namespace",
            Map.of("metadata", METADATA, "spec", SPEC, "status", STATUS));
    private static final ImmutableList<CelType> KNOWN = ImmutableList.of(KIND, RESOURCE, USER, REQUEST, METADATA, SPEC,
            CONDITION, STATUS, NAMESPACE);

    private final Map<String, CelType> variables;

    /** @param variables those of a policy so far; more may come */
    RequestTypes(Map<String, CelType> variables) {
        this.variables = variables;
    }

    private static StructType struct(String name, Map<String, CelType> fields) {
        ImmutableMap<String, CelType> types = ImmutableMap.copyOf(fields);
        return StructType.create(name, types.keySet(), field -> Optional.ofNullable(types.get(field)));
    }

    /** The type that has the variables so far as its fields. */
    StructType variables() {
        return struct(VARIABLES, variables);
    }

    @Override
    public ImmutableCollection<CelType> types() {
        return KNOWN;
    }

    @Override
    public Optional<CelType> findType(String typeName) {
        return typeName.equals(VARIABLES)
                ? Optional.of(variables())
                : KNOWN.stream().filter(each -> each.name().equals(typeName)).findFirst();
    }
}
