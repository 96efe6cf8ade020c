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
import dev.cel.runtime.CelEvaluationException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What must be true of a request for somebody to be asked about it. Immutable once made; thread-safe. */
public final class Conditions {
    private static final String AUTHORIZER = "authorizer";

    private final List<Condition> conditions = new ArrayList<>();

    private record Condition(String text, Expressions.@Nullable Compiled compiled) {
    }

    /** One of them could not be evaluated, and none was false. */
    public static final class UndecidedException extends Exception {
        private static final long serialVersionUID = 1;

        UndecidedException(String message) {
            super(message, null, false, false);
        }
    }

    /** The types of what expressions speak of. */
    private static final class RequestTypes implements CelTypeProvider {
        private static final CelType STRING = SimpleType.STRING;
        private static final StructType KIND = struct("kubernetes.GroupVersionKind",
                Map.of("group", STRING, "version", STRING, "kind", STRING));
        private static final StructType RESOURCE = struct("kubernetes.GroupVersionResource",
                Map.of("group", STRING, "version", STRING, "resource", STRING));
        private static final StructType USER = struct("kubernetes.UserInfo",
                Map.of("username", STRING, "uid", STRING, "groups", ListType.create(STRING), "extra",
                        MapType.create(STRING, ListType.create(STRING))));
        private static final StructType REQUEST = struct("kubernetes.AdmissionRequest",
                Map.ofEntries(Map.entry("kind", KIND), Map.entry("resource", RESOURCE),
                        Map.entry("subResource", STRING), Map.entry("requestKind", KIND),
                        Map.entry("requestResource", RESOURCE), Map.entry("requestSubResource", STRING),
                        Map.entry("name", STRING), Map.entry("namespace", STRING), Map.entry("operation", STRING),
                        Map.entry("userInfo", USER), Map.entry("dryRun", SimpleType.BOOL),
                        Map.entry("options", SimpleType.DYN)));

        private static StructType struct(String name, Map<String, CelType> fields) {
            ImmutableMap<String, CelType> types = ImmutableMap.copyOf(fields);
            return StructType.create(name, types.keySet(), field -> Optional.ofNullable(types.get(field)));
        }

        @Override
        public ImmutableCollection<CelType> types() {
            return ImmutableList.of(KIND, RESOURCE, USER, REQUEST);
        }

        @Override
        public Optional<CelType> findType(String typeName) {
            return types().stream().filter(each -> each.name().equals(typeName)).findFirst();
        }
    }

    /** Made with the first condition, since the library for expressions takes its time to load. */
    private static final class Environment {
        private static final Expressions EXPRESSIONS = new Expressions(new RequestTypes(),
                Map.of("object", SimpleType.DYN, "oldObject", SimpleType.DYN, "request", RequestTypes.REQUEST));

        private Environment() {
        }
    }

    /**
     * What is wrong with an expression.
     *
     * @return null when nothing is, or when it asks what somebody may do, which cannot be told here
     */
    public static @Nullable String problem(String expression) {
        try {
            CelType type = Environment.EXPRESSIONS.compile(expression).type();
            return type.equals(SimpleType.BOOL) ? null : "must evaluate to bool but got " + type.name();
        } catch (Expressions.CompilationException e) {
            return expression.contains(AUTHORIZER) ? null : "compilation failed: " + e.getMessage();
        }
    }

    public Conditions(List<String> expressions) {
        for (String each : expressions) {
            try {
                conditions.add(new Condition(each, Environment.EXPRESSIONS.compile(each)));
            } catch (Expressions.CompilationException _) {
                conditions.add(new Condition(each, null)); // told when it is evaluated
            }
        }
    }

    public boolean isEmpty() {
        return conditions.isEmpty();
    }

    /**
     * Whether all of them hold.
     *
     * @param request
     *            the one of the review, with the objects in it
     * @throws UndecidedException
     *             when one could not be evaluated, and none is false
     */
    public boolean hold(JsonNode request) throws UndecidedException {
        Map<String, Object> variables = new HashMap<>();
        variables.put("object", SchemaValues.of(request.get("object")));
        variables.put("oldObject", SchemaValues.of(request.get("oldObject")));
        variables.put("request", SchemaValues.of(request));
        List<String> problems = new ArrayList<>();
        for (Condition each : conditions) {
            Expressions.Compiled compiled = each.compiled();
            try {
                if (compiled == null) {
                    problems.add("expression '" + each.text() + "' cannot be evaluated by this server");
                } else if (!Boolean.TRUE.equals(compiled.program().eval(variables))) {
                    return false;
                }
            } catch (CelEvaluationException e) {
                problems.add("expression '" + each.text() + "' resulted in error: " + Problems.of(e));
            }
        }
        if (!problems.isEmpty()) {
            throw new UndecidedException(
                    problems.size() == 1 ? problems.getFirst() : "[" + String.join(", ", problems) + "]");
        }
        return true;
    }
}
